//! The command line of the conformance checks.

mod endpoint;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::eprintln;
use anyhow::ensure;
use clap::Parser;
use jetpay_conformance::{Check, Format, Report, Target, Verdict, checks, prepare, run_until};

use endpoint::Endpoint;
use terminal::{interrupted, progress, write};

/// Prove a merchant's endpoint, in whatever language it is written
///
/// Plays the platform against the URL: good and bad requests, attacks, repeats. Every `check_deposit` makes a pending
/// payment there; a success credits the customer, and is sent only with --allow-credits. Ends with 0 when nothing
/// failed that must hold, 1 when something did, 2 when the checks could not be run.
#[derive(Parser)]
#[command(name = "jetpay-conformance", version)]
struct Conformance {
    #[command(flatten)]
    endpoint: Endpoint,
    /// Run only these checks, or all whose ids begin so; may be given several times, or with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Write the report to a file, too: `.html`, `.json` or `.xml` (`JUnit`); may be given several times
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// List the checks, and run none
    #[arg(long)]
    list: bool,
}

/// Where the width is not known: a file, or a pipe.
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
    /// Whether all is well.
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
        // The files first: whoever reads the table may stop early.
        let written = self.report.iter().map(|file| {
            report.write(file)?;
            Ok(format!("The report is in {}\n", file.display()))
        });
        let written: String = written.collect::<anyhow::Result<_>>()?;
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
                eprintln!("stopped: what was found so far is reported");
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

/// Asked before the checks, which take a while.
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

/// By its id, with or without the method.
fn begins(check: &Check, prefix: &str) -> bool {
    check.id.starts_with(prefix) || check.full_id().starts_with(prefix)
}
