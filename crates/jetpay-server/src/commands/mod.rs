//! The command line.

mod check;
mod demo;
mod explain;
mod import;
mod ledger;
mod operator;
mod payouts;
mod serve;
mod sign;
mod simulate;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

/// Accepts top-ups by Kaspi, Kassa24, Kassa24 BVU, Cash-in and QIWI through JetPay.
#[derive(Parser)]
#[command(name = "jetpay", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service until SIGTERM or SIGINT
    Serve(WithConfig),
    /// Show it at work: a service of its own, a simulated platform, and the resulting ledger
    Demo(demo::Demo),
    /// Read the configuration; say what it would do, or what is wrong and where
    Check(WithConfig),
    /// Work with customers
    #[command(subcommand)]
    Customers(Customers),
    /// Work with payments
    #[command(subcommand)]
    Payments(Payments),
    /// Send payouts, see them, and settle those whose outcome nobody tells; asks the running service
    #[command(subcommand)]
    Payouts(payouts::Payouts),
    /// See and settle what a person must look at; asks the running service
    #[command(subcommand)]
    Alarms(operator::Alarms),
    /// See and settle callbacks whose payment nobody knows; asks the running service
    #[command(subcommand)]
    Inbox(operator::Inbox),
    /// See what persons decided; asks the running service
    #[command(subcommand)]
    Resolutions(operator::Resolutions),
    /// Prove the books, or export them
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Back the store up, or move it
    #[command(subcommand)]
    Store(ledger::StoreCommand),
    /// Play the platform, to try a merchant's service by hand
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Moved to the program `jetpay-conformance`
    #[command(hide = true, disable_help_flag = true, disable_version_flag = true)]
    Conformance {
        /// The options that `jetpay-conformance` takes; this command ignores them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// Sign a JSON body from standard input
    Sign(sign::Sign),
    /// Explain why a signature matches or not: of a JSON body, a captured HTTP request or a log line
    ///
    /// The body is found in what is given. The string to sign and the one that was signed are shown with their first
    /// difference, and what is wrong in plain words. Ends with 0 when the signature matches, 1 when it does not, 2 when
    /// there is nothing that could be read. Secrets are never shown.
    Explain(explain::Explain),
}

#[derive(Subcommand)]
enum Customers {
    /// Insert or replace the customers in a file; the others stay
    ///
    /// A line of JSON is what `PUT /v1/customers/{customer_id}` takes, and `customer_id`. CSV has one row a contract:
    /// `customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code`
    Import(import::ImportCustomers),
}

#[derive(Subcommand)]
enum Payments {
    /// Take over the pending payments of an older system, so that their callbacks find them
    ///
    /// A line of JSON has these fields, CSV these columns:
    /// `payment_id,project_id,method,customer_id,contract_id,amount,currency,created_at`
    ///
    /// `contract_id` and `created_at` (now) may be empty; amounts are minor units. All lines are checked before the
    /// first is stored. They are stored 5 000 at a time: when the store fails midway, what was stored stays. A second
    /// run is harmless, since a payment whose id is known stays as it is.
    Import(import::ImportPayments),
}

/// The exit code for a wrong command line, which clap uses, too.
const WRONG_USAGE: u8 = 2;
const CONFORMANCE_MOVED: &str = "\
error: `jetpay conformance` is now the program `jetpay-conformance`, which takes the same options
  Build it from the sources of this version: cargo build --release --package jetpay-conformance
  Then run: target/release/jetpay-conformance --help
  It is described in docs/conformance.md";

/// Commands that need the configuration.
#[derive(Args)]
struct WithConfig {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(WithConfig { config }) => serve::serve(&config),
        Command::Demo(demo) => demo.run(),
        Command::Check(WithConfig { config }) => check::check(&config),
        Command::Customers(Customers::Import(import)) => import.run(),
        Command::Payments(Payments::Import(import)) => import.run(),
        Command::Payouts(payouts) => payouts.run(),
        Command::Alarms(alarms) => alarms.run(),
        Command::Inbox(inbox) => inbox.run(),
        Command::Resolutions(resolutions) => resolutions.run(),
        Command::Ledger(command) => command.run(),
        Command::Store(command) => command.run(),
        Command::Simulate(simulate) => return simulate.run(),
        Command::Conformance { .. } => {
            eprintln!("{CONFORMANCE_MOVED}");
            return ExitCode::from(WRONG_USAGE);
        }
        Command::Sign(sign) => sign.run(),
        Command::Explain(explain) => return explain.run(),
    };
    ended(done)
}

/// How a command ends that says what went wrong.
fn ended(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A secret from the environment variable that an option named.
fn secret_from_env(name: &str) -> anyhow::Result<jetpay_core::signature::Key> {
    let secret = std::env::var(name).map(zeroize::Zeroizing::new);
    let secret = secret.map_err(|_| {
        anyhow::anyhow!("the environment variable {name} is not set; set it to the project's secret: export {name}=...")
    })?;
    jetpay_core::signature::Key::new(&secret).map_err(|_| empty(name))
}

fn empty(name: &str) -> anyhow::Error {
    anyhow::anyhow!("the environment variable {name} is empty; set it to the project's secret")
}

/// On standard output, in colours when it is a terminal. Whoever reads may stop early.
fn write(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write standard output")
        }
        _ => Ok(()),
    }
}
