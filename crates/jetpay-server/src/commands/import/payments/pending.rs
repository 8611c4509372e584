//! A pending payment of an older system as it is written in a file, and the checks of it.

use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Millis, NewPayment};
use jiff::Timestamp;
use serde::Deserialize;

use crate::config::Config;
use crate::customer::Flaw;
use crate::environment::now;
use crate::methods::NAMES;

/// One line. What is optional may also be empty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a payment object")]
pub(super) struct Pending {
    payment_id: String,
    project_id: u64,
    method: String,
    customer_id: String,
    contract_id: Option<String>,
    amount: i64,
    currency: String,
    created_at: Option<String>,
}

/// What a payment must fit.
pub(super) struct Rules {
    projects: Vec<ProjectId>,
    currency: Currency,
    now: Millis,
}

impl Rules {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            projects: config.projects.iter().map(|project| project.id).collect(),
            currency: config.currency,
            now: now(),
        }
    }

    /// The payment, as `check_deposit` would have recorded it. The customer may be unknown here: the older system took
    /// the top-up, and the money comes in whatever we think of it.
    pub(super) fn check(&self, line: Pending) -> Result<NewPayment, Flaw> {
        let project_id = ProjectId::new(line.project_id);
        if !self.projects.contains(&project_id) {
            return Err(flaw("project_id", "is not in the configuration"));
        }
        let known = NAMES.into_iter().find(|name| *name == line.method);
        let method =
            known.ok_or_else(|| flaw("method", format!("is one of {}", NAMES.join(", "))))?;
        if line.currency != self.currency.code() {
            let message = format!("is not {}, in which all balances are kept", self.currency);
            return Err(flaw("currency", message));
        }
        let amount = Money::new(line.amount, self.currency);
        if !amount.is_positive() {
            return Err(flaw("amount", "is minor units, more than 0"));
        }
        let contract_id = given(line.contract_id).map(ContractId::new).transpose();
        Ok(NewPayment {
            id: PaymentId::new(line.payment_id)
                .map_err(|error| flaw("payment_id", error.to_string()))?,
            project_id,
            method: method.into(),
            customer_id: CustomerId::new(line.customer_id)
                .map_err(|error| flaw("customer_id", error.to_string()))?,
            contract_id: contract_id.map_err(|error| flaw("contract_id", error.to_string()))?,
            amount,
            flags: Vec::new(),
            created_at: given(line.created_at).map_or(Ok(self.now), |text| instant(&text))?,
        })
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn instant(text: &str) -> Result<Millis, Flaw> {
    let time: Result<Timestamp, _> = text.parse();
    time.map(|time| Millis(time.as_millisecond()))
        .map_err(|_| flaw("created_at", "is an instant such as 2026-11-21T08:00:00Z"))
}

fn flaw(field: &str, message: impl Into<String>) -> Flaw {
    Flaw {
        field: field.to_owned(),
        message: message.into(),
    }
}
