//! The bodies of responses that several documents share. A method's crate picks the ones that its document describes.
//!
//! Use them under the names of the method's crate: `VerifyResponse`, `CheckDepositResponse` and `Refusal`. All of them
//! serialize as the JSON that the platform gets, and none can be made with a wrong code.
//!
//! | type | its JSON beside `code` | kaspi | kassa24 | kassa24-bvu | cashin-kz | qiwi-kz |
//! |---|---|---|---|---|---|---|
//! | [`AccountResponse`] | `currency`, `additional_customer_id` | | option 1 | yes | yes | yes |
//! | [`PaymentIdResponse`] | `payment_id` | | | | | yes |
//! | [`DescribedDepositResponse`] | `payment_id`, `message`?, `description`? | yes | option 2 | | | |
//! | [`CustomerDepositResponse`] | `payment_id`, `description`?, `customer_id`? | | option 1 | yes | | |
//! | [`MessageRefusal`] | `message` | yes | option 2 | | | yes |
//! | [`DescriptionRefusal`] | `error_description` | | | yes | | |
//!
//! Shapes that only one document has are in the crate of its method.

mod contract;

pub use contract::{Contract, InvalidContract};

use serde::Serialize;

use crate::id::PaymentId;
use crate::money::Currency;
use crate::redacted::Redacted;
use crate::refused::Refused;
use crate::response_code::ResponseCode;

/// The body of a response. It serializes as the JSON that the platform gets.
///
/// Methods implement it for their own shapes. A response that cannot be written as JSON becomes HTTP 503.
pub trait Response: Serialize {
    /// The code in the body. A response that refuses has another one than [`Success`](ResponseCode::Success).
    fn code(&self) -> ResponseCode;

    /// The payment that the response announces, for logs. Responses to `check_deposit` have one.
    fn payment(&self) -> Option<&PaymentId> {
        None
    }
}

/// A response with the field `code`.
macro_rules! response {
    ($($name:ident),+) => {$(
        impl Response for $name {
            fn code(&self) -> ResponseCode {
                self.code
            }
        }
    )+};
}

response!(AccountResponse, MessageRefusal, DescriptionRefusal);

impl Response for PaymentIdResponse {
    fn code(&self) -> ResponseCode {
        self.code
    }

    fn payment(&self) -> Option<&PaymentId> {
        Some(&self.payment_id)
    }
}

/// A response that has the fields of [`PaymentIdResponse`] and more.
macro_rules! deposit_response {
    ($($name:ident),+) => {$(
        impl Response for $name {
            fn code(&self) -> ResponseCode {
                self.deposit.code
            }

            fn payment(&self) -> Option<&PaymentId> {
                self.deposit.payment()
            }
        }

        impl $name {
            /// The id under which the merchant stored the pending payment.
            #[must_use]
            pub fn payment_id(&self) -> &PaymentId {
                &self.deposit.payment_id
            }

            /// Sets what the payment is for.
            #[must_use]
            pub fn with_description(mut self, description: impl Into<String>) -> Self {
                self.description = Some(description.into());
                self
            }

            /// What the payment is for.
            #[must_use]
            pub fn description(&self) -> Option<&str> {
                self.description.as_deref()
            }
        }
    )+};
}

deposit_response!(DescribedDepositResponse, CustomerDepositResponse);

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
    ///
    /// The second id may equal the id that the payer typed. `Debug` hides it, because it is the payer's data.
    #[must_use]
    pub fn new(currency: Currency, additional_customer_id: &str) -> Self {
        Self {
            code: ResponseCode::Success,
            currency,
            additional_customer_id: Redacted::new(additional_customer_id),
        }
    }

    /// The currency of the account.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The id under which the platform shall know the customer.
    #[must_use]
    pub fn additional_customer_id(&self) -> &str {
        self.additional_customer_id.as_str()
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id and nothing else.
///
/// Source: qiwi-kz, response to `check_deposit`.
///
/// ```
/// use jetpay_core::{PaymentId, response::PaymentIdResponse};
///
/// let response = PaymentIdResponse::new(PaymentId::new("payment_47")?);
/// assert_eq!(serde_json::to_string(&response)?, r#"{"code":0,"payment_id":"payment_47"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// The id under which the merchant stored the pending payment.
    #[must_use]
    pub fn payment_id(&self) -> &PaymentId {
        &self.payment_id
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id and texts.
///
/// Source: kaspi, and kassa24 (option 2), response to `check_deposit`.
///
/// ```
/// use jetpay_core::{PaymentId, response::DescribedDepositResponse};
///
/// let response = DescribedDepositResponse::new(PaymentId::new("payment_47")?).with_description("Internet, March");
/// assert_eq!(
///     serde_json::to_string(&response)?,
///     r#"{"code":0,"payment_id":"payment_47","description":"Internet, March"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// The meaning of the code, in words.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

/// The response to a `check_deposit` that succeeds, with a payment id, a text and the customer.
///
/// Source: kassa24-bvu, and kassa24 (option 1), response to `check_deposit`.
///
/// ```
/// use jetpay_core::{PaymentId, response::CustomerDepositResponse};
///
/// let response = CustomerDepositResponse::new(PaymentId::new("payment_47")?).with_customer_id("7123456789");
/// assert_eq!(
///     serde_json::to_string(&response)?,
///     r#"{"code":0,"payment_id":"payment_47","customer_id":"7123456789"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// Sets the customer whose account is topped up.
    #[must_use]
    pub fn with_customer_id(mut self, customer_id: &str) -> Self {
        self.customer_id = Some(Redacted::new(customer_id));
        self
    }

    /// The customer whose account is topped up.
    #[must_use]
    pub fn customer_id(&self) -> Option<&str> {
        self.customer_id.as_ref().map(Redacted::as_str)
    }
}

/// A refusal with its text in `message`, such as `{"code":404,"message":"no such account"}`. Only [`Refused`] makes one.
///
/// Source: kaspi, qiwi-kz, and kassa24 (option 2), responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageRefusal {
    code: ResponseCode,
    message: String,
}

impl MessageRefusal {
    /// The reason.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<Refused> for MessageRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            message: refused.into_text(),
        }
    }
}

/// A refusal with its text in `error_description`, such as `{"code":404,"error_description":"no such account"}`. Only
/// [`Refused`] makes one.
///
/// Source: kassa24-bvu, responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DescriptionRefusal {
    code: ResponseCode,
    error_description: String,
}

impl DescriptionRefusal {
    /// The reason.
    #[must_use]
    pub fn error_description(&self) -> &str {
        &self.error_description
    }
}

impl From<Refused> for DescriptionRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code(),
            error_description: refused.into_text(),
        }
    }
}
