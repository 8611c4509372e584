//! What was found of a target, check by check, and how it is shown: in a terminal, as HTML, JSON and `JUnit`'s XML.

mod chapters;
mod format;
mod html;
mod json;
mod junit;
mod pretty;
#[cfg(test)]
mod sample;
mod summary;
mod terminal;
mod verdict;

use std::pin::pin;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::check::{Check, Finding, checks, run};
use super::target::Target;
use jetpay_platform::{messages, shown_url, visible};

pub use format::{Format, UnknownFormat, WriteError};
pub use summary::Summary;
pub use terminal::Terminal;
pub use verdict::Verdict;

/// What was found of a target.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What was checked, and how.
    pub subject: Subject,
    /// Every check, in order.
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
    /// Where `verify` and `check_deposit` went: without a user's name and password, and without what the query says.
    pub url: String,
    /// Where callbacks went, cut like `url`.
    pub callback_urls: Vec<String>,
    /// The methods.
    pub methods: Vec<&'static str>,
    /// The projects in whose names was called.
    pub projects: Vec<u64>,
    /// The currency of all amounts.
    pub currency: String,
    /// Whether successes were sent, which credit.
    pub credits: bool,
    /// Whether the money could be seen.
    pub observed: bool,
    /// Whether every `should` counts.
    pub strict: bool,
    /// Whether it was held to the answers of the service `jetpay` where the documents are silent.
    pub exact: bool,
    /// How long an answer may take, in milliseconds.
    #[serde(serialize_with = "crate::transcript::millis")]
    pub time_limit_ms: Duration,
    /// What a reader should know before: a secret that looks wrong, the contract that was paid.
    pub notes: Vec<String>,
    /// When it began: `2022-03-25T11:08:45+0000`.
    pub began: String,
    /// How long it took, in milliseconds.
    #[serde(serialize_with = "crate::transcript::millis")]
    pub took_ms: Duration,
}

/// Runs all checks, one after the other. `on_each` is told what was found as it comes.
pub async fn run_all(target: &Target, on_each: impl FnMut(&Finding)) -> Report {
    run_these(target, checks(target), on_each).await
}

/// How many checks in a row may wait for an answer that does not come.
const PATIENCE: usize = 5;
const STOPPED: &str = "the run was stopped before";
const SILENT: &str =
    "five checks in a row had no answer: the endpoint has gone, or hangs; mend that first";

/// Whether the check ended since nobody answered, not even by closing the connection.
fn is_silent(finding: &Finding, target: &Target) -> bool {
    let last = finding.exchanges.last();
    last.is_some_and(|last| last.status.is_none()) && finding.took >= target.time_limit
}

/// Runs these checks of a target, one after the other.
pub async fn run_these(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    on_each: impl FnMut(&Finding),
) -> Report {
    run_until(target, checks, std::future::pending(), on_each).await
}

/// Runs these checks of a target, one after the other, until `stop` ends, or the endpoint has been silent for five
/// checks: those that are left are not run.
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
            url: shown_url(&target.url),
            callback_urls: callback_urls.map(|url| shown_url(url)).collect(),
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
