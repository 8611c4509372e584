//! The bodies of responses that several documents share. A method's crate picks the ones that its document describes.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::id::PaymentId;
use crate::money::Currency;
use crate::redacted::Redacted;
use crate::refused::Refused;
use crate::response_code::ResponseCode;

/// The response to a `verify` that succeeds, without contracts: the customer exists.
///
/// Source: kassa24 (option 1), kassa24-bvu, cashin-kz and qiwi-kz, response to `verify`.
///
/// ```
/// use jetpay_core::{Currency, response::AccountResponse};
///
/// let response = AccountResponse::new(Currency::KZT, "ABCDE12345");
/// assert_eq!(
///     serde_json::to_string(&response)?,
///     r#"{"code":0,"currency":"KZT","additional_customer_id":"ABCDE12345"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountResponse {
    code: ResponseCode,
    currency: Currency,
    additional_customer_id: Redacted,
}

impl AccountResponse {
    /// Names the currency of the account, and the id under which the platform shall know the customer.
    #[must_use]
    pub fn new(currency: Currency, additional_customer_id: &str) -> Self {
        Self {
            code: ResponseCode::Success,
            currency,
            additional_customer_id: Redacted::new(additional_customer_id),
        }
    }
}

/// A contract that a customer can pay; the documents call it an *entity*. Amounts are in minor units of the account's
/// currency.
///
/// Source: kaspi and kassa24 (option 2), response to `verify`, `entities`.
#[derive(Clone, PartialEq, Serialize)]
pub struct Contract {
    id: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Map<String, Value>>,
}

impl Contract {
    /// A contract with its id, which the platform repeats in `check_deposit`, and the number that the payer sees.
    #[must_use]
    pub fn new(id: impl Into<String>, number: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            number: number.into(),
            min_payment: None,
            payment: None,
            info: None,
        }
    }

    /// Sets the amount that the customer owes, in minor units. The merchant and JetPay agree whether it can be absent.
    #[must_use]
    pub fn with_payment_minor(mut self, payment: i64) -> Self {
        self.payment = Some(payment);
        self
    }

    /// Sets the smallest amount that the customer can pay, in minor units.
    #[must_use]
    pub fn with_min_payment_minor(mut self, min_payment: i64) -> Self {
        self.min_payment = Some(min_payment);
        self
    }

    /// Sets more data that the merchant and JetPay agreed to show to the customer.
    #[must_use]
    pub fn with_info(mut self, info: Map<String, Value>) -> Self {
        self.info = Some(info);
        self
    }
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contract(hidden)")
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id and nothing else.
///
/// Source: qiwi-kz, response to `check_deposit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentIdResponse {
    code: ResponseCode,
    payment_id: PaymentId,
}

impl PaymentIdResponse {
    /// Names the id under which the merchant stored the pending payment.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            code: ResponseCode::Success,
            payment_id,
        }
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id and texts.
///
/// Source: kaspi, and kassa24 (option 2), response to `check_deposit`.
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
    /// Names the id under which the merchant stored the pending payment.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            message: None,
            description: None,
        }
    }

    /// Sets the meaning of the code, in words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets what the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id, a text and the customer.
///
/// Source: kassa24-bvu, and kassa24 (option 1), response to `check_deposit`.
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
    /// Names the id under which the merchant stored the pending payment.
    #[must_use]
    pub fn new(payment_id: PaymentId) -> Self {
        Self {
            deposit: PaymentIdResponse::new(payment_id),
            description: None,
            customer_id: None,
        }
    }

    /// Sets what the payment is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the customer whose account is topped up.
    #[must_use]
    pub fn with_customer_id(mut self, customer_id: &str) -> Self {
        self.customer_id = Some(Redacted::new(customer_id));
        self
    }
}

/// A refusal with its text in `message`. Source: kaspi, qiwi-kz, and kassa24 (option 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageRefusal {
    code: ResponseCode,
    message: String,
}

impl From<Refused> for MessageRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            message: refused.into_text(),
        }
    }
}

/// A refusal with its text in `error_description`. Source: kassa24-bvu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescriptionRefusal {
    code: ResponseCode,
    error_description: String,
}

impl From<Refused> for DescriptionRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            error_description: refused.into_text(),
        }
    }
}
