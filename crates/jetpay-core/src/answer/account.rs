//! The good answer to `verify` without contracts.

use serde::Serialize;

use crate::code::Code;
use crate::money::Currency;
use crate::private::Private;

/// A good answer to `verify` without contracts: the customer exists.
///
/// ```
/// use jetpay_core::{Currency, answer::CustomerAccount};
///
/// let account = CustomerAccount::new(Currency::KZT, "ABCDE12345");
/// assert_eq!(
///     serde_json::to_string(&account)?,
///     r#"{"code":0,"currency":"KZT","additional_customer_id":"ABCDE12345"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerAccount {
    code: Code,
    currency: Currency,
    additional_customer_id: Private,
}

impl CustomerAccount {
    /// The account of a customer whom the platform shall know by `additional_customer_id`.
    #[must_use]
    pub fn new(currency: Currency, additional_customer_id: &str) -> Self {
        Self {
            code: Code::Success,
            currency,
            additional_customer_id: Private::new(additional_customer_id),
        }
    }
}
