//! `jetpay reconcile`: the ledger against the platform's own books.

mod csv;

use std::process::ExitCode;

use clap::Subcommand;

/// Compare the ledger with the platform's own books.
#[derive(Subcommand)]
pub(super) enum Reconcile {
    /// Show how a report of the Dashboard is understood, and what is missing
    Columns(csv::Columns),
}

impl Reconcile {
    pub(super) fn run(&self) -> ExitCode {
        match self {
            Self::Columns(columns) => super::exit_code(columns.run()),
        }
    }
}
