//! The code of a response.

use serde::{Serialize, Serializer};

/// The `code` of a response, as all methods define it.
///
/// Kassa24 has one more code, 204. It belongs to one response of that method and is in that method's crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseCode {
    /// 0: the request succeeded.
    Success,
    /// 400: the signature is wrong, or the project is unknown.
    SignatureError,
    /// 404: the customer is unknown.
    NotFound,
    /// 500: the request failed for another reason, which a text explains.
    Failed,
}

impl ResponseCode {
    /// The number in the JSON.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Success => 0,
            Self::SignatureError => 400,
            Self::NotFound => 404,
            Self::Failed => 500,
        }
    }
}

impl Serialize for ResponseCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number())
    }
}
