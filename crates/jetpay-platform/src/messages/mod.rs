//! The messages of the platform, unsigned, with the fields and their order from the documents.
//!
//! The fields are public, so a test can change them. For changes that the types do not allow, convert a message with
//! [`serde_json::to_value`] and change the JSON. [`Platform::sign`](crate::Platform::sign) signs the result.

mod callback;

use std::str::FromStr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use serde::Serialize;
use thiserror::Error;

use crate::methods::{ContractFields, MethodFacts};

pub use callback::{Account, Callback, Customer, Operation, Payment, Provider};

/// The current time in the platform's format.
#[must_use]
pub fn now() -> String {
    date(jiff::Timestamp::now())
}

/// A time in the platform's format: `2022-03-25T11:08:45+0000`.
pub(crate) fn date(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// Microseconds since 1970 have 16 digits, which is the longest number that the platform uses. A second run gets other
/// numbers than the first.
static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    AtomicU64::new(u64::try_from(since_1970.as_micros()).unwrap_or(1))
});

/// An operation id that no operation had before, in this run or an earlier one.
#[must_use]
pub fn next_operation_id() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// `verify`, which is the same for all methods.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are the document's")]
pub struct Verify {
    #[serde(rename = "type")]
    pub kind: String,
    pub project_id: u64,
    pub customer_id: String,
}

impl Verify {
    /// Asks whether the customer exists.
    #[must_use]
    pub fn new(project_id: ProjectId, customer_id: &str) -> Self {
        Self {
            kind: "verify".into(),
            project_id: project_id.number(),
            customer_id: customer_id.into(),
        }
    }
}

/// A contract as an answer to `verify` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The id.
    pub id: String,
    /// The number that people use.
    pub number: String,
}

/// The text is not a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a contract is ID or ID:NUMBER, such as 12345:1234_ABC")]
pub struct InvalidContract;

impl FromStr for Contract {
    type Err = InvalidContract;

    /// Reads `12345:1234_ABC`. An id alone is also the number.
    fn from_str(text: &str) -> Result<Self, InvalidContract> {
        let (id, number) = text.split_once(':').unwrap_or((text, text));
        if id.is_empty() || number.is_empty() {
            return Err(InvalidContract);
        }
        Ok(Self {
            id: id.into(),
            number: number.into(),
        })
    }
}

/// `check_deposit` with the fields of its method.
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
    /// Asks for a payment id. Of the contract, the message has the fields that the method uses.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_is_an_id_and_a_number_that_may_be_the_same() {
        for (text, id, number) in [
            ("12345:1234_ABC", "12345", "1234_ABC"),
            ("12345", "12345", "12345"),
            ("1:2:3", "1", "2:3"),
        ] {
            let contract: Contract = text.parse().unwrap();
            assert_eq!(
                (contract.id.as_str(), contract.number.as_str()),
                (id, number)
            );
        }
        for text in ["", ":", "1:", ":1"] {
            assert!(text.parse::<Contract>().is_err(), "{text}");
        }
    }
}
