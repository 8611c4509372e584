//! Rejections: the mistakes that the sender of a message can make.
//!
//! The library answers them by itself, and a merchant never makes one. They are in
//! [`Outcome::rejection`](crate::serve::Outcome::rejection), for logs and metrics: many rejections of the kind
//! `wrong_signature` mean that the secret is wrong, or that a stranger tries the URL.

use thiserror::Error;

use crate::response_code::ResponseCode;
use crate::signature::{MalformedSignature, Malleated, Unreadable};

/// The mistake for which a message is rejected. Its text shows neither a secret nor a value of the message.
///
/// ```
/// use jetpay_core::message::Received;
/// use jetpay_core::{Keyring, Project, Rejection, ResponseCode};
///
/// let keyring = Keyring::from(Project::new(1234, "secret")?);
/// let body = br#"{"type": "verify", "project_id": 99, "customer_id": "7123456789", "signature": "?"}"#;
/// let rejection = Received::parse(body)?.authenticate(&keyring).err();
/// assert_eq!(rejection, Some(Rejection::UnknownProject));
/// assert_eq!(Rejection::UnknownProject.code(), ResponseCode::SignatureError);
/// assert_eq!(Rejection::UnknownProject.http_status(), 200);
/// assert_eq!(Rejection::UnknownProject.kind(), "unknown_project");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The body is not a JSON object that can be signed.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    /// The body is too large. The code that reads the body reports this, not this crate.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The largest size that the endpoint accepts, in bytes.
        limit: usize,
    },
    /// The body broke off or took too long. The code that reads the body reports this, not this crate.
    #[error("the body did not arrive whole and in time")]
    Incomplete,
    /// The keyring has no project with the message's `project_id`, or the message has none.
    #[error("this project is not configured here; nothing of the message was read")]
    UnknownProject,
    /// The text of the signature cannot be a signature.
    #[error("{0}")]
    Malformed(#[from] MalformedSignature),
    /// The signature does not match the message with any of the project's secrets, in neither order of paths. The crate
    /// `jetpay-explain` finds out why.
    #[error("the signature does not match; check the secret and the string that was signed")]
    WrongSignature,
    /// The project does not support this method: see [`Project::with_methods`](crate::Project::with_methods).
    #[error("this project does not support the method {method}")]
    MethodNotSupported {
        /// The method's name.
        method: &'static str,
    },
    /// The signature matches, but an attacker may have made the message from another signed message. No honest message of the
    /// platform is known that looks so.
    #[error("the message is refused because its signature would also fit another: {0}")]
    Malleated(Malleated),
    /// The signature matches, but a field has a wrong value.
    #[error("the field `{path}` {flaw}")]
    Field {
        /// The field's path: names joined with `:`.
        path: &'static str,
        /// What is wrong with the field.
        flaw: FieldFlaw,
    },
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldFlaw {
    /// The field is absent or `null`.
    #[error("is missing")]
    Missing,
    /// The field has a wrong JSON type; the text names the right one.
    #[error("must be {0}")]
    NotA(&'static str),
    /// The field is not an id.
    #[error("must be an id: not empty, at most 255 bytes, without `;` and control characters")]
    NotAnId,
    /// The field has a wrong value; the text names the right one.
    #[error("must be {0}")]
    NotThe(&'static str),
    /// The currency is not the project's currency.
    #[error("must be the project's currency, {0}")]
    OtherCurrency(crate::money::Currency),
}

impl Rejection {
    /// The code of the refusal that answers the message: 400 if the project, its signature or its method is at fault, else
    /// 500.
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

    /// The HTTP status of the response to a request. It is 200 if the body was readable, else 400 or 413. A callback gets 413 or
    /// 400, whatever the reason is.
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

    /// A short, stable word for logs and metrics, such as `wrong_signature`.
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
