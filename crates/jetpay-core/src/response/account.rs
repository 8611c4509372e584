//! The good answer to `verify` without contracts.

use serde::Serialize;

use crate::money::Currency;
use crate::redacted::Redacted;
use crate::response_code::ResponseCode;

/// A good answer to `verify` without contracts: the customer exists.
///
/// ```
/// use jetpay_core::{Currency, response::AccountResponse};
///
/// let account = AccountResponse::new(Currency::KZT, "ABCDE12345");
/// assert_eq!(
///     serde_json::to_string(&account)?,
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
    /// The account of a customer whom the platform shall know by `additional_customer_id`.
    #[must_use]
    pub fn new(currency: Currency, additional_customer_id: &str) -> Self {
        Self {
            code: ResponseCode::Success,
            currency,
            additional_customer_id: Redacted::new(additional_customer_id),
        }
    }
}
