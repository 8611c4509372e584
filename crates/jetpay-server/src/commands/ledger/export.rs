//! `jetpay ledger export`.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use actix_web::rt::System;
use anyhow::Context;
use clap::Args;
use jetpay_ledger::{Entry, Ledger};

use super::{Books, to_read};
use crate::admin::Rfc3339;

/// Entries are read so many at a time.
const PAGE: usize = 5_000;

#[derive(Args)]
pub(in crate::commands) struct Export {
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Only entries after this number: the last one of an earlier export
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: i64,
    #[command(flatten)]
    books: Books,
}

impl Export {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let config = self.books.config()?;
        let out: Box<dyn Write> = match &self.to {
            None => Box::new(io::stdout().lock()),
            Some(path) => {
                let file = File::create_new(path);
                Box::new(file.with_context(|| format!("cannot make {}", path.display()))?)
            }
        };
        let mut csv = csv::Writer::from_writer(out);
        let written = System::new().block_on(async {
            let ledger = to_read(&config.store).await?;
            let written = self.write(&ledger, &mut csv).await?;
            ledger.close().await;
            anyhow::Ok(written)
        })?;
        csv.flush()?;
        eprintln!("{written} entries");
        Ok(())
    }

    async fn write(
        &self,
        ledger: &Ledger,
        csv: &mut csv::Writer<Box<dyn Write>>,
    ) -> anyhow::Result<u64> {
        csv.write_record([
            "seq",
            "time",
            "kind",
            "payment_id",
            "operation_id",
            "project_id",
            "method",
            "customer_id",
            "amount",
            "currency",
        ])?;
        let (mut after, mut written) = (self.after, 0);
        loop {
            let entries = ledger.entries(after, PAGE).await?;
            let Some(last) = entries.last() else {
                return Ok(written);
            };
            after = last.seq;
            for entry in &entries {
                csv.write_record(record(entry))?;
                written += 1;
            }
        }
    }
}

/// Amounts are minor units, signed.
fn record(entry: &Entry) -> [String; 10] {
    [
        entry.seq.to_string(),
        Rfc3339(entry.time).to_string(),
        entry.kind.to_string(),
        entry.payment_id.to_string(),
        entry.operation_id.to_string(),
        entry.project_id.to_string(),
        entry.method.clone(),
        entry.customer_id.as_str().to_owned(),
        entry.amount.minor().to_string(),
        entry.amount.currency().code().to_owned(),
    ]
}
