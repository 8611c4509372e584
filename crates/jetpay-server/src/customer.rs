//! A customer as the merchant writes it, over HTTP or in a file, and its checks.

use std::collections::HashSet;

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_ledger::{Contract, Customer, Debt};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::field_error::{FieldError, FieldErrors};
use crate::payout_request::unseen;
use crate::text::{odd_id, odd_text};

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
    /// A customer of a billing that knows accounts and no contracts: without contracts, or with one that has the account's id and
    /// number and what is owed, in minor units.
    pub(crate) fn of_account(id: &CustomerId, debt: Option<i64>) -> Self {
        let contract = |payment| ContractBody {
            id: id.to_string(),
            number: id.to_string(),
            payment: Some(payment),
            min_payment: None,
            status_code: 0,
            info: None,
            as_of_seq: None,
        };
        Self {
            additional_customer_id: None,
            contracts: debt.map(contract).into_iter().collect(),
            as_of_seq: None,
        }
    }

    /// Whether it says which entries its debts include.
    pub(crate) fn names_entries(&self) -> bool {
        let mut contracts = self.contracts.iter();
        self.as_of_seq.is_some() || contracts.any(|contract| contract.as_of_seq.is_some())
    }

    /// The customer with this id.
    ///
    /// # Errors
    /// [`FieldErrors`]: the id is `.` or `..`, a text is empty or has a control character, a contract's id is invalid or occurs
    /// twice, an amount is negative, the least amount is more than the amount, or there is no entry with the `as_of_seq`.
    pub fn into_customer(
        self,
        customer_id: CustomerId,
        as_of: AsOf,
    ) -> Result<Customer, FieldErrors> {
        let mut errors = FieldErrors::default();
        let customer = self.check(Some(customer_id), as_of, &mut errors);
        errors.into_result(customer)
    }

    /// Adds all errors. Without an id, which is an error that is known, the other fields are checked all the same.
    fn check(
        self,
        customer_id: Option<CustomerId>,
        as_of: AsOf,
        errors: &mut FieldErrors,
    ) -> Option<Customer> {
        let default = errors.keep(as_of.check(self.as_of_seq, "as_of_seq"));
        let default = default.unwrap_or(as_of.default);
        let as_of = AsOf { default, ..as_of };
        let additional_customer_id = self.additional_customer_id;
        check_ids(
            customer_id.as_ref(),
            additional_customer_id.as_deref(),
            errors,
        );
        let mut seen = HashSet::new();
        let mut contracts = Vec::with_capacity(self.contracts.len());
        for (index, contract) in self.contracts.into_iter().enumerate() {
            let name = |field: &str| format!("contracts[{index}].{field}");
            if let Some(contract) = contract.check(name, as_of, errors) {
                if !seen.insert(contract.id.clone()) {
                    errors.add(name("id"), "is used twice in this customer");
                }
                contracts.push(contract);
            }
        }
        Some(Customer {
            customer_id: customer_id?,
            additional_customer_id,
            contracts,
        })
    }
}

/// Checks the ids of a customer.
pub(crate) fn check_ids(
    id: Option<&CustomerId>,
    additional: Option<&str>,
    errors: &mut FieldErrors,
) {
    if id.is_some_and(|id| !fits_a_url(id.as_str())) {
        errors.add(
            "customer_id",
            "must not be `.` or `..`: in a URL these mean another path",
        );
    }
    let what = match additional {
        Some("") => Some("is empty; leave it out, or give the id that the payer sees".to_owned()),
        Some(id) => unseen::control(id),
        None => None,
    };
    if let Some(what) = what {
        errors.add("additional_customer_id", what);
    }
}

impl ContractBody {
    /// The contract; adds all errors. `name` makes the name of a field in these.
    pub(crate) fn check(
        self,
        name: impl Fn(&str) -> String,
        as_of: AsOf,
        errors: &mut FieldErrors,
    ) -> Option<Contract> {
        let id = contract_id(name("id"), self.id, errors);
        if self.number.is_empty() {
            errors.add(
                name("number"),
                "is empty; give the number that the payer knows",
            );
        } else if let Some(what) = unseen::control(&self.number) {
            errors.add(name("number"), what);
        }
        check_amounts(&name, self.payment, self.min_payment, errors);
        let as_of_seq = errors.keep(as_of.check(self.as_of_seq, &name("as_of_seq")));
        Some(Contract {
            id: id?,
            number: self.number,
            payment: self.payment,
            min_payment: self.min_payment,
            status_code: self.status_code,
            info: self.info,
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
pub(crate) fn from_line(text: &[u8], as_of: AsOf) -> Result<Customer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let line: Option<CustomerLine> = errors.line(text);
    let Some(line) = line else {
        return Err(errors);
    };
    let id = errors.id("customer_id", &line.customer_id);
    if let Some(additional) = line.additional_customer_id.as_deref()
        && let Some(what) = odd_id(additional)
    {
        errors.add("additional_customer_id", what);
    }
    for (index, contract) in line.contracts.iter().enumerate() {
        if let Some(what) = odd_id(&contract.id) {
            errors.add(format!("contracts[{index}].id"), what);
        }
        if let Some(what) = odd_text(&contract.number) {
            errors.add(format!("contracts[{index}].number"), what);
        }
    }
    let body = CustomerBody {
        additional_customer_id: line.additional_customer_id,
        contracts: line.contracts,
        as_of_seq: line.as_of_seq,
    };
    let customer = body.check(id, as_of, &mut errors);
    errors.into_result(customer)
}

impl DebtsBody {
    /// The checked debts, and the last entry that they include.
    pub(crate) fn into_debts(self, as_of: AsOf) -> Result<(Vec<Debt>, i64), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.contracts.is_empty() {
            errors.add("contracts", "must name at least one contract");
        }
        let mut seen = HashSet::new();
        let mut debts = Vec::with_capacity(self.contracts.len());
        for (index, debt) in self.contracts.into_iter().enumerate() {
            let name = |field: &str| format!("contracts[{index}].{field}");
            let (payment, min_payment) = (debt.payment, debt.min_payment);
            check_amounts(name, Some(payment), min_payment, &mut errors);
            if let Some(id) = contract_id(name("id"), debt.id, &mut errors) {
                if !seen.insert(id.clone()) {
                    errors.add(name("id"), "is given twice");
                }
                debts.push(Debt {
                    id,
                    payment,
                    min_payment,
                });
            }
        }
        let as_of_seq = errors.keep(as_of.check(self.as_of_seq, "as_of_seq"));
        errors.into_result(as_of_seq.map(|seq| (debts, seq)))
    }
}

fn contract_id(field: String, id: String, errors: &mut FieldErrors) -> Option<ContractId> {
    let id = ContractId::new(id);
    errors.keep(id.map_err(|error| FieldError::new(field, format!("is wrong: {error}"))))
}

fn check_amounts(
    name: impl Fn(&str) -> String,
    payment: Option<i64>,
    min_payment: Option<i64>,
    errors: &mut FieldErrors,
) {
    for (field, amount) in [("payment", payment), ("min_payment", min_payment)] {
        if amount.is_some_and(i64::is_negative) {
            let message = "is negative; amounts are minor units, 0 or more";
            errors.add(name(field), message);
        }
    }
    if let (Some(payment @ 0..), Some(least)) = (payment, min_payment)
        && least > payment
    {
        let message = "is more than `payment`: the least that can be paid is at most what is due";
        errors.add(name("min_payment"), message);
    }
}
