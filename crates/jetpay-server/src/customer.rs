//! A customer as the merchant writes it, over HTTP or in a file, and its checks.

use std::collections::HashSet;

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer, Debt};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::field_error::FieldError;

/// Which entries the debts of a customer include, when the merchant does not say.
#[derive(Clone, Copy, Debug)]
pub struct AsOf {
    /// Those up to this `seq`.
    pub default: i64,
    /// The `seq` of the last entry: no debt can include later ones.
    pub end: i64,
}

impl AsOf {
    /// All entries up to the last one, whose `seq` this is.
    #[must_use]
    pub fn end(end: i64) -> Self {
        Self { default: end, end }
    }

    /// Checks the number that the merchant gave. A number beyond the end would hide the payments that come next.
    ///
    /// # Errors
    /// [`FieldError`] in the field `path`.
    pub fn check(self, given: Option<i64>, path: &str) -> Result<i64, FieldError> {
        let Self { default, end } = self;
        match given {
            None => Ok(default),
            Some(seq) if (0..=end).contains(&seq) => Ok(seq),
            Some(_) => Err(FieldError::new(
                path,
                format!(
                    "must be from 0 to {end}, the number of the last entry; was an older copy of the store restored?"
                ),
            )),
        }
    }
}

/// A customer without its id: the body of `PUT /v1/customers/{customer_id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a customer object")]
pub struct CustomerBody {
    additional_customer_id: Option<String>,
    #[serde(default)]
    contracts: Vec<ContractBody>,
    as_of_seq: Option<i64>,
}

/// A line of an import: the body of `PUT /v1/customers/{customer_id}`, and `customer_id`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a customer object")]
struct CustomerLine {
    customer_id: String,
    additional_customer_id: Option<String>,
    #[serde(default)]
    contracts: Vec<ContractBody>,
    as_of_seq: Option<i64>,
}

/// The debts of some contracts: the body of `PATCH /v1/customers/{customer_id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `contracts`")]
pub(crate) struct DebtsBody {
    contracts: Vec<DebtBody>,
    as_of_seq: Option<i64>,
}

/// The debt of a contract, in minor units of the configured currency.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `id` and `payment`")]
struct DebtBody {
    id: String,
    payment: i64,
    min_payment: Option<i64>,
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
    /// The last entry that the amounts include, when it differs from that of the customer.
    pub as_of_seq: Option<i64>,
}

impl CustomerBody {
    /// A body with these fields, not checked yet.
    #[must_use]
    pub fn new(
        additional_customer_id: Option<String>,
        contracts: Vec<ContractBody>,
        as_of_seq: Option<i64>,
    ) -> Self {
        Self {
            additional_customer_id,
            contracts,
            as_of_seq,
        }
    }

    /// The customer with this id.
    ///
    /// # Errors
    /// [`FieldError`]: the id is `.` or `..`, a text is empty, a contract's id is invalid or occurs twice, an amount is negative,
    /// the least amount is more than the amount, or there is no entry with the `as_of_seq`.
    pub fn into_customer(
        self,
        customer_id: CustomerId,
        as_of: AsOf,
    ) -> Result<Customer, FieldError> {
        let default = as_of.check(self.as_of_seq, "as_of_seq")?;
        let as_of = AsOf { default, ..as_of };
        if !fits_a_url(customer_id.as_str()) {
            return Err(FieldError::new(
                "customer_id",
                "must not be `.` or `..`: in a URL these mean another path",
            ));
        }
        if self.additional_customer_id.as_deref() == Some("") {
            return Err(FieldError::new(
                "additional_customer_id",
                "is empty; leave it out, or give the id that the payer sees",
            ));
        }
        let mut seen = HashSet::new();
        let mut contracts = Vec::with_capacity(self.contracts.len());
        for (index, contract) in self.contracts.into_iter().enumerate() {
            let path = format!("contracts[{index}]");
            let contract = contract.into_contract(&path, as_of)?;
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
    fn into_contract(self, path: &str, as_of: AsOf) -> Result<Contract, FieldError> {
        let Self {
            id,
            number,
            payment,
            min_payment,
            status_code,
            info,
            as_of_seq,
        } = self;
        let id = ContractId::new(id)
            .map_err(|error| FieldError::new(format!("{path}.id"), error.to_string()))?;
        if number.is_empty() {
            return Err(FieldError::new(
                format!("{path}.number"),
                "is empty; give the number that the payer knows",
            ));
        }
        check_amounts(path, payment, min_payment)?;
        let as_of_seq = Some(as_of.check(as_of_seq, &format!("{path}.as_of_seq"))?);
        Ok(Contract {
            id,
            number,
            payment,
            min_payment,
            status_code,
            info,
            as_of_seq,
        })
    }
}

/// Whether an id can be a part of a URL's path. Clients and proxies take the others for steps in the path, also when they are
/// escaped.
pub(crate) fn fits_a_url(id: &str) -> bool {
    !matches!(id, "." | "..")
}

/// Reads a line of an import.
pub(crate) fn from_line(text: &[u8], as_of: AsOf) -> Result<Customer, FieldError> {
    let line: CustomerLine = FieldError::of_line(text)?;
    let id = CustomerId::new(line.customer_id)
        .map_err(|error| FieldError::new("customer_id", error.to_string()))?;
    let body = CustomerBody::new(line.additional_customer_id, line.contracts, line.as_of_seq);
    body.into_customer(id, as_of)
}

impl DebtsBody {
    /// The checked debts, and the last entry that they include.
    pub(crate) fn into_debts(self, as_of: AsOf) -> Result<(Vec<Debt>, i64), FieldError> {
        if self.contracts.is_empty() {
            return Err(FieldError::new(
                "contracts",
                "must name at least one contract",
            ));
        }
        let mut seen = HashSet::new();
        let mut debts = Vec::with_capacity(self.contracts.len());
        for (index, debt) in self.contracts.into_iter().enumerate() {
            let path = format!("contracts[{index}]");
            let id = ContractId::new(debt.id)
                .map_err(|error| FieldError::new(format!("{path}.id"), error.to_string()))?;
            check_amounts(&path, Some(debt.payment), debt.min_payment)?;
            if !seen.insert(id.clone()) {
                return Err(FieldError::new(format!("{path}.id"), "is given twice"));
            }
            debts.push(Debt {
                id,
                payment: debt.payment,
                min_payment: debt.min_payment,
            });
        }
        Ok((debts, as_of.check(self.as_of_seq, "as_of_seq")?))
    }
}

fn check_amounts(
    path: &str,
    payment: Option<i64>,
    min_payment: Option<i64>,
) -> Result<(), FieldError> {
    for (field, amount) in [("payment", payment), ("min_payment", min_payment)] {
        if amount.is_some_and(i64::is_negative) {
            return Err(FieldError::new(
                format!("{path}.{field}"),
                "is negative; amounts are minor units, 0 or more",
            ));
        }
    }
    if let (Some(payment), Some(least)) = (payment, min_payment)
        && least > payment
    {
        return Err(FieldError::new(
            format!("{path}.min_payment"),
            "is more than `payment`: the least that can be paid is at most what is due",
        ));
    }
    Ok(())
}
