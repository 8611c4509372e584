//! Refusals: the business said no. An answer, not an error.

use crate::rejection::Rejection;
use crate::response_code::ResponseCode;

/// A refusal before it has its method's shape: a code and a text for the payer.
///
/// A merchant makes "not found" and "failed" only; the code 400 is made from a [`Rejection`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    code: ResponseCode,
    text: String,
}

impl Refused {
    /// The customer is unknown (404).
    #[must_use]
    pub fn not_found(text: impl Into<String>) -> Self {
        Self::with(ResponseCode::NotFound, text.into())
    }

    /// Anything else that cannot be done (500), and why.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self::with(ResponseCode::Failed, text.into())
    }

    /// What the sender of a rejected message is told. The only way to a code 400, and not a merchant's.
    pub(crate) fn for_rejection(rejection: &Rejection) -> Self {
        Self::with(rejection.code(), rejection.to_string())
    }

    fn with(code: ResponseCode, text: String) -> Self {
        // The documents require a reason: none is told as what is known, the code.
        let text = if text.is_empty() {
            format!("refused with code {}", code.number())
        } else {
            text
        };
        Self { code, text }
    }

    /// 400, 404 or 500.
    #[must_use]
    pub fn code(&self) -> ResponseCode {
        self.code
    }

    /// Why; never empty.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why, to keep.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

/// The merchant's system cannot answer now: a store that is down, a queue that is full. Our fault, so HTTP 503; its
/// text goes to the log and not to the sender.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unavailable: {0}")]
pub struct Unavailable(pub String);

impl Unavailable {
    /// The refusal that is sent with the 503.
    pub(crate) fn refused() -> Refused {
        Refused::failed("the service is not available now; try again later")
    }
}
