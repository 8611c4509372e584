//! Operation codes: why an operation ended as it did, and what to do about it.
//!
//! A code explains a status to people; it never decides about money. Show [`OperationCode::text`] to your support, and never
//! the platform's code alone.
//!
//! The set is open: an [`OperationCode`] keeps any code as received. 378 codes are known; each has a short text and an
//! [`Advice`].
//!
//! ```
//! use jetpay_core::operation_code::{Advice, OperationCode};
//!
//! let code = OperationCode::from("20105");
//! assert_eq!(code.text(), "payer's account lacks the money");
//! assert_eq!(code.advice(), Advice::Retry);
//!
//! let new = OperationCode::from("77777");
//! assert_eq!(new.as_str(), "77777");
//! assert_eq!(new.text(), "unknown code");
//! assert_eq!(new.advice(), Advice::AskSupport);
//! ```

mod names;
mod table;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// The code of an operation, as received. It serializes as a string, as the documents show it.
///
/// Two codes are equal if their texts are equal. The codes that the five methods send have names:
///
/// ```
/// use jetpay_core::operation_code::OperationCode;
///
/// assert_eq!(OperationCode::from(0), OperationCode::SUCCESS);
/// assert_ne!(OperationCode::from("00"), OperationCode::SUCCESS);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct OperationCode(Cow<'static, str>);

/// A known code and its meaning.
///
/// ```
/// use jetpay_core::operation_code::{Advice, OperationCode};
///
/// let known = OperationCode::WRONG_AMOUNT_PAID.known().expect("a named code is known");
/// assert_eq!((known.number, known.advice), (20304, Advice::Retry));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCode {
    /// The code, as a number. Source: the platform's list of operation codes.
    pub number: u32,
    /// The meaning, in three to nine words of English.
    pub text: &'static str,
    /// What to do about it.
    pub advice: Advice,
}

/// The next step that a code suggests to a person. It serializes as words.
///
/// No code moves money. Only a status decides.
///
/// ```
/// use jetpay_core::operation_code::{Advice, OperationCode};
///
/// let advice = OperationCode::from("20202").advice();
/// assert_eq!(advice, Advice::Retry);
/// assert_eq!(advice.to_string(), "retry");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// The operation succeeded.
    Nothing,
    /// The operation has no outcome yet. Wait for it.
    Wait,
    /// The same request can succeed at once.
    Retry,
    /// The same request can succeed later, or when the period of a limit is over.
    RetryLater,
    /// The request must change before it can succeed.
    FixRequest,
    /// The operation will not succeed.
    DoNotRetry,
    /// Only the platform's support can help.
    AskSupport,
}

impl Advice {
    /// The advice in plain words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Wait => "wait",
            Self::Retry => "retry",
            Self::RetryLater => "retry later",
            Self::FixRequest => "fix the request",
            Self::DoNotRetry => "do not retry",
            Self::AskSupport => "ask support",
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl OperationCode {
    /// The code as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code as a number, or `None` if it is not the plain decimal form of a `u32`.
    ///
    /// `00` and `+0` have no number, so codes with equal numbers are equal codes.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        let is_plain =
            self.as_str() == "0" || self.0.starts_with(|first: char| matches!(first, '1'..='9'));
        // Besides digits, `parse` accepts only a leading plus sign, which `is_plain` excludes.
        self.0.parse().ok().filter(|_| is_plain)
    }

    /// The meaning and the advice, if the code is known.
    #[must_use]
    pub fn known(&self) -> Option<&'static KnownCode> {
        table::find(self.number()?)
    }

    /// The meaning of the code, or `unknown code`.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.known().map_or("unknown code", |known| known.text)
    }

    /// What to do about the code. For an unknown code it is [`Advice::AskSupport`].
    #[must_use]
    pub fn advice(&self) -> Advice {
        self.known()
            .map_or(Advice::AskSupport, |known| known.advice)
    }
}

impl From<&str> for OperationCode {
    /// Keeps the text as received, known or not.
    fn from(text: &str) -> Self {
        Self(Cow::Owned(text.to_owned()))
    }
}

impl From<u64> for OperationCode {
    /// The same code as the number's decimal text.
    fn from(number: u64) -> Self {
        Self(Cow::Owned(number.to_string()))
    }
}

impl FromStr for OperationCode {
    type Err = Infallible;

    /// Keeps the text as received, known or not.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for OperationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for OperationCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_its_text_are_one_code() {
        for number in [0, 20_000, u64::MAX] {
            let code = OperationCode::from(number);
            assert_eq!(code, OperationCode::from(number.to_string().as_str()));
            assert_eq!(code.to_string(), number.to_string());
        }
    }

    #[test]
    fn only_plain_decimal_text_has_a_number() {
        let number = |text| OperationCode::from(text).number();
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("20000"), Some(20_000));
        assert_eq!(number("4294967295"), Some(u32::MAX));
        for text in [
            "",
            "00",
            "020000",
            "+0",
            "-0",
            "-1",
            " 0",
            "0 ",
            "0.0",
            "1e3",
            "ABC",
            "4294967296",
            "٣",
        ] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn unknown_code_is_kept_and_sent_to_support() {
        for text in ["77777", "ABC", "", "00"] {
            let code = OperationCode::from(text);
            assert_eq!(code.as_str(), text);
            assert_eq!(code.known(), None);
            assert_eq!(code.text(), "unknown code");
            assert_eq!(code.advice(), Advice::AskSupport);
        }
    }

    #[test]
    fn json_is_a_string_also_for_a_number() {
        let code = OperationCode::from(20_000);
        assert_eq!(serde_json::to_string(&code).unwrap(), r#""20000""#);
    }

    #[test]
    fn code_is_read_back_from_its_json_and_its_text() {
        for text in ["0", "00", "77777", "ABC"] {
            let code = OperationCode::from(text);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<OperationCode>(&json).unwrap(), code);
            assert_eq!(code.to_string().parse(), Ok(code));
        }
    }
}
