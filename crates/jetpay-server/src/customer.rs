//! A customer as the merchant writes it, over HTTP or in a file, and the checks that both share.

use std::collections::HashSet;

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A customer without its id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a customer object")]
pub struct CustomerBody {
    additional_customer_id: Option<String>,
    #[serde(default)]
    contracts: Vec<ContractBody>,
}

/// A contract. Amounts are in minor units of the configured currency.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a contract object")]
pub struct ContractBody {
    /// Its key within the customer.
    pub id: String,
    /// What the payer is shown.
    pub number: String,
    /// What is to be paid.
    pub payment: Option<i64>,
    /// The least that can be paid.
    pub min_payment: Option<i64>,
    /// 0: payable; 204: nothing owed; any other: shown, not payable.
    #[serde(default)]
    pub status_code: i64,
    /// Anything that is shown besides.
    pub info: Option<Map<String, Value>>,
}

/// What is wrong with a customer.
#[derive(Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which field: `contracts[1].payment`.
    pub field: String,
    /// What is wrong, and what to write.
    pub message: String,
}

impl Flaw {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl CustomerBody {
    /// A body of these parts.
    #[must_use]
    pub fn new(additional_customer_id: Option<String>, contracts: Vec<ContractBody>) -> Self {
        Self {
            additional_customer_id,
            contracts,
        }
    }

    /// The customer with this id.
    ///
    /// # Errors
    /// [`Flaw`]: an empty text, an id that is none or stands twice, a negative amount.
    pub fn named(self, customer_id: CustomerId) -> Result<Customer, Flaw> {
        if self.additional_customer_id.as_deref() == Some("") {
            return Err(Flaw::new(
                "additional_customer_id",
                "is empty; leave it out, or give the id that is shown",
            ));
        }
        let mut seen = HashSet::new();
        let mut contracts = Vec::with_capacity(self.contracts.len());
        for (index, contract) in self.contracts.into_iter().enumerate() {
            let contract = contract.checked(&format!("contracts[{index}]"))?;
            if !seen.insert(contract.id.clone()) {
                return Err(Flaw::new(
                    format!("contracts[{index}].id"),
                    "stands twice in this customer",
                ));
            }
            contracts.push(contract);
        }
        Ok(Customer {
            customer_id,
            additional_customer_id: self.additional_customer_id,
            contracts,
        })
    }
}

impl ContractBody {
    fn checked(self, place: &str) -> Result<Contract, Flaw> {
        let Self {
            id,
            number,
            payment,
            min_payment,
            status_code,
            info,
        } = self;
        let id = ContractId::new(id)
            .map_err(|error| Flaw::new(format!("{place}.id"), error.to_string()))?;
        if number.is_empty() {
            return Err(Flaw::new(
                format!("{place}.number"),
                "is empty; give the number that the payer knows",
            ));
        }
        for (field, amount) in [("payment", payment), ("min_payment", min_payment)] {
            if amount.is_some_and(i64::is_negative) {
                return Err(Flaw::new(
                    format!("{place}.{field}"),
                    "is negative; amounts are minor units, 0 or more",
                ));
            }
        }
        Ok(Contract {
            id,
            number,
            payment,
            min_payment,
            status_code,
            info,
        })
    }
}
