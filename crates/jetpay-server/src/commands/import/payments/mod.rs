//! `jetpay payments import`: the cut-over from an older system.

mod pending;

use std::collections::HashMap;

use clap::Args;
use jetpay_core::id::PaymentId;
use jetpay_ledger::{Imported, Ledger, NewPayment};

use super::csv_rows::{self, Columns};
use super::line::BadLine;
use super::{Content, Lines, Source, json_lines, with_store};
use crate::config::Config;
use pending::{Pending, Rules};

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

/// Payments that are stored at once. All of a large file in one transaction would grow with the file.
const AT_ONCE: usize = 5_000;

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
        let instead = "stop the service first: payments are imported into a store that nobody uses";
        let counted = with_store(&config.store, instead, async |ledger| {
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

/// Every line is checked before any is stored.
fn read(file: &Content, rules: &Rules) -> anyhow::Result<Lines<NewPayment>> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut lines: HashMap<PaymentId, u64> = HashMap::new();
    let mut take = |number: u64, line: Result<Pending, BadLine>| {
        let payment = line.and_then(|line| {
            let payment = rules.check(line);
            payment.map_err(|flaw| BadLine::flaw(number, &flaw))
        });
        match payment {
            Ok(payment) => match lines.insert(payment.id.clone(), number) {
                None => good.push(payment),
                Some(first) => {
                    let what = format!("`payment_id` stands in line {first} already");
                    bad.push(BadLine::new(number, what));
                }
            },
            Err(line) => bad.push(line),
        }
    };
    if file.csv {
        csv_rows::each(&file.bytes, &file.bar, &COLUMNS, |row| {
            take(row.line, row.cells);
        })?;
    } else {
        json_lines::each(&file.bytes, &file.bar, take);
    }
    Ok(Lines { good, bad })
}

async fn store(ledger: &Ledger, payments: Vec<NewPayment>) -> anyhow::Result<Imported> {
    let mut counted = Imported::default();
    let mut payments = payments.into_iter();
    loop {
        let some: Vec<_> = payments.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(counted);
        }
        let stored = ledger.import_payments(some, crate::environment::now()).await.map_err(|error| {
            anyhow::Error::new(error).context(format!(
                "stopped after {} new payments, which are stored; import the same file again, what is known stays as it is",
                counted.new
            ))
        })?;
        counted.new += stored.new;
        counted.known += stored.known;
    }
}
