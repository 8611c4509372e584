//! The command line.

// These take the place of the standard library's macros in all commands, because those panic when a reader such as `head`
// closes the pipe: what a command changes must not depend on its reader.

/// Writes to standard output.
macro_rules! print {
    ($($text:tt)*) => { $crate::commands::out(&format!($($text)*)) };
}
/// Writes a line to standard output.
macro_rules! println {
    () => { print!("\n") };
    ($($text:tt)*) => { print!("{}\n", format_args!($($text)*)) };
}
/// Writes to standard error.
macro_rules! eprint {
    ($($text:tt)*) => { $crate::commands::err(&format!($($text)*)) };
}
/// Writes a line to standard error.
macro_rules! eprintln {
    ($($text:tt)*) => { eprint!("{}\n", format_args!($($text)*)) };
}

mod advice;
mod client;
mod confirm;
mod deliver;
mod demo;
mod explain;
mod find;
mod import;
mod ledger;
mod lookup;
mod operator;
mod payouts;
mod reconcile;
mod rows;
mod serve;
mod simulate;
mod store;
mod table;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::num::{IntErrorKind, ParseIntError};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use jetpay_core::signature::{self, Key};
use jetpay_platform::visible;
use zeroize::Zeroizing;

use crate::config;
use crate::listener;
use crate::service;
use crate::text;

/// Accept top-ups by Kaspi, Kassa24, Kassa24 BVU, Cash-in and QIWI through JetPay
///
/// Amounts are in minor units: 90000 is 900.00 KZT. A command ends with 0 when it succeeded, with 1 when it failed, and
/// with 2 when the command line is wrong, unless its own help says otherwise.
#[derive(Parser)]
#[command(name = "jetpay", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service until SIGTERM or SIGINT
    Serve(ConfigOption),
    /// Demonstrate a service with a simulated platform, and show the resulting ledger
    Demo(demo::Demo),
    /// Check the configuration: say what the service would do, or what is wrong and in which line
    ///
    /// It also finds what would stop the service on this machine, such as an address that the machine does not have.
    Check(serve::Check),
    /// Print a configuration with a comment on every key, to begin with
    Config,
    /// Import customers, or show one
    #[command(subcommand)]
    Customers(Customers),
    /// Find and show payments, or import those of an older system
    #[command(subcommand)]
    Payments(Payments),
    /// Send, list, show and resolve payouts; calls the running service
    #[command(subcommand)]
    Payouts(payouts::Payouts),
    /// List, show and resolve alarms, which need a person's decision; calls the running service
    #[command(subcommand)]
    Alarms(operator::Alarms),
    /// List and resolve callbacks that name an unknown payment; calls the running service
    #[command(subcommand)]
    Inbox(operator::Inbox),
    /// List what people decided about alarms, the inbox and entries; calls the running service
    #[command(subcommand)]
    Resolutions(operator::Resolutions),
    /// Correct an entry of the ledger; calls the running service
    #[command(subcommand)]
    Entries(operator::Entries),
    /// Show and decide about deliveries to your own systems, and try an endpoint before it goes live
    #[command(subcommand)]
    Deliver(deliver::Deliver),
    /// Check or export the ledger
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Ask your own system about customers, as the service does
    #[command(subcommand)]
    Lookup(lookup::LookupCommand),
    /// Compare the ledger with the platform's own books
    #[command(subcommand)]
    Reconcile(reconcile::Reconcile),
    /// Back up the store, or move it to PostgreSQL
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Simulate the platform, to try a merchant's service
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Moved to the program `jetpay-conformance`
    #[command(hide = true, disable_help_flag = true, disable_version_flag = true)]
    Conformance {
        /// The options of `jetpay-conformance`; this command ignores them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// Sign a JSON body: read it from standard input, and print it with its signature
    Sign(Sign),
    /// Explain why a signature matches or does not: of a JSON body, a captured HTTP request or a log line
    ///
    /// The command finds the body in the input. It shows the string to sign above the string that was signed, marks the
    /// first difference, and says what is wrong. It never shows a secret. It ends with 0 when the signature matches, with
    /// 1 when it does not match, and with 2 when the body cannot be read.
    Explain(explain::Explain),
}

#[derive(Subcommand)]
enum Customers {
    /// Insert or replace the customers in a file; customers that are not in the file stay as they are
    ///
    /// In JSON Lines, each line is the body of `PUT /v1/customers/{customer_id}` with `customer_id`. In CSV, each row is
    /// one contract, and these are the columns:
    /// `customer_id,additional_customer_id,contract_id,contract_number,payment,min_payment,status_code,as_of_seq`
    ///
    /// `payment` and `min_payment` are in minor units. Works while the service runs: with SQLite, the import then goes
    /// through the service.
    Import(import::ImportCustomers),
    /// Show one customer with the balance, the contracts and the newest payments; calls the running service
    Show(find::ShowCustomer),
}

#[derive(Subcommand)]
enum Payments {
    /// Find what has a word: a receipt, or the id of an operation, payment, customer or contract; calls the running service
    ///
    /// It finds all of them at once, also a callback that waits in the inbox: customers first, then the newest. The word must
    /// be whole and exact; white space at its ends is ignored. The command ends with 1 when nothing has the word.
    Find(find::Find),
    /// Show one payment with all that happened to it; calls the running service
    Show(find::ShowPayment),
    /// Ask the platform about a payment whose callback is missing, and apply its signed answer; calls the running service
    ///
    /// The command shows what the platform says, and asks before it applies that. The answer moves money by the rules of
    /// callbacks: what the ledger has already changes nothing. An answer that is not signed with the project's secret is
    /// shown and never applied. Needs `[gate]` in the configuration of the service.
    Confirm(confirm::ConfirmPayment),
    /// Import the pending payments of an older system, so that the service can match their callbacks
    ///
    /// These are the fields of a line of JSON, or the columns of CSV:
    /// `payment_id,project_id,method,customer_id,contract_id,amount,currency,created_at`
    ///
    /// `contract_id` and `created_at` may be empty; `created_at` is then the current time. `amount` is in minor units. The
    /// command checks all lines before it stores the first, and stores 5 000 at a time. If the store fails midway, import
    /// the same file again: payments that are already stored do not change. With SQLite, stop the service first.
    Import(import::ImportPayments),
}

/// The exit code for a wrong command line, as clap uses it.
const WRONG_USAGE: u8 = 2;
const CONFORMANCE_MOVED: &str = "\
error: `jetpay conformance` is now the program `jetpay-conformance`, which takes the same options
  Build it from the sources of this version: cargo build --release --package jetpay-conformance
  Then run: target/release/jetpay-conformance --help
  The page docs/conformance.md describes it";

/// Parses a command that a text of this program proposes, as a shell and the command line would, with its words in capitals
/// filled in.
#[cfg(test)]
pub(crate) fn parse_proposed(line: &str) -> Result<(), String> {
    let mut filled = line.replace("foreign|accepted", "foreign");
    for (word, value) in [
        ("PAYMENT_ID", "p"),
        ("MINOR_UNITS", "100"),
        ("SEQ", "17"),
        ("FILE", "report.csv"),
        (" ID", " 5"),
    ] {
        filled = filled.replace(word, value);
    }
    let words = std::process::Command::new("sh")
        .args(["-c", &format!("printf '%s\\n' {filled}")])
        .output();
    let words = String::from_utf8(words.unwrap().stdout).unwrap();
    let parsed = Cli::try_parse_from(words.lines());
    parsed
        .map(|_| ())
        .map_err(|error| format!("{line}: {error}"))
}

#[derive(Args)]
struct ConfigOption {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
}

#[derive(Args)]
struct Sign {
    /// The environment variable that holds the project's secret
    #[arg(long, value_name = "NAME")]
    secret_env: String,
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => return wrong_usage(&error),
    };
    // The limit first: without files left, tokio panics where it handles signals.
    let ready = listener::require_files().and_then(|()| service::survive_large_files());
    if let Err(error) = ready {
        return exit_code(Err(error.into()));
    }
    let result = match command {
        Command::Serve(ConfigOption { config }) => serve::serve(&config),
        Command::Demo(demo) => demo.run(),
        Command::Check(check) => check.run(),
        Command::Config => write(config::COMMENTED),
        Command::Customers(Customers::Import(import)) => import.run(),
        Command::Customers(Customers::Show(show)) => show.run(),
        Command::Payments(Payments::Find(find)) => find.run(),
        Command::Payments(Payments::Show(show)) => show.run(),
        Command::Payments(Payments::Confirm(confirm)) => confirm.run(),
        Command::Payments(Payments::Import(import)) => import.run(),
        Command::Payouts(payouts) => payouts.run(),
        Command::Alarms(alarms) => alarms.run(),
        Command::Inbox(inbox) => inbox.run(),
        Command::Resolutions(resolutions) => resolutions.run(),
        Command::Entries(entries) => entries.run(),
        Command::Deliver(deliver) => deliver.run(),
        Command::Lookup(command) => command.run(),
        Command::Reconcile(reconcile) => return written(reconcile.run()),
        Command::Ledger(command) => command.run(),
        Command::Store(command) => command.run(),
        Command::Simulate(simulate) => return written(simulate.run()),
        Command::Conformance { .. } => {
            eprintln!("{CONFORMANCE_MOVED}");
            return ExitCode::from(WRONG_USAGE);
        }
        Command::Sign(sign) => sign.run(),
        Command::Explain(explain) => return written(explain.run()),
    };
    written(exit_code(result))
}

/// Prints what is wrong with the command line, or the help that it asks for. A number that cannot be read gets plain words.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let source = error.source().and_then(|it| it.downcast_ref());
    let Some(number): Option<&ParseIntError> = source else {
        error.exit()
    };
    let wrong = match number.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "no number is so large",
        _ => "write a whole number",
    };
    let shown = error.render().to_string();
    err(&shown.replace(&number.to_string(), wrong));
    ExitCode::from(WRONG_USAGE)
}

/// Asks on the terminal; whether the answer is yes.
fn confirmed(question: &str) -> anyhow::Result<bool> {
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.context("cannot read standard input")?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// The exit code of a command. Prints the error of one that failed.
fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Prints an error. What it quotes of a file cannot control the terminal.
fn print_error(error: &anyhow::Error) {
    eprintln!("error: {}", visible::lines(&format!("{error:#}")));
}

/// Writes to standard output, with colours when it is a terminal. It is no error when the reader closes it early.
fn write(text: &str) -> anyhow::Result<()> {
    write_to(anstream::stdout().lock(), text.as_bytes())
}

/// The reader closed standard output.
static UNREAD: AtomicBool = AtomicBool::new(false);

/// Writes to this form of standard output. It is no error when the reader closes it early.
fn write_to(mut out: impl Write, bytes: &[u8]) -> anyhow::Result<()> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            UNREAD.store(true, Relaxed);
            Ok(())
        }
        written => written.context("cannot write standard output"),
    }
}

/// Why a line of [`out`] could not be written.
static UNWRITTEN: OnceLock<anyhow::Error> = OnceLock::new();

/// Writes to standard output. When that fails, the command goes on, and fails at its end.
fn out(text: &str) {
    if let Err(error) = write(text) {
        let _ = UNWRITTEN.set(error);
    }
}

/// Writes to standard error. A command goes on when this fails: there is nowhere left to say so.
fn err(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The exit code of a command, or that of a failure when it could not write its output.
fn written(code: ExitCode) -> ExitCode {
    let Some(error) = UNWRITTEN.get() else {
        return code;
    };
    print_error(error);
    ExitCode::FAILURE
}

impl Sign {
    fn run(&self) -> anyhow::Result<()> {
        let key = secret_from_env(&self.secret_env)?;
        let mut body = Vec::new();
        std::io::stdin()
            .read_to_end(&mut body)
            .context("cannot read standard input")?;
        if let Some(kind) = text::foreign(&body) {
            bail!("standard input is {kind}; give one JSON object in UTF-8");
        }
        let signed = signature::sign(text::without_bom(&body), &key).context(
            "cannot sign standard input; give one JSON object: echo '{\"type\":\"verify\"}' | jetpay sign ...",
        )?;
        write_to(io::stdout().lock(), &signed)
    }
}

/// The secret in an environment variable.
fn secret_from_env(name: &str) -> anyhow::Result<Key> {
    let secret = std::env::var(name).map(Zeroizing::new);
    let secret = secret.map_err(|_| {
        anyhow!("the environment variable {name} is not set; set it to the project's secret: export {name}=...")
    })?;
    Key::new(&secret).map_err(|_| {
        anyhow!("the environment variable {name} is empty; set it to the project's secret")
    })
}

#[cfg(test)]
mod tests {
    use super::parse_proposed;

    #[test]
    fn commands_of_the_page_about_billings_are_those_of_the_program() {
        let page = include_str!("../../../../docs/billing.md");
        let commands = page.split('`').skip(1).step_by(2);
        let commands: Vec<_> = commands.filter(|it| it.starts_with("jetpay ")).collect();
        assert!(commands.len() >= 10, "{commands:?}");
        for command in commands {
            parse_proposed(command).unwrap();
        }
    }
}
