//! A customer as the merchant writes it, over HTTP or in a file, and its checks.

use std::collections::HashSet;

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::field_error::FieldError;

/// A customer without its id: the body of `PUT /v1/customers/{customer_id}`.
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
    /// The key of the contract within the customer.
    pub id: String,
    /// The number that the payer sees.
    pub number: String,
    /// The amount due, in minor units.
    pub payment: Option<i64>,
    /// The smallest amount that can be paid, in minor units.
    pub min_payment: Option<i64>,
    /// 0: can be paid; 204: nothing is owed; any other code: shown, but cannot be paid.
    #[serde(default)]
    pub status_code: i64,
    /// Further data that the payer sees.
    pub info: Option<Map<String, Value>>,
}

impl CustomerBody {
    /// A body with these fields, not checked yet.
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
    /// [`FieldError`]: a text is empty, a contract's id is invalid or occurs twice, or an amount is negative.
    pub fn into_customer(self, customer_id: CustomerId) -> Result<Customer, FieldError> {
        if self.additional_customer_id.as_deref() == Some("") {
            return Err(FieldError::new(
                "additional_customer_id",
                "is empty; leave it out, or give the id that the payer sees",
            ));
        }
        let mut seen = HashSet::new();
        let mut contracts = Vec::with_capacity(self.contracts.len());
        for (index, contract) in self.contracts.into_iter().enumerate() {
            let contract = contract.into_contract(&format!("contracts[{index}]"))?;
            if !seen.insert(contract.id.clone()) {
                return Err(FieldError::new(
                    format!("contracts[{index}].id"),
                    "is used twice in this customer",
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
    /// The checked contract. `path` is its place in the customer, for errors.
    fn into_contract(self, path: &str) -> Result<Contract, FieldError> {
        let Self {
            id,
            number,
            payment,
            min_payment,
            status_code,
            info,
        } = self;
        let id = ContractId::new(id)
            .map_err(|error| FieldError::new(format!("{path}.id"), error.to_string()))?;
        if number.is_empty() {
            return Err(FieldError::new(
                format!("{path}.number"),
                "is empty; give the number that the payer knows",
            ));
        }
        for (field, amount) in [("payment", payment), ("min_payment", min_payment)] {
            if amount.is_some_and(i64::is_negative) {
                return Err(FieldError::new(
                    format!("{path}.{field}"),
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
