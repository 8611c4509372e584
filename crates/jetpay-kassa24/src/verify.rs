//! The responses to a `verify` that succeeds, one for each option of the document.

use jetpay_core::redacted::Redacted;
use jetpay_core::response::{AccountResponse, Contract, Response};
use jetpay_core::{Currency, Refused, ResponseCode};
use serde::{Serialize, Serializer};

use crate::StatusCode;

/// The response to a `verify` that succeeds. Source: kassa24, response to `verify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "the document has two options")]
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
    ///
    /// # Errors
    /// A refusal with code 500 if there is no contract. If the customer owes nothing, list the contracts with
    /// [`StatusCode::NothingOwed`].
    pub fn new(
        currency: Currency,
        additional_customer_id: &str,
        contracts: impl IntoIterator<Item: Into<ContractStatus>>,
    ) -> Result<Self, Refused> {
        let additional_customer_id = Redacted::new(additional_customer_id);
        let entities: Vec<ContractStatus> = contracts.into_iter().map(Into::into).collect();
        if entities.is_empty() {
            return Err(Refused::no_contract());
        }
        Ok(Self {
            currency,
            additional_customer_id,
            entities,
        })
    }

    /// The currency of the account.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// All contracts. There is at least one.
    #[must_use]
    pub fn contracts(&self) -> &[ContractStatus] {
        &self.entities
    }

    /// The id under which the platform shall know the customer.
    #[must_use]
    pub fn additional_customer_id(&self) -> &str {
        self.additional_customer_id.as_str()
    }
}

impl Response for ContractsResponse {
    /// 204 if the customer owes nothing on any contract, else 0.
    fn code(&self) -> ResponseCode {
        let is_nothing_owed =
            |entity: &ContractStatus| entity.status_code == StatusCode::NothingOwed;
        if self.entities.iter().all(is_nothing_owed) {
            ResponseCode::NothingOwed
        } else {
            ResponseCode::Success
        }
    }
}

impl Response for VerifyResponse {
    fn code(&self) -> ResponseCode {
        match self {
            Self::Account(account) => account.code(),
            Self::Contracts(contracts) => contracts.code(),
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
    code: ResponseCode,
    currency: Currency,
    additional_customer_id: &'a Redacted,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a [ContractStatus]>,
}

impl Serialize for ContractsResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.code();
        let nothing_owed = code == ResponseCode::NothingOwed;
        Body {
            code,
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
    status_code: StatusCode,
}

impl ContractStatus {
    /// A contract with its `status_code`.
    #[must_use]
    pub fn new(contract: Contract, status_code: impl Into<StatusCode>) -> Self {
        Self {
            contract,
            status_code: status_code.into(),
        }
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Whether the contract can be paid.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        self.status_code
    }
}

impl From<Contract> for ContractStatus {
    fn from(contract: Contract) -> Self {
        Self::new(contract, StatusCode::Payable)
    }
}
