//! `jetpay payments import`: takes over the pending payments of an older system.

use std::collections::HashMap;

use clap::Args;
use jetpay_core::id::{ContractId, CustomerId, PaymentId, ProjectId};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Imported, Ledger, Millis, NewPayment};
use jiff::Timestamp;
use serde::Deserialize;

use super::lines::{BadLine, Columns, for_each_csv, for_each_json};
use super::{Content, Records, Source, with_store};
use crate::config::Config;
use crate::environment::now;
use crate::field_error::FieldError;
use crate::methods::NAMES;

const COLUMNS: Columns = Columns {
    all: &[
        "payment_id",
        "project_id",
        "method",
        "customer_id",
        "contract_id",
        "amount",
        "currency",
        "created_at",
    ],
    required: &[
        "payment_id",
        "project_id",
        "method",
        "customer_id",
        "amount",
        "currency",
    ],
};

/// Payments that one transaction stores. A transaction for a whole file would grow with the file.
const BATCH: usize = 5_000;

#[derive(Args)]
pub(in crate::commands) struct ImportPayments {
    #[command(flatten)]
    source: Source,
}

impl ImportPayments {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.source.config)?;
        let file = self.source.content()?;
        let payments = read(&file, &Rules::of(&config))?;
        self.source.report(&payments.bad)?;
        file.bar.set_message("storing");
        let in_use = "stop the service first: the import needs the store for itself";
        let counted = with_store(&config.store, in_use, async |ledger| {
            store(ledger, payments.good).await
        })??;
        file.bar.finish_and_clear();
        let left_out = payments.bad.len();
        println!(
            "{} new, {} known already, {left_out} left out",
            counted.new, counted.known
        );
        Ok(())
    }
}

/// Reads and checks every line.
fn read(file: &Content, rules: &Rules) -> anyhow::Result<Records<NewPayment>> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut lines: HashMap<PaymentId, u64> = HashMap::new();
    let mut take = |number: u64, line: Result<Line, BadLine>| {
        let payment = line.and_then(|line| {
            let payment = rules.check(line);
            payment.map_err(|error| BadLine::of_field(number, &error))
        });
        match payment {
            Ok(payment) => match lines.insert(payment.id.clone(), number) {
                None => good.push(payment),
                Some(first) => {
                    let what = format!("`payment_id` is already in line {first}");
                    bad.push(BadLine::new(number, what));
                }
            },
            Err(line) => bad.push(line),
        }
    };
    if file.csv {
        for_each_csv(&*file.bytes, &file.bar, &COLUMNS, |row| {
            take(row.line, row.cells);
        })?;
    } else {
        for_each_json(&file.bytes, &file.bar, take);
    }
    Ok(Records { good, bad })
}

async fn store(ledger: &Ledger, payments: Vec<NewPayment>) -> anyhow::Result<Imported> {
    let mut counted = Imported::default();
    let mut payments = payments.into_iter();
    loop {
        let batch: Vec<_> = payments.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(counted);
        }
        let stored = ledger.import_payments(batch, now()).await.map_err(|error| {
            anyhow::Error::new(error).context(format!(
                "the import stopped after it stored {} new payments; import the same file again: payments that are \
                 already stored do not change",
                counted.new
            ))
        })?;
        counted.new += stored.new;
        counted.known += stored.known;
    }
}

/// A line of the file. Optional fields may also be empty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a payment object")]
struct Line {
    payment_id: String,
    project_id: u64,
    method: String,
    customer_id: String,
    contract_id: Option<String>,
    amount: i64,
    currency: String,
    created_at: Option<String>,
}

/// What the configuration says about payments, and the time for those without one.
struct Rules {
    projects: Vec<ProjectId>,
    currency: Currency,
    now: Millis,
}

impl Rules {
    fn of(config: &Config) -> Self {
        Self {
            projects: config.projects.iter().map(|project| project.id).collect(),
            currency: config.currency,
            now: now(),
        }
    }

    /// The payment, as `check_deposit` would have recorded it.
    ///
    /// The service need not know the customer: the older system accepted the top-up, and its callback will arrive.
    fn check(&self, line: Line) -> Result<NewPayment, FieldError> {
        let project_id = ProjectId::new(line.project_id);
        if !self.projects.contains(&project_id) {
            return Err(FieldError::new("project_id", "is not in the configuration"));
        }
        let known = NAMES.into_iter().find(|name| *name == line.method);
        let method = known.ok_or_else(|| {
            FieldError::new("method", format!("must be one of {}", NAMES.join(", ")))
        })?;
        if line.currency != self.currency.code() {
            let message = format!("must be {}, the currency of all balances", self.currency);
            return Err(FieldError::new("currency", message));
        }
        let amount = Money::new(line.amount, self.currency);
        if !amount.is_positive() {
            return Err(FieldError::new(
                "amount",
                "must be minor units, more than 0",
            ));
        }
        let contract_id = not_empty(line.contract_id).map(ContractId::new).transpose();
        Ok(NewPayment {
            id: PaymentId::new(line.payment_id)
                .map_err(|error| FieldError::new("payment_id", error.to_string()))?,
            project_id,
            method: method.into(),
            customer_id: CustomerId::new(line.customer_id)
                .map_err(|error| FieldError::new("customer_id", error.to_string()))?,
            contract_id: contract_id
                .map_err(|error| FieldError::new("contract_id", error.to_string()))?,
            amount,
            flags: Vec::new(),
            created_at: not_empty(line.created_at).map_or(Ok(self.now), |text| instant(&text))?,
        })
    }
}

fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn instant(text: &str) -> Result<Millis, FieldError> {
    let time: Result<Timestamp, _> = text.parse();
    time.map(|time| Millis(time.as_millisecond())).map_err(|_| {
        FieldError::new(
            "created_at",
            "must be an instant such as 2026-11-21T08:00:00Z",
        )
    })
}
