//! The responses that only this method has.

use jetpay_core::Refused;
use jetpay_core::id::PaymentId;
use jetpay_core::response::{PaymentIdResponse, Response};
use jetpay_core::response_code::ResponseCode;
use serde::Serialize;

/// The response to a `check_deposit` that succeeds. Source: cashin-kz, response to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckDepositResponse {
    #[serde(flatten)]
    deposit: PaymentIdResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl CheckDepositResponse {
    /// Names the id under which the merchant stored the pending payment.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            description: None,
        }
    }

    /// Sets what the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The id under which the merchant stored the pending payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        self.deposit.payment_id()
    }

    /// What the payment is for.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

impl Response for CheckDepositResponse {
    fn code(&self) -> ResponseCode {
        self.deposit.code()
    }

    fn payment(&self) -> Option<&PaymentId> {
        self.deposit.payment()
    }
}

/// A refusal. The document puts its text into `errors.message`, but shows no example. This crate repeats the text in
/// `message`. Source: cashin-kz, list of parameters.
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

impl Refusal {
    /// The reason. `errors.message` and `message` have it.
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
