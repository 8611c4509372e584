//! A currency: three letters, and the number of digits that its minor unit has on the platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The alphabetic code of a currency, such as `KZT`. It serializes as text.
///
/// Three upper-case ASCII letters are enough; the platform need not list the currency. A callback in an unlisted
/// currency must be stored for an operator to resolve, so parsing must not fail.
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
#[non_exhaustive]
pub struct CurrencyError;

impl Currency {
    /// The Kazakh tenge. It has two digits: a minor unit is a tiyn. It is the default currency of a project.
    pub const KZT: Self = Self(*b"KZT");

    /// The currency with this code.
    ///
    /// # Errors
    ///
    /// [`CurrencyError`] if the text is not three letters `A` to `Z`. The function neither trims nor changes the case.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        match code.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(CurrencyError),
        }
    }

    /// The code, such as `KZT`: always three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        // `unreachable!` instead of `expect`: this cannot panic, so callers need no section about panics.
        std::str::from_utf8(&self.0).unwrap_or_else(|_| unreachable!("three ASCII letters"))
    }

    /// The number of decimal digits of the minor unit *on the platform*, or `None` if the platform does not list the
    /// currency.
    ///
    /// The platform differs from ISO 4217 for CVE (0 digits), MGA and MRU (1 digit): ISO has 2 digits for all three.
    /// The platform also has 0 digits for XDR and 2 for XSU, for which ISO has none.
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

/// The currencies that the platform lists, with the digits of their minor units. They are sorted by code for a binary
/// search.
#[rustfmt::skip] // Lines by first letter are easier to read than 167 lines.
pub(super) const DIGITS: [(&[u8; 3], u8); 167] = [
    (b"AED", 2), (b"AFN", 2), (b"ALL", 2), (b"AMD", 2), (b"ANG", 2), (b"AOA", 2), (b"ARS", 2),
    (b"AUD", 2), (b"AWG", 2), (b"AZN", 2),
    (b"BAM", 2), (b"BBD", 2), (b"BDT", 2), (b"BGN", 2), (b"BHD", 3), (b"BIF", 0), (b"BMD", 2),
    (b"BND", 2), (b"BOB", 2), (b"BOV", 2), (b"BRL", 2), (b"BSD", 2), (b"BTN", 2), (b"BWP", 2),
    (b"BYN", 2), (b"BZD", 2),
    (b"CAD", 2), (b"CDF", 2), (b"CHE", 2), (b"CHF", 2), (b"CHW", 2), (b"CLF", 4), (b"CLP", 0),
    (b"CNY", 2), (b"COP", 2), (b"COU", 2), (b"CRC", 2), (b"CUC", 2), (b"CUP", 2), (b"CVE", 0),
    (b"CZK", 2),
    (b"DJF", 0), (b"DKK", 2), (b"DOP", 2), (b"DZD", 2),
    (b"EGP", 2), (b"ERN", 2), (b"ETB", 2), (b"EUR", 2),
    (b"FJD", 2), (b"FKP", 2),
    (b"GBP", 2), (b"GEL", 2), (b"GHS", 2), (b"GIP", 2), (b"GMD", 2), (b"GNF", 0), (b"GTQ", 2),
    (b"GYD", 2),
    (b"HKD", 2), (b"HNL", 2), (b"HRK", 2), (b"HTG", 2), (b"HUF", 2),
    (b"IDR", 2), (b"ILS", 2), (b"INR", 2), (b"IQD", 3), (b"IRR", 2), (b"ISK", 0),
    (b"JMD", 2), (b"JOD", 3), (b"JPY", 0),
    (b"KES", 2), (b"KGS", 2), (b"KHR", 2), (b"KMF", 0), (b"KPW", 2), (b"KRW", 0), (b"KWD", 3),
    (b"KYD", 2), (b"KZT", 2),
    (b"LAK", 2), (b"LBP", 2), (b"LKR", 2), (b"LRD", 2), (b"LSL", 2), (b"LYD", 3),
    (b"MAD", 2), (b"MDL", 2), (b"MGA", 1), (b"MKD", 2), (b"MMK", 2), (b"MNT", 2), (b"MOP", 2),
    (b"MRU", 1), (b"MUR", 2), (b"MVR", 2), (b"MWK", 2), (b"MXN", 2), (b"MXV", 2), (b"MYR", 2),
    (b"MZN", 2),
    (b"NAD", 2), (b"NGN", 2), (b"NIO", 2), (b"NOK", 2), (b"NPR", 2), (b"NZD", 2),
    (b"OMR", 3),
    (b"PAB", 2), (b"PEN", 2), (b"PGK", 2), (b"PHP", 2), (b"PKR", 2), (b"PLN", 2), (b"PYG", 0),
    (b"QAR", 2),
    (b"RON", 2), (b"RSD", 2), (b"RUB", 2), (b"RWF", 0),
    (b"SAR", 2), (b"SBD", 2), (b"SCR", 2), (b"SDG", 2), (b"SEK", 2), (b"SGD", 2), (b"SHP", 2),
    (b"SLL", 2), (b"SOS", 2), (b"SRD", 2), (b"SSP", 2), (b"STN", 2), (b"SVC", 2), (b"SYP", 2),
    (b"SZL", 2),
    (b"THB", 2), (b"TJS", 2), (b"TMT", 2), (b"TND", 3), (b"TOP", 2), (b"TRY", 2), (b"TTD", 2),
    (b"TWD", 2), (b"TZS", 2),
    (b"UAH", 2), (b"UGX", 0), (b"USD", 2), (b"UYI", 0), (b"UYU", 2), (b"UYW", 4), (b"UZS", 2),
    (b"VES", 2), (b"VND", 0), (b"VUV", 0),
    (b"WST", 2),
    (b"XAF", 0), (b"XCD", 2), (b"XDR", 0), (b"XOF", 0), (b"XPF", 0), (b"XSU", 2),
    (b"YER", 2),
    (b"ZAR", 2), (b"ZMW", 2), (b"ZWL", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_complete() {
        assert!(DIGITS.is_sorted_by(|(left, _), (right, _)| left < right));
        assert_eq!(DIGITS.len(), 167);
    }

    #[test]
    fn every_code_is_upper_case_letters() {
        let mut letters = DIGITS.iter().flat_map(|&(code, _)| code);
        assert!(letters.all(u8::is_ascii_uppercase));
    }

    #[test]
    fn three_upper_case_letters_are_a_currency_even_if_unlisted() {
        for code in ["KZT", "USD", "XXX", "QQQ"] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(currency.to_string(), code);
            assert_eq!(code.parse(), Ok(currency));
        }
        assert_eq!(Currency::parse("KZT"), Ok(Currency::KZT));
    }

    #[test]
    fn any_other_text_is_refused() {
        for text in [
            "", "KZ", "KZTT", "kzt", "KzT", " KZT", "K T", "398", "Ж!", "ТГ",
        ] {
            assert_eq!(Currency::parse(text), Err(CurrencyError), "{text:?}");
        }
    }

    #[test]
    fn digits_are_the_platforms_and_not_those_of_iso() {
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
