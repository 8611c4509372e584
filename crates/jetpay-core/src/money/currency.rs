//! A currency: three letters, and how many digits its minor unit has on the platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::table::DIGITS;

/// The alphabetic code of a currency. Serializes as its text.
///
/// Any three upper-case ASCII letters are one, also where the platform lists no such currency: a callback in a
/// foreign currency must be kept for the person who settles it, not lost in parsing.
///
/// ```
/// use jetpay_core::money::Currency;
///
/// assert_eq!(Currency::KZT.digits(), Some(2)); // 100 minor units are 1 KZT
///
/// let unlisted = Currency::parse("XXX")?;
/// assert_eq!(unlisted.code(), "XXX");
/// assert_eq!(unlisted.digits(), None);
/// # Ok::<(), jetpay_core::money::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The text is not three upper-case ASCII letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three upper-case ASCII letters, such as KZT")]
pub struct CurrencyError;

impl Currency {
    /// The Kazakh tenge, two digits.
    pub const KZT: Self = Self(*b"KZT");

    /// The currency with this code.
    ///
    /// # Errors
    ///
    /// [`CurrencyError`] for anything but three letters `A` to `Z`; nothing is trimmed or changed to upper case.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        match code.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(CurrencyError),
        }
    }

    /// The code, such as `KZT`.
    #[must_use]
    pub fn code(&self) -> &str {
        // Not `expect`: there is no panic for a caller to read about, since only ASCII letters come in.
        std::str::from_utf8(&self.0).unwrap_or_else(|_| unreachable!("three ASCII letters"))
    }

    /// How many decimal digits the minor unit has *on the platform*, or `None` for a currency that it does not list.
    ///
    /// The platform counts otherwise than ISO 4217 for CVE (0 digits), MGA and MRU (1 digit); ISO says 2 for all
    /// three. It also gives XDR 0 and XSU 2 digits, where ISO gives none.
    #[must_use]
    pub fn digits(self) -> Option<u8> {
        let index = DIGITS.binary_search_by_key(&self.0, |&(code, _)| *code);
        index.ok().map(|index| DIGITS[index].1)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        Self::parse(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_upper_case_letters_are_a_currency_also_when_unlisted() {
        for code in ["KZT", "USD", "XXX", "QQQ"] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(currency.to_string(), code);
            assert_eq!(code.parse(), Ok(currency));
        }
        assert_eq!(Currency::parse("KZT"), Ok(Currency::KZT));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", "KZ", "KZTT", "kzt", "KzT", " KZT", "K T", "398", "Ж!", "ТГ",
        ] {
            assert_eq!(Currency::parse(text), Err(CurrencyError), "{text:?}");
        }
    }

    #[test]
    fn digits_are_the_platforms_where_iso_differs() {
        let digits = |code| Currency::parse(code).unwrap().digits();
        assert_eq!(digits("CVE"), Some(0));
        assert_eq!(digits("MGA"), Some(1));
        assert_eq!(digits("MRU"), Some(1));
        assert_eq!(digits("KZT"), Some(2));
        assert_eq!(digits("KWD"), Some(3));
        assert_eq!(digits("UYW"), Some(4));
        assert_eq!(digits("XXX"), None);
    }

    #[test]
    fn json_is_the_code() {
        assert_eq!(serde_json::to_string(&Currency::KZT).unwrap(), r#""KZT""#);
        assert_eq!(
            serde_json::from_str::<Currency>(r#""KZT""#).unwrap(),
            Currency::KZT
        );
        assert!(serde_json::from_str::<Currency>(r#""kzt""#).is_err());
    }
}
