//! `jetpay reconcile`: the ledger against the platform's own books.

mod ask;
mod borders;
mod compare;
mod csv;
mod kept;
mod report;
mod words;

use std::process::ExitCode;

use clap::Subcommand;

use super::{WRONG_USAGE, exit_code, print_error};

/// Compare the ledger with the platform's own books.
#[derive(Subcommand)]
pub(super) enum Reconcile {
    /// Compare the ledger with reports of the Dashboard; works while the service runs
    ///
    /// Name the files from the oldest report to the newest: of an operation that several of them have, the last one counts.
    /// Nothing is credited or taken back. Ends with 0 when there is nothing to do, with 1 when there are differences, and
    /// with 2 when the comparison could not be made.
    Csv(compare::Csv),
    /// Compare the ledger with the platform's Data API; works while the service runs
    ///
    /// Needs `[data_api]` in the configuration. Nothing is credited or taken back. Ends with 0 when there is nothing to do,
    /// with 1 when there are differences, and with 2 when the comparison could not be made.
    Api(compare::Api),
    /// Show how a report of the Dashboard is understood, and what is missing
    Columns(csv::Columns),
    /// List the recorded reconciliations, newest first; calls the running service
    Runs(kept::Runs),
    /// Show a recorded reconciliation, and how its differences stand now; calls the running service
    Show(kept::Show),
    /// Record what you say about a difference; calls the running service
    ///
    /// It holds as long as the facts stay the same: when a later reconciliation finds other amounts, the difference is open
    /// again.
    Resolve(kept::Resolve),
}

impl Reconcile {
    pub(super) fn run(&self) -> ExitCode {
        match self {
            Self::Csv(csv) => compared(csv.run()),
            Self::Api(api) => compared(api.run()),
            Self::Columns(columns) => exit_code(columns.run()),
            Self::Runs(runs) => exit_code(runs.run()),
            Self::Show(show) => exit_code(show.run()),
            Self::Resolve(resolve) => exit_code(resolve.run()),
        }
    }
}

/// The exit code of a comparison: whether there are differences, or 2 when it could not be made.
fn compared(result: anyhow::Result<bool>) -> ExitCode {
    match result {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::FAILURE,
        Err(error) => {
            print_error(&error);
            ExitCode::from(WRONG_USAGE)
        }
    }
}
