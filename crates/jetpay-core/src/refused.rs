//! Refusals: the merchant says no. A refusal is a response, not an error.

use crate::rejection::Rejection;
use crate::response_code::ResponseCode;

/// A refusal before it has its method's shape: a code and a text for the payer.
///
/// A merchant can make "not found" (404) and "failed" (500). Only a [`Rejection`] makes the code 400.
///
/// The platform shows the text to the payer, so write it in a language that payers read, and without details of your
/// system. Each method's `Refusal` puts it into the field that its document names:
///
/// ```
/// use jetpay_core::response::{DescriptionRefusal, MessageRefusal};
/// use jetpay_core::{Refused, ResponseCode};
///
/// let refused = Refused::not_found("no such account");
/// assert_eq!(refused.code(), ResponseCode::NotFound);
///
/// let kaspi = serde_json::to_string(&MessageRefusal::from(refused.clone()))?;
/// assert_eq!(kaspi, r#"{"code":404,"message":"no such account"}"#);
///
/// let bvu = serde_json::to_string(&DescriptionRefusal::from(refused))?;
/// assert_eq!(bvu, r#"{"code":404,"error_description":"no such account"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    code: ResponseCode,
    text: String,
}

impl Refused {
    /// The customer is unknown (404). No other reason has this code. An empty text is replaced, because the documents require
    /// one.
    #[must_use]
    pub fn not_found(text: impl Into<String>) -> Self {
        Self::with(ResponseCode::NotFound, text.into())
    }

    /// The request failed for another reason (500), which the text explains: the account is closed, say.
    ///
    /// If your system cannot answer now, return [`Unavailable`](crate::Unavailable) instead: a refusal is final for this payer.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self::with(ResponseCode::Failed, text.into())
    }

    /// The customer has no contract that can be paid (500). The methods with contracts refuse an empty list with it.
    #[must_use]
    pub fn no_contract() -> Self {
        Self::failed("no contract of this customer can be paid now")
    }

    /// The response to a rejected message. Nothing else makes the code 400.
    pub(crate) fn for_rejection(rejection: &Rejection) -> Self {
        Self::with(rejection.code(), rejection.to_string())
    }

    fn with(code: ResponseCode, text: String) -> Self {
        // The documents require a text, so an empty one is replaced.
        let text = if text.is_empty() {
            format!("refused with code {}", code.number())
        } else {
            text
        };
        Self { code, text }
    }

    /// The code: 400, 404 or 500.
    #[must_use]
    pub fn code(&self) -> ResponseCode {
        self.code
    }

    /// The reason. It is never empty.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reason, as an owned text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}
