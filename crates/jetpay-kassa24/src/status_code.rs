//! The `status_code` of a contract.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The `status_code` of a contract: whether it can be paid. It serializes as its number.
///
/// The set is open, because the merchant and JetPay agree on codes of their own.
///
/// Source: kassa24, response to `verify`, option 2, `entities`.
///
/// ```
/// use jetpay_kassa24::StatusCode;
///
/// assert_eq!(StatusCode::from(204), StatusCode::NothingOwed);
/// assert_eq!(StatusCode::from(17).number(), 17);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusCode {
    /// 0: the contract can be paid.
    Payable,
    /// 204: the customer owes nothing on the contract. If this is so for all contracts, the response has this code.
    NothingOwed,
    /// Another code. The platform shows the text that the merchant and JetPay agreed on, and accepts no payment. Only
    /// `From<i64>` makes it, so it is never 0 or 204.
    Other(OtherStatusCode),
}

/// A `status_code` that the merchant and JetPay agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OtherStatusCode(i64);

impl OtherStatusCode {
    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl StatusCode {
    /// The number in the JSON.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Payable => 0,
            Self::NothingOwed => 204,
            Self::Other(code) => code.number(),
        }
    }
}

impl From<i64> for StatusCode {
    fn from(number: i64) -> Self {
        match number {
            0 => Self::Payable,
            204 => Self::NothingOwed,
            other => Self::Other(OtherStatusCode(other)),
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl Serialize for StatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::StatusCode;

    #[test]
    fn every_number_survives_and_only_unknown_ones_are_other() {
        for number in [0, 204, 1, -1, 404, i64::MAX] {
            let code = StatusCode::from(number);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(
                (code.number(), json.as_str()),
                (number, code.to_string().as_str())
            );
            assert_eq!(serde_json::from_str::<StatusCode>(&json).unwrap(), code);
            assert_eq!(
                matches!(code, StatusCode::Other(_)),
                ![0, 204].contains(&number)
            );
        }
    }
}
