//! The command line of the conformance checks.

mod endpoint;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::eprintln;
use anyhow::{Context, ensure};
use clap::Parser;
use endpoint::Endpoint;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jetpay_conformance::{
    Check, Format, Report, Target, Verdict, checks, prepare, resolve_alarms, run_until,
};

/// Check a merchant's endpoint, in whatever language it is written
///
/// Plays the platform against the URL: good and bad requests, attacks, repeats. Every `check_deposit` creates a pending
/// payment there. A success credits the customer, so it is sent only with --allow-credits. Exit codes: 0 if every check
/// that must hold passed, 1 if one failed (with --require-observed also if the money was not seen), 2 if the checks could
/// not be run.
#[derive(Parser)]
#[command(name = "jetpay-conformance", version)]
struct Conformance {
    #[command(flatten)]
    endpoint: Endpoint,
    /// Run only the checks whose ids begin with this text; may be repeated, or a list with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Also write the report to a file: `.html`, `.json` or `.xml` (`JUnit`); may be repeated
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// List the checks and run none
    #[arg(long)]
    list: bool,
}

/// The width of the report in a file or a pipe.
const COLUMNS: usize = 120;
/// The checks could not be run.
const NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    match Conformance::parse().checked() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(NOT_RUN)
        }
    }
}

impl Conformance {
    /// Whether the endpoint passed.
    fn checked(&self) -> anyhow::Result<bool> {
        for file in &self.report {
            can_be_written(file)?;
        }
        let mut target = self.endpoint.target()?;
        if self.list {
            write(&list(&self.chosen(&target)?))?;
            return Ok(true);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let report = runtime.block_on(self.report_of(&mut target))?;
        // Write the files first: a reader of the table may close the pipe early.
        let written = self.report.iter().map(|file| {
            report.write(file)?;
            Ok(format!("The report is in {}\n", file.display()))
        });
        let mut written: String = written.collect::<anyhow::Result<_>>()?;
        if target.is_service() {
            written += "The service jetpay keeps alarms about callbacks of these checks. Resolve them all at once, if it is a test \
                        service:\n";
            written += &resolve_alarms();
            written.push('\n');
        }
        let columns = console::Term::stdout().size_checked();
        let columns = columns.map_or(COLUMNS, |(_, columns)| columns.into());
        write(&format!("{}{written}", report.terminal().width(columns)))?;
        ensure!(
            report.verdict() != Verdict::NothingKnown,
            "no check was run to its end: nothing is known of the endpoint"
        );
        Ok(report.is_good())
    }

    async fn report_of(&self, target: &mut Target) -> anyhow::Result<Report> {
        prepare(target).await?;
        let chosen = self.chosen(target)?;
        let bar = progress(chosen.len());
        let stop = async {
            if interrupted().await.is_ok() {
                eprintln!("stopped; the report has the findings so far");
            }
        };
        let report = run_until(target, chosen, stop, |finding| {
            bar.set_message(finding.check.full_id());
            bar.inc(1);
        })
        .await;
        bar.finish_and_clear();
        Ok(report)
    }

    fn chosen(&self, target: &Target) -> anyhow::Result<Vec<Check>> {
        let all = checks(target);
        for prefix in &self.only {
            ensure!(
                !prefix.is_empty(),
                "--only needs the begin of an id; --list shows all"
            );
            ensure!(
                all.iter().any(|check| begins(check, prefix)),
                "no check of this endpoint has an id that begins with `{prefix}`; --list shows all"
            );
        }
        let wanted = |check: &Check| {
            self.only.is_empty() || self.only.iter().any(|prefix| begins(check, prefix))
        };
        Ok(all.into_iter().filter(wanted).collect())
    }
}

fn list(checks: &[Check]) -> String {
    let lines = checks.iter().map(|check| {
        let (level, id) = (check.level.word(), check.full_id());
        format!("{level:6} {id:50} {}\n", check.sentence)
    });
    lines.collect()
}

/// Checks the name of a report before the checks, which take a while.
fn can_be_written(report: &Path) -> anyhow::Result<()> {
    Format::of(report)?;
    let folder = report.parent().unwrap_or(Path::new(""));
    ensure!(
        folder.as_os_str().is_empty() || folder.is_dir(),
        "there is no folder {} for the report",
        folder.display()
    );
    Ok(())
}

/// Whether the id begins with `prefix`, with or without the method.
fn begins(check: &Check, prefix: &str) -> bool {
    check.id.starts_with(prefix) || check.full_id().starts_with(prefix)
}

/// Writes to standard output, in colours when it is a terminal. A reader may close it early.
fn write(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write standard output")
        }
        _ => Ok(()),
    }
}

/// A bar of `length` checks on standard error; hidden when that is no terminal.
fn progress(length: usize) -> ProgressBar {
    let target = if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length as u64), target).with_style(style)
}

/// Resolves when the process gets SIGTERM or SIGINT.
async fn interrupted() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = term.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
