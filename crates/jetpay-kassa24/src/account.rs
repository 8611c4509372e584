//! The good answers to `verify`, one for each option.

use jetpay_core::Currency;
use jetpay_core::redacted::Redacted;
use jetpay_core::response::AccountResponse;
use serde::{Serialize, Serializer};

use crate::{ContractStatus, NOTHING_OWED, PAYABLE};

/// A good answer to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VerifyResponse {
    /// Option 1: the account alone.
    Customer(AccountResponse),
    /// Option 2: the account and its contracts.
    Contracts(Contracts),
}

/// Option 2: an account with its contracts. When nothing is owed on any of them, this is written as one answer with
/// the code 204 and without contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct Contracts {
    currency: Currency,
    additional_customer_id: Redacted,
    entities: Vec<ContractStatus>,
}

impl Contracts {
    /// An account with all its contracts, payable or not.
    #[must_use]
    pub fn new(
        currency: Currency,
        additional_customer_id: &str,
        contracts: impl IntoIterator<Item: Into<ContractStatus>>,
    ) -> Self {
        let additional_customer_id = Redacted::new(additional_customer_id);
        Self {
            currency,
            additional_customer_id,
            entities: contracts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<AccountResponse> for VerifyResponse {
    fn from(account: AccountResponse) -> Self {
        Self::Customer(account)
    }
}

impl From<Contracts> for VerifyResponse {
    fn from(account: Contracts) -> Self {
        Self::Contracts(account)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    code: i64,
    currency: Currency,
    additional_customer_id: &'a Redacted,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a [ContractStatus]>,
}

impl Serialize for Contracts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nothing_owed = self.entities.iter().all(ContractStatus::is_nothing_owed);
        Body {
            code: if nothing_owed { NOTHING_OWED } else { PAYABLE },
            currency: self.currency,
            additional_customer_id: &self.additional_customer_id,
            message: nothing_owed.then_some("nothing is owed on any contract"),
            entities: (!nothing_owed).then_some(&self.entities),
        }
        .serialize(serializer)
    }
}
