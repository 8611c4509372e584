//! The good answers to `check_deposit`: a payment id, and what each document allows beside it.

use serde::Serialize;

use crate::id::PaymentId;
use crate::redacted::Redacted;
use crate::response_code::ResponseCode;

/// A payment id alone. Source: qiwi-kz, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentIdResponse {
    code: ResponseCode,
    payment_id: PaymentId,
}

impl PaymentIdResponse {
    /// A top-up that is stored as pending under this id.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            code: ResponseCode::Success,
            payment_id,
        }
    }
}

/// A payment id and words. Source: kaspi, and kassa24 option 2, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescribedDepositResponse {
    #[serde(flatten)]
    deposit: PaymentIdResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl DescribedDepositResponse {
    /// A top-up that is stored as pending under this id.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            message: None,
            description: None,
        }
    }

    /// What the code means, in words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// What the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// A payment id, words, and the customer. Source: kassa24-bvu, and kassa24 option 1, answer to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerDepositResponse {
    #[serde(flatten)]
    deposit: PaymentIdResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<Redacted>,
}

impl CustomerDepositResponse {
    /// A top-up that is stored as pending under this id.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            description: None,
            customer_id: None,
        }
    }

    /// What the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Whose account it is.
    #[must_use]
    pub fn with_customer_id(mut self, customer_id: &str) -> Self {
        self.customer_id = Some(Redacted::new(customer_id));
        self
    }
}
