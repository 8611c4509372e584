//! Customers and their contracts: what `verify` answers from.

use std::fmt;

use jetpay_core::id::{ContractId, CustomerId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A customer whose account can be topped up. The payer's data, so `Debug` shows only how many contracts there are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The account, as the payer types it: the key.
    #[serde(deserialize_with = "id")]
    pub customer_id: CustomerId,
    /// A second name of the account, shown to the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_customer_id: Option<String>,
    /// What the customer can pay for, in the order in which it is shown.
    #[serde(default)]
    pub contracts: Vec<Contract>,
}

/// A contract of a customer (the documents' *entity*).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The key within the customer.
    #[serde(deserialize_with = "id")]
    pub id: ContractId,
    /// The number that the payer is shown.
    pub number: String,
    /// What is to be paid, in minor units of the project's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<i64>,
    /// The least that can be paid, in minor units of the project's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_payment: Option<i64>,
    /// `payment` and `min_payment` include the entries up to this `seq`. None: those that were there when the database
    /// learned to store it; in a new database, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of_seq: Option<i64>,
    /// 0: payable. 204: the customer owes nothing. Any other code: shown with a text, not payable.
    #[serde(default)]
    pub status_code: i64,
    /// More fields for the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Contract {
    /// Takes from the debt what came in since [`as_of_seq`](Self::as_of_seq), in minor units. What went back in that time is
    /// negative, and raises the debt. A debt is never below 0 nor more than 64 bits hold, and the least payment never above the debt.
    pub(crate) fn net(&mut self, came_in: i128) {
        if let Some(given) = self.payment {
            let due = (i128::from(given) - came_in).clamp(0, i64::MAX.into());
            let due = i64::try_from(due).unwrap_or(i64::MAX);
            self.payment = Some(due);
            self.min_payment = self.min_payment.map(|least| least.min(due));
        }
    }
}

/// A new debt of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The contract.
    pub id: ContractId,
    /// What is to be paid, in minor units of the project's currency.
    pub payment: i64,
    /// The least that can be paid, in the same units. None: it stays as it is.
    pub min_payment: Option<i64>,
}

/// What changing debts did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DebtsOutcome {
    /// All are changed; the customer then.
    Changed(Customer),
    /// There is no such customer.
    NoSuchCustomer,
    /// The debt at this place in the list names a contract that the customer does not have. Nothing is changed.
    NoSuchContract(usize),
}

impl Customer {
    /// Changes the debts of contracts, all or none.
    pub(crate) fn change_debts(mut self, debts: &[Debt], as_of_seq: i64) -> DebtsOutcome {
        for (place, debt) in debts.iter().enumerate() {
            let mut contracts = self.contracts.iter_mut();
            let Some(contract) = contracts.find(|contract| contract.id == debt.id) else {
                return DebtsOutcome::NoSuchContract(place);
            };
            contract.payment = Some(debt.payment);
            contract.min_payment = debt.min_payment.or(contract.min_payment);
            contract.as_of_seq = Some(as_of_seq);
        }
        DebtsOutcome::Changed(self)
    }
}

/// What writing many customers did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCount {
    /// Customers that were not there before.
    pub new: u64,
    /// Customers that were replaced.
    pub replaced: u64,
}

fn id<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> TryFrom<&'a str, Error = jetpay_core::id::InvalidId>,
{
    let text = String::deserialize(deserializer)?;
    T::try_from(&text).map_err(D::Error::custom)
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("contracts", &self.contracts.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract")
            .field("status_code", &self.status_code)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_without_the_optional_fields_is_read_with_defaults() {
        let json = r#"{"customer_id":"7123456789","contracts":[{"id":"1","number":"N1"}]}"#;
        let customer: Customer = serde_json::from_str(json).unwrap();
        assert_eq!(customer.contracts[0].status_code, 0);
        assert_eq!(customer.contracts[0].payment, None);
    }

    #[test]
    fn json_with_an_impossible_id_is_refused() {
        let json = r#"{"customer_id":"a;b"}"#;
        assert!(serde_json::from_str::<Customer>(json).is_err());
    }

    #[test]
    fn debt_is_what_was_given_less_what_came_in_and_never_below_0() {
        let contract = |payment, min_payment| Contract {
            id: "1".try_into().unwrap(),
            number: "N1".to_owned(),
            payment,
            min_payment,
            as_of_seq: None,
            status_code: 204,
            info: None,
        };
        for (given, came_in, due) in [
            ((Some(1_000), Some(500)), 0, (Some(1_000), Some(500))),
            ((Some(1_000), Some(500)), 400, (Some(600), Some(500))),
            ((Some(1_000), Some(500)), 700, (Some(300), Some(300))),
            ((Some(1_000), Some(500)), 1_001, (Some(0), Some(0))),
            ((Some(1_000), None), -200, (Some(1_200), None)),
            ((Some(0), None), -200, (Some(200), None)),
            ((None, Some(500)), 400, (None, Some(500))),
            ((Some(1), None), i64::MIN.into(), (Some(i64::MAX), None)),
            ((Some(1), None), i64::MAX.into(), (Some(0), None)),
            ((Some(1), None), i128::MAX / 2, (Some(0), None)),
        ] {
            let mut shown = contract(given.0, given.1);
            shown.net(came_in);
            assert!(shown == contract(due.0, due.1), "{given:?} less {came_in}");
        }
    }

    #[test]
    fn debug_hides_who_it_is() {
        let json = r#"{"customer_id":"7123456789","additional_customer_id":"Anna","contracts":[{"id":"1","number":"N1"}]}"#;
        let customer: Customer = serde_json::from_str(json).unwrap();
        let debug = format!("{customer:?} {:?}", customer.contracts);
        assert!(
            !["7123456789", "Anna", "N1"]
                .iter()
                .any(|secret| debug.contains(secret)),
            "{debug}"
        );
    }
}
