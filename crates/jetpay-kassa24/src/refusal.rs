//! The refusal. The options of the document have its text in different fields.

use jetpay_core::Refused;
use jetpay_core::merchant::HandlerError;
use jetpay_core::response::Response;
use jetpay_core::response_code::ResponseCode;
use serde::Serialize;

/// A refusal. In option 1 its text is in `error_description` and in `message`, in option 2 only in `message`.
///
/// A [`Refused`] converts to a refusal of option 1, whose fields include those of option 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    code: ResponseCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
    message: String,
}

impl Refusal {
    /// Makes a refusal of option 2.
    #[must_use]
    pub fn of_contracts(refused: &Refused) -> Self {
        Self {
            code: refused.code(),
            error_description: None,
            message: refused.text().to_owned(),
        }
    }

    /// The reason. In option 1, `error_description` has it, too.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Response for Refusal {
    fn code(&self) -> ResponseCode {
        self.code
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let message = refused.text().to_owned();
        Self {
            code: refused.code(),
            error_description: Some(message.clone()),
            message,
        }
    }
}

impl From<Refusal> for HandlerError<Refusal> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
