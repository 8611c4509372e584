//! `jetpay ledger`: checks, exports and adds up the ledger, also while the service runs.

mod totals;

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jetpay_core::Money;
use jetpay_ledger::{Entry, Ledger};
use jetpay_platform::visible;

use super::store;
use crate::config::Config;
use crate::text::csv_cell;

/// The first line of an export.
const HEADER: &str = "seq,time,kind,payment_id,operation_id,project_id,method,customer_id,amount,currency,contract_id,\
                      provider_payment_id,corrects";

/// Entries that one read of an export fetches.
const PAGE: usize = 5_000;

#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// Prove that the ledger agrees with itself and with the signed callbacks; works while the service runs
    ///
    /// Ends with 0 when the ledger agrees, and with 1 when it does not or when a callback cannot be verified.
    Check(Check),
    /// Write all entries as CSV, amounts in minor units; works while the service runs
    Export(Export),
    /// Add up the entries by day, method and project, for accountants; works while the service runs
    ///
    /// An entry counts on the day on which the service booked it, in the zone. `net` is all that came to the customers'
    /// balances, less what was taken back; payouts are apart.
    Totals(totals::Totals),
}

#[derive(Args)]
pub(super) struct Check {
    /// Do not fail when callbacks were signed with a secret that is no longer in the configuration
    #[arg(long)]
    allow_unverified: bool,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

#[derive(Args)]
pub(super) struct Export {
    /// The file to write, which must not exist; without it, standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Write only entries after this number: the last one of an earlier export
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: i64,
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

impl LedgerCommand {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(),
            Self::Export(export) => export.run(),
            Self::Totals(totals) => totals.run(),
        }
    }
}

impl Check {
    fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config)?;
        let keyring = config.keyring_with_past();
        let audit = store::read(&config.store, async |ledger| {
            Ok(ledger.audit(Some(&keyring)).await?)
        })?;
        let totals = &audit.totals;
        println!("{:>12} customers", totals.customers);
        println!("{:>12} payments", totals.payments);
        println!(
            "{:>12} callbacks, {} of them verified again",
            totals.callbacks, audit.verified
        );
        println!("{:>12} entries", totals.entries);
        println!(
            "{:>12} alarms, {} resolutions",
            totals.alarms, totals.resolutions
        );
        println!(
            "{:>12} on all balances",
            // A sum over all customers can be larger than an amount.
            i64::try_from(totals.balance).map_or_else(
                |_| format!("{} minor units", totals.balance),
                |minor| Money::new(minor, config.currency).to_string()
            )
        );
        if let Some(first) = audit.first_unverified {
            println!(
                "warning: no secret of the configuration fits {} callbacks (the first is number {first}): their secret was \
                 removed from the configuration, or the callbacks were changed",
                audit.unverified
            );
        }
        for finding in &audit.findings {
            let place = visible::line(&finding.place);
            println!("WRONG: {}; not so at {place}", finding.rule);
        }
        if !audit.findings.is_empty() {
            bail!(
                "the ledger does not agree with itself: {} findings, above",
                audit.findings.len()
            );
        }
        if audit.unverified > 0 && !self.allow_unverified {
            bail!(
                "the ledger agrees with itself, but not all callbacks can be verified: add the old secrets to the \
                 configuration with use = \"past\", or use --allow-unverified"
            );
        }
        println!("The ledger agrees.");
        Ok(())
    }
}

impl Export {
    fn run(&self) -> anyhow::Result<()> {
        let config = Config::read(&self.config)?;
        let out: Box<dyn Write> = match &self.to {
            None => Box::new(io::stdout().lock()),
            Some(path) => {
                // It holds customers' ids and what they paid.
                let mut owners = File::options();
                let file = owners.write(true).create_new(true).mode(0o600).open(path);
                Box::new(file.with_context(|| format!("cannot create {}", path.display()))?)
            }
        };
        let mut csv = csv::Writer::from_writer(out);
        let write = async |ledger: &Ledger| self.write(ledger, &mut csv).await;
        match store::read(&config.store, write) {
            Ok(written) => eprintln!("{written} entries"),
            // The reader has read enough: the rest need not be read from the store.
            Err(error) if is_closed_pipe(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn write(
        &self,
        ledger: &Ledger,
        csv: &mut csv::Writer<Box<dyn Write>>,
    ) -> anyhow::Result<u64> {
        csv.write_record(HEADER.split(','))?;
        let last = ledger.last_entry().await?;
        if self.after > last {
            bail!(
                "--after {} is beyond the last entry, number {last}: an older copy of the store was restored; export after {last}",
                self.after
            );
        }
        let (mut after, mut written) = (self.after, 0);
        loop {
            let entries = ledger.entries(after, PAGE).await?;
            let Some(last) = entries.last() else {
                csv.flush()?;
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

/// Whether a writer failed because its reader closed the pipe.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = match error.downcast_ref().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => Some(error),
        _ => error.downcast_ref::<io::Error>(),
    };
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The cells of an entry. The amount is in minor units, with its sign. Texts of others are no formulas.
fn record(entry: &Entry) -> [String; 13] {
    [
        entry.seq.to_string(),
        entry.time.to_string(),
        entry.kind.to_string(),
        csv_cell(entry.payment_id.as_str()),
        entry.operation_id.to_string(),
        entry.project_id.to_string(),
        csv_cell(&entry.method),
        csv_cell(entry.customer_id.as_str()),
        entry.amount.minor().to_string(),
        entry.amount.currency().code().to_owned(),
        csv_cell(entry.contract_id.as_ref().map_or("", |id| id.as_str())),
        csv_cell(entry.provider_payment_id.as_deref().unwrap_or_default()),
        entry
            .corrects
            .map(|seq| seq.to_string())
            .unwrap_or_default(),
    ]
}
