//! The findings of a run, and their output in a terminal, as HTML, JSON and `JUnit` XML.

mod chapters;
mod format;
mod html;
mod json;
mod junit;
mod pretty;
#[cfg(test)]
mod sample;
mod terminal;

use std::pin::pin;
use std::time::{Duration, Instant};

use jetpay_platform::{messages, visible};
use serde::Serialize;

use super::check::{Check, Finding, checks, run};
use super::target::Target;

pub use chapters::{Summary, Verdict};
pub use format::{Format, UnknownFormat, WriteError};
pub use terminal::Terminal;

/// The report of a run.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What was checked, and how.
    pub subject: Subject,
    /// All findings, in order.
    pub findings: Vec<Finding>,
}

/// What was checked, and how.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line, under its name"
)]
pub struct Subject {
    /// The version of the checks.
    pub version: &'static str,
    /// The URL for `verify` and `check_deposit`, without user, password and query values.
    pub url: String,
    /// The URLs for callbacks, without secrets like `url`.
    pub callback_urls: Vec<String>,
    /// The methods.
    pub methods: Vec<&'static str>,
    /// The projects in whose names the platform called.
    pub projects: Vec<u64>,
    /// The currency of all amounts.
    pub currency: String,
    /// Whether checks could send successes, which credit customers.
    pub credits: bool,
    /// Whether there was an observer.
    pub observed: bool,
    /// Whether checks that should hold count as failures.
    pub strict: bool,
    /// Whether the endpoint had to answer exactly like the service `jetpay` where the documents do not say how.
    pub exact: bool,
    /// How long an answer may take, in milliseconds.
    #[serde(serialize_with = "crate::transcript::millis")]
    pub time_limit_ms: Duration,
    /// Notes for the reader: a secret that seems wrong, the contract that was paid.
    pub notes: Vec<String>,
    /// The start of the run: `2022-03-25T11:08:45+0000`.
    pub began: String,
    /// The duration of the run, in milliseconds.
    #[serde(serialize_with = "crate::transcript::millis")]
    pub took_ms: Duration,
}

/// Runs all checks, one after the other. Calls `on_each` after each check.
pub async fn run_all(target: &Target, on_each: impl FnMut(&Finding)) -> Report {
    run_checks(target, checks(target), on_each).await
}

/// The run ends after this many checks in a row without an answer.
const PATIENCE: usize = 5;
const STOPPED: &str = "the run was stopped before this check";
const SILENT: &str =
    "five checks in a row got no answer, so the endpoint is down or hangs; correct that first";

/// Whether the check ended because the endpoint neither answered nor closed the connection.
fn is_silent(finding: &Finding, target: &Target) -> bool {
    let last = finding.exchanges.last();
    last.is_some_and(|last| last.status.is_none()) && finding.took >= target.time_limit
}

/// Runs these checks, one after the other.
pub async fn run_checks(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    on_each: impl FnMut(&Finding),
) -> Report {
    run_until(target, checks, std::future::pending(), on_each).await
}

/// Runs these checks, one after the other, until `stop` is ready or the endpoint was silent for five checks. Later
/// checks are not run.
pub async fn run_until(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    stop: impl Future<Output = ()>,
    mut on_each: impl FnMut(&Finding),
) -> Report {
    let mut subject = Subject::of(target);
    let begun = Instant::now();
    let mut findings = Vec::new();
    let (mut stop, mut stopped, mut silent) = (pin!(stop), None, 0);
    for check in checks {
        let finding = if let Some(why) = stopped {
            check.not_run(why)
        } else {
            tokio::select! {
                finding = run(target, &check) => finding,
                () = &mut stop => {
                    stopped = Some(STOPPED);
                    check.not_run(STOPPED)
                }
            }
        };
        silent = if is_silent(&finding, target) {
            silent + 1
        } else {
            0
        };
        if silent == PATIENCE {
            stopped = Some(SILENT);
        }
        on_each(&finding);
        findings.push(finding);
    }
    subject.took_ms = begun.elapsed();
    Report { subject, findings }
}

impl Subject {
    fn of(target: &Target) -> Self {
        let projects = target.projects.iter();
        let callback_urls = target.callback_urls.iter();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            url: visible::url(&target.url),
            callback_urls: callback_urls.map(|url| visible::url(url)).collect(),
            methods: target.methods().map(|method| method.name).collect(),
            projects: projects.map(|project| project.id.number()).collect(),
            currency: target.currency.to_string(),
            credits: target.credits,
            observed: target.observer.is_some(),
            strict: target.strict,
            exact: target.exact,
            time_limit_ms: target.time_limit,
            notes: target.notes.clone(),
            began: messages::now(),
            took_ms: Duration::ZERO,
        }
    }
}
