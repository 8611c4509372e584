//! The responses to a `verify` that succeeds, one for each option of the document.

use jetpay_core::Currency;
use jetpay_core::redacted::Redacted;
use jetpay_core::response::{AccountResponse, Contract};
use serde::{Serialize, Serializer};

/// The `status_code` of a contract that can be paid.
pub const PAYABLE: i64 = 0;
/// The `status_code` of a contract on which the customer owes nothing. A response has this code if all contracts do.
pub const NOTHING_OWED: i64 = 204;

/// The response to a `verify` that succeeds. Source: kassa24, response to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum VerifyResponse {
    /// Option 1: the account without contracts.
    Account(AccountResponse),
    /// Option 2: the account and its contracts.
    Contracts(ContractsResponse),
}

/// Option 2: an account and its contracts.
///
/// If the customer owes nothing on any contract, it serializes as a response with the code 204 and without contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractsResponse {
    currency: Currency,
    additional_customer_id: Redacted,
    entities: Vec<ContractStatus>,
}

impl ContractsResponse {
    /// Lists all contracts of the customer, including those that cannot be paid.
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
        Self::Account(account)
    }
}

impl From<ContractsResponse> for VerifyResponse {
    fn from(contracts: ContractsResponse) -> Self {
        Self::Contracts(contracts)
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

impl Serialize for ContractsResponse {
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

/// A contract and whether it can be paid. Source: kassa24, response to `verify`, option 2.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContractStatus {
    #[serde(flatten)]
    contract: Contract,
    status_code: i64,
}

impl ContractStatus {
    /// A contract with a `status_code`: [`PAYABLE`], [`NOTHING_OWED`], or another code. For another code, the platform
    /// shows a text that the merchant and JetPay agreed on, and accepts no payment.
    #[must_use]
    pub fn new(contract: Contract, status_code: i64) -> Self {
        Self {
            contract,
            status_code,
        }
    }

    fn is_nothing_owed(&self) -> bool {
        self.status_code == NOTHING_OWED
    }
}

impl From<Contract> for ContractStatus {
    fn from(contract: Contract) -> Self {
        Self::new(contract, PAYABLE)
    }
}
