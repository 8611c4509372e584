//! Why a body cannot be read at all.

use thiserror::Error;

/// The body is not a JSON object that can be signed. Its text never repeats what the body holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The body begins with a byte order mark.
    #[error("the body begins with a byte order mark; send plain UTF-8 without it")]
    ByteOrderMark,
    /// The body is not UTF-8.
    #[error("the body is not UTF-8 from byte {at} on")]
    NotUtf8 {
        /// The first byte that is wrong, from 0.
        at: usize,
    },
    /// The body is empty, or its top level is not an object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// The body, or its flattened form (more than 16 times the body), is larger than any message.
    #[error("the body is too large, or repeats long keys too often")]
    TooLarge,
    /// Broken JSON, or JSON that is never signed: a repeated key, an empty key, negative zero, a number out of
    /// range, a lone surrogate, more than 127 levels, something after the end. The text says which, and where.
    #[error("not readable JSON: {0}")]
    Json(String),
}

impl From<std::str::Utf8Error> for Unreadable {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::NotUtf8 {
            at: error.valid_up_to(),
        }
    }
}
