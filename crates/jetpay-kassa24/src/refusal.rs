//! Where this method puts the text of a refusal.

use jetpay_core::Refused;
use jetpay_core::merchant::HandlerError;
use jetpay_core::response_code::ResponseCode;
use serde::Serialize;

/// A refusal: in option 1 the text stands in `error_description` and `message`, in option 2 in `message` alone.
///
/// A plain [`Refused`] becomes one of option 1, whose shape serves both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    code: ResponseCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
    message: String,
}

impl Refusal {
    /// A refusal of option 2.
    #[must_use]
    pub fn of_contracts(refused: &Refused) -> Self {
        Self {
            code: refused.code(),
            error_description: None,
            message: refused.text().to_owned(),
        }
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
