//! Rejections: what the sender of a message did wrong.

use thiserror::Error;

use crate::response_code::ResponseCode;
use crate::signature::{MalformedSignature, Malleated, Unreadable};

/// Why a message was not served. The sender's fault, told in words that name no secret and none of the values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Not a JSON object that can be signed.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    /// Larger than the endpoint takes. Whoever reads the body says this, not this crate.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// It did not arrive whole, or not in time. Whoever reads the body says this, too.
    #[error("the body did not arrive whole and in time")]
    Incomplete,
    /// No project with this id is in the keyring, or the message names none.
    #[error("this project is not configured here; nothing of the message was read")]
    UnknownProject,
    /// The signature is no signature.
    #[error("{0}")]
    Malformed(#[from] MalformedSignature),
    /// The signature is another's.
    #[error("the signature does not match; check the secret and the string that was signed")]
    WrongSignature,
    /// The project does not support this method.
    #[error("this project does not support the method {method}")]
    MethodNotSupported {
        /// The method's name.
        method: &'static str,
    },
    /// The signature is good, but the message may have been cut anew from a signed one.
    #[error("the message is refused because its signature would also fit another: {0}")]
    Malleated(Malleated),
    /// The signature is good, but a field is not what it must be.
    #[error("the field `{path}` {flaw}")]
    Field {
        /// Its path, names joined with `:`.
        path: &'static str,
        /// What is wrong with it.
        flaw: FieldFlaw,
    },
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldFlaw {
    /// It is not there, or is `null`.
    #[error("is missing")]
    Missing,
    /// It has another JSON type.
    #[error("must be {0}")]
    NotA(&'static str),
    /// It is not an id.
    #[error("must be an id: not empty, at most 255 bytes, without `;` and control characters")]
    NotAnId,
    /// It has another value than the one that fits here.
    #[error("must be {0}")]
    NotThe(&'static str),
    /// The currency is not the project's.
    #[error("must be the project's currency, {0}")]
    OtherCurrency(crate::money::Currency),
}

impl Rejection {
    /// The code that a refusal carries for it.
    #[must_use]
    pub fn code(&self) -> ResponseCode {
        match self {
            Self::UnknownProject
            | Self::Malformed(_)
            | Self::WrongSignature
            | Self::MethodNotSupported { .. } => ResponseCode::SignatureError,
            Self::Unreadable(_)
            | Self::TooLarge { .. }
            | Self::Incomplete
            | Self::Malleated(_)
            | Self::Field { .. } => ResponseCode::Failed,
        }
    }

    /// The HTTP status of the answer to a request: 200 for whatever could be understood.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Unreadable(_) | Self::Incomplete => 400,
            Self::TooLarge { .. } => 413,
            Self::UnknownProject
            | Self::Malformed(_)
            | Self::WrongSignature
            | Self::MethodNotSupported { .. }
            | Self::Malleated(_)
            | Self::Field { .. } => 200,
        }
    }

    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::TooLarge { .. } => "too_large",
            Self::Incomplete => "incomplete",
            Self::UnknownProject => "unknown_project",
            Self::Malformed(_) => "malformed_signature",
            Self::WrongSignature => "wrong_signature",
            Self::MethodNotSupported { .. } => "method_not_supported",
            Self::Malleated(_) => "malleated",
            Self::Field { .. } => "field",
        }
    }
}
