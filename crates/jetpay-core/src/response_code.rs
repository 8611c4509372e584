//! The code of an answer.

use serde::{Serialize, Serializer};

/// The `code` that every method knows. (Kassa24's 204 belongs to one answer of that method and lives there.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseCode {
    /// 0: good.
    Success,
    /// 400: the signature is wrong, or the project is unknown.
    SignatureError,
    /// 404: the customer is unknown.
    NotFound,
    /// 500: anything else, with a text.
    Failed,
}

impl ResponseCode {
    /// The number on the wire.
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
