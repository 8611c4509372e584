//! The code of a response: [`ResponseCode`]. Why an operation ended as it did is another code:
//! [`OperationCode`](crate::operation_code::OperationCode).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

/// The `code` of a response, as the documents define it. It serializes as its number.
///
/// A merchant does not choose it: the responses and [`Refused`](crate::Refused) have it.
///
/// ```
/// use jetpay_core::response_code::ResponseCode;
///
/// assert_eq!(ResponseCode::try_from(404), Ok(ResponseCode::NotFound));
/// assert!(ResponseCode::try_from(200).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseCode {
    /// 0: the request succeeded.
    Success,
    /// 204: the customer exists and owes nothing. Only the `verify` of Kassa24 (option 2) has this code.
    NothingOwed,
    /// 400: the signature is wrong, or the project is unknown.
    SignatureError,
    /// 404: the customer is unknown. Source: every document, answer codes.
    NotFound,
    /// 500: the request failed for another reason, which a text explains. A field with a wrong value has it, too.
    Failed,
}

/// No response has this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no response has the code {0}; the codes are 0, 204, 400, 404 and 500")]
#[expect(
    clippy::exhaustive_structs,
    reason = "the number is all that there is to say"
)]
pub struct UnknownResponseCode(pub u16);

impl ResponseCode {
    /// All codes, in ascending order.
    pub const ALL: &[Self] = &[
        Self::Success,
        Self::NothingOwed,
        Self::SignatureError,
        Self::NotFound,
        Self::Failed,
    ];

    /// The number in the JSON. It is not the HTTP status, which is 200 for every request that was understood.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Success => 0,
            Self::NothingOwed => 204,
            Self::SignatureError => 400,
            Self::NotFound => 404,
            Self::Failed => 500,
        }
    }
}

impl TryFrom<u16> for ResponseCode {
    type Error = UnknownResponseCode;

    fn try_from(number: u16) -> Result<Self, UnknownResponseCode> {
        let mut codes = Self::ALL.iter().copied();
        let known = codes.find(|code| code.number() == number);
        known.ok_or(UnknownResponseCode(number))
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl Serialize for ResponseCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number())
    }
}

impl<'de> Deserialize<'de> for ResponseCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        Self::try_from(number).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{ResponseCode, UnknownResponseCode};

    #[test]
    fn code_is_read_back_from_its_number_and_its_json() {
        for code in ResponseCode::ALL {
            assert_eq!(ResponseCode::try_from(code.number()), Ok(*code));
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, code.to_string());
            assert_eq!(serde_json::from_str::<ResponseCode>(&json).unwrap(), *code);
        }
    }

    #[test]
    fn number_that_no_document_has_is_no_code() {
        for number in [1, 200, 403, 503, u16::MAX] {
            assert_eq!(
                ResponseCode::try_from(number),
                Err(UnknownResponseCode(number))
            );
        }
        for json in ["1", "-1", "\"0\"", "0.0"] {
            assert!(
                serde_json::from_str::<ResponseCode>(json).is_err(),
                "{json}"
            );
        }
    }
}
