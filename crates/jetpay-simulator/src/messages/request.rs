//! `verify` and `check_deposit`.

use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use serde::Serialize;

use crate::methods::{ContractFields, MethodFacts};

/// `verify`: the same for all methods.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Verify {
    #[serde(rename = "type")]
    pub kind: String,
    pub project_id: u64,
    pub customer_id: String,
}

impl Verify {
    /// Does this customer exist?
    #[must_use]
    pub fn new(project_id: ProjectId, customer_id: &str) -> Self {
        Self {
            kind: "verify".into(),
            project_id: project_id.number(),
            customer_id: customer_id.into(),
        }
    }
}

/// A contract as the answer to `verify` named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its id.
    pub id: String,
    /// Its number, for people.
    pub number: String,
}

/// `check_deposit`, with the fields of its method.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct CheckDeposit {
    #[serde(rename = "type")]
    pub kind: String,
    pub project_id: u64,
    pub customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub payment_method: String,
}

impl CheckDeposit {
    /// The payer pays; give me your payment id. Of the contract goes into the message what the method has fields for.
    #[must_use]
    pub fn new(
        method: &MethodFacts,
        project_id: ProjectId,
        customer_id: &str,
        amount: Money,
        contract: Option<&Contract>,
    ) -> Self {
        let id = |contract: &Contract| contract.id.clone();
        let (entity_id, number) = match method.contract_fields {
            ContractFields::None => (None, None),
            ContractFields::EntityId => (contract.map(id), None),
            ContractFields::EntityIdAndNumber => {
                (contract.map(id), contract.map(|it| it.number.clone()))
            }
        };
        Self {
            kind: "check_deposit".into(),
            project_id: project_id.number(),
            customer_id: customer_id.into(),
            entity_id,
            number,
            amount: amount.minor(),
            currency: amount.currency().to_string(),
            payment_method: method.payment_method.into(),
        }
    }
}
