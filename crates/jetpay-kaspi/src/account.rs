//! The good answer to `verify`: an account and its contracts.

use jetpay_core::code::Code;
use jetpay_core::private::Private;
use jetpay_core::{Currency, Refused};
use serde::Serialize;

use crate::Contract;

/// A customer with at least one contract that can be paid. Source: kaspi, answer to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    code: Code,
    currency: Currency,
    entities: Vec<Contract>,
    additional_customer_id: Private,
}

impl Account {
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
        let additional_customer_id = Private::new(additional_customer_id);
        Ok(Self {
            code: Code::Success,
            currency,
            entities,
            additional_customer_id,
        })
    }
}
