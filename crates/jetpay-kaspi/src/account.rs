//! The good answer to `verify`: an account and its contracts.

use jetpay_core::redacted::Redacted;
use jetpay_core::response_code::ResponseCode;
use jetpay_core::{Currency, Refused};
use serde::Serialize;

use crate::Contract;

/// A customer with at least one contract that can be paid. Source: kaspi, answer to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyResponse {
    code: ResponseCode,
    currency: Currency,
    entities: Vec<Contract>,
    additional_customer_id: Redacted,
}

impl VerifyResponse {
    /// An account with its contracts. Leave out those that cannot be paid: this method has no code for them.
    ///
    /// # Errors
    /// A refusal with code 500 when no contract is left.
    pub fn new(
        currency: Currency,
        additional_customer_id: &str,
        contracts: impl IntoIterator<Item = Contract>,
    ) -> Result<Self, Refused> {
        let entities: Vec<Contract> = contracts.into_iter().collect();
        if entities.is_empty() {
            return Err(Refused::failed(
                "no contract of this customer can be paid now",
            ));
        }
        let additional_customer_id = Redacted::new(additional_customer_id);
        Ok(Self {
            code: ResponseCode::Success,
            currency,
            entities,
            additional_customer_id,
        })
    }
}
