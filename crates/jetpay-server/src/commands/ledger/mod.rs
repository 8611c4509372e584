//! Work with the books as a whole: prove, export, back up, move.

mod audit;
mod backup;
mod copy;
mod export;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use jetpay_ledger::Ledger;

use crate::config::{Config, StorePlace};

#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// Prove that the books agree with themselves and with what was signed; also while the service runs
    Check(audit::Check),
    /// Write all entries as CSV; also while the service runs
    Export(export::Export),
}

#[derive(Subcommand)]
pub(super) enum StoreCommand {
    /// Copy the SQLite file as it stands now into another, while the service runs
    Backup(backup::Backup),
    /// Copy all books into an empty PostgreSQL database; stop the service first
    Copy(copy::Copy),
}

impl LedgerCommand {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Check(check) => check.run(),
            Self::Export(export) => export.run(),
        }
    }
}

impl StoreCommand {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Backup(backup) => backup.run(),
            Self::Copy(copy) => copy.run(),
        }
    }
}

/// Which books.
#[derive(Args)]
struct Books {
    /// The configuration, which names the store
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

impl Books {
    fn config(&self) -> anyhow::Result<Config> {
        Ok(Config::read(&self.config)?)
    }
}

/// Opens the books for reading, also while the service has them open.
async fn to_read(store: &StorePlace) -> anyhow::Result<Ledger> {
    let opened = match store {
        StorePlace::Sqlite(path) => Ledger::open_to_read(path),
        StorePlace::Postgres { .. } => store.open().await,
    };
    opened.with_context(|| format!("the store ({store}) cannot be read"))
}

/// Where a relative path of the command line begins.
fn here() -> &'static Path {
    Path::new("")
}
