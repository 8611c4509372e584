//! `jetpay payments import`: takes over the pending payments of an older system.

use std::collections::HashMap;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{Imported, Ledger, Millis, NewPayment, OpenError};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Source, complete, progress};
use crate::commands::rows::{self, BadLine, Cells, Columns, CsvFile, RowFile};
use crate::config::Config;
use crate::environment::now;
use crate::field_error::{FieldError, FieldErrors};
use crate::methods::NAMES;

const COLUMNS: Columns = Columns {
    all: "payment_id,project_id,method,customer_id,contract_id,amount,currency,created_at",
    required: "payment_id,project_id,method,customer_id,amount,currency",
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
        let file = RowFile::open(&self.source.file)?;
        let bar = progress(file.length);
        let mut payments = Payments {
            rules: Rules {
                projects: config.projects.iter().map(|project| project.id).collect(),
                currency: config.currency,
                now: now(),
            },
            good: Vec::new(),
            bad: Vec::new(),
            lines: HashMap::new(),
        };
        payments
            .read(file, &bar)
            .with_context(|| rows::name(&self.source.file))?;
        let left_out = self.source.report(&payments.bad)?;
        bar.set_message("storing");
        let counted = System::new().block_on(async {
            let ledger = config.store.open().await.map_err(|error| {
                let advice = match error {
                    OpenError::InUse { .. } => {
                        "stop the service first: the import needs the store for itself"
                    }
                    _ => "cannot open the store",
                };
                anyhow::Error::new(error).context(advice)
            })?;
            let counted = store(&ledger, payments.good).await;
            ledger.close().await;
            counted
        })?;
        bar.finish_and_clear();
        println!(
            "{} new, {} known already, {left_out} left out",
            counted.new, counted.known
        );
        complete(left_out)
    }
}

/// The payments of a file, and the errors of its wrong lines.
struct Payments {
    rules: Rules,
    good: Vec<NewPayment>,
    bad: Vec<BadLine>,
    lines: HashMap<PaymentId, u64>,
}

impl Payments {
    /// Reads and checks every line.
    fn read(&mut self, file: RowFile, bar: &ProgressBar) -> anyhow::Result<()> {
        if file.is_csv {
            let mut file = CsvFile::new(file, &COLUMNS)?;
            while let Some(row) = file.next()? {
                bar.set_position(row.byte);
                match row.cells {
                    Ok(mut cells) => {
                        let line = Line::of_cells(&mut cells);
                        self.take(row.line, &line, cells.errors);
                    }
                    Err(bad) => self.bad.push(bad),
                }
            }
            return Ok(());
        }
        let mut lines = file.lines;
        while let Some(text) = lines.next_json()? {
            let mut errors = FieldErrors::default();
            let line = text.map(|text| errors.line(text));
            bar.set_position(lines.end);
            match line {
                Ok(Some(line)) => self.take(lines.number, &line, errors),
                Ok(None) => self.bad.extend(BadLine::all(lines.number, errors)),
                Err(bad) => self.bad.push(bad),
            }
        }
        Ok(())
    }

    /// Checks a line that can have errors already.
    fn take(&mut self, number: u64, line: &Line, mut errors: FieldErrors) {
        let payment = self.rules.check(line, &mut errors);
        let known = payment.as_ref().and_then(|it| self.lines.get(&it.id));
        if let Some(first) = known {
            errors.add("payment_id", format!("is already in line {first}"));
        }
        match errors.into_result(payment) {
            Ok(payment) => {
                self.lines.insert(payment.id.clone(), number);
                self.good.push(payment);
            }
            Err(errors) => self.bad.extend(BadLine::all(number, errors)),
        }
    }
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

/// A line of the file. A field that is absent or wrong is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a payment object")]
struct Line {
    payment_id: Option<String>,
    project_id: Option<i64>,
    method: Option<String>,
    customer_id: Option<String>,
    contract_id: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    created_at: Option<String>,
}

impl Line {
    fn of_cells(cells: &mut Cells<'_>) -> Self {
        Self {
            payment_id: cells.text("payment_id"),
            project_id: cells.number("project_id"),
            method: cells.text("method"),
            customer_id: cells.text("customer_id"),
            contract_id: cells.text("contract_id"),
            amount: cells.number("amount"),
            currency: cells.text("currency"),
            created_at: cells.text("created_at"),
        }
    }
}

/// What the configuration says about payments, and the time for those without one.
struct Rules {
    projects: Vec<ProjectId>,
    currency: Currency,
    now: Millis,
}

impl Rules {
    /// The payment, as `check_deposit` would have recorded it. Adds all errors.
    ///
    /// The service need not know the customer: the older system accepted the top-up, and its callback will arrive.
    fn check(&self, line: &Line, errors: &mut FieldErrors) -> Option<NewPayment> {
        let id = errors.required("payment_id", line.payment_id.as_deref());
        let id = id.and_then(|id| errors.id("payment_id", id));
        let project_id = errors.required("project_id", line.project_id);
        let mut known = self.projects.iter().copied();
        let project_id = project_id
            .and_then(|given| known.find(|known| i64::try_from(known.number()) == Ok(given)));
        if project_id.is_none() {
            errors.add("project_id", "is not in the configuration");
        }
        let method = errors.required("method", line.method.as_deref());
        let method = NAMES.into_iter().find(|name| Some(*name) == method);
        if method.is_none() {
            errors.add("method", format!("must be one of {}", NAMES.join(", ")));
        }
        let customer_id = errors.required("customer_id", line.customer_id.as_deref());
        let customer_id = customer_id.and_then(|id| errors.id("customer_id", id));
        let contract_id = not_empty(line.contract_id.as_deref());
        let contract_id = contract_id.and_then(|id| errors.id("contract_id", id));
        let minor = errors.required("amount", line.amount);
        let amount = Money::new(minor.unwrap_or_default(), self.currency);
        if !amount.is_positive() {
            errors.add("amount", "must be minor units, more than 0");
        }
        let currency = errors.required("currency", line.currency.as_deref());
        if currency != Some(self.currency.code()) {
            let message = format!("must be {}, the currency of all balances", self.currency);
            errors.add("currency", message);
        }
        let created_at = not_empty(line.created_at.as_deref()).map_or(Ok(self.now), instant);
        Some(NewPayment {
            created_at: errors.keep(created_at)?,
            id: id?,
            project_id: project_id?,
            method: method?.into(),
            customer_id: customer_id?,
            contract_id,
            amount,
            flags: Vec::new(),
        })
    }
}

fn not_empty(text: Option<&str>) -> Option<&str> {
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
