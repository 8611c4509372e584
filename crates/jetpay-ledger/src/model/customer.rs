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
    /// 0: payable. 204: the customer owes nothing. Any other code: shown with a text, not payable.
    #[serde(default)]
    pub status_code: i64,
    /// More fields for the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What writing one customer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// There was none with this id.
    New,
    /// One with this id was replaced, contracts and all.
    Replaced,
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
