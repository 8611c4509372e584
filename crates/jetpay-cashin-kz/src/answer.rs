//! This method's own answers.

use jetpay_core::Refused;
use jetpay_core::id::PaymentId;
use jetpay_core::response::PaymentIdResponse;
use jetpay_core::response_code::ResponseCode;
use serde::Serialize;

/// A good answer to `check_deposit`: our id of the payment. Source: cashin-kz, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckDepositResponse {
    #[serde(flatten)]
    deposit: PaymentIdResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl CheckDepositResponse {
    /// A top-up that is stored as pending under this id.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            description: None,
        }
    }

    /// What the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// A refusal: the document names `errors.message` and shows no sample; `message` beside it is ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    code: ResponseCode,
    message: String,
    errors: Errors,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Errors {
    message: String,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let (code, message) = (refused.code(), refused.into_text());
        Self {
            code,
            errors: Errors {
                message: message.clone(),
            },
            message,
        }
    }
}
