//! The findings of a run, and their output in a terminal, as HTML, JSON and `JUnit` XML.

mod chapters;
mod format;
mod html;
mod json;
mod junit;
mod pretty;
mod roots;
#[cfg(test)]
mod sample;
mod terminal;

use std::pin::pin;
use std::time::{Duration, Instant};

use jetpay_platform::{messages, visible};
use serde::Serialize;

use super::check::{Check, Finding, Outcome, checks, run};
use super::expect;
use super::row::Level;
use super::target::Target;
use super::transcript::{Lateness, Role};

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
    /// Whether the report is bad when the money was not observed.
    pub require_observed: bool,
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

const STOPPED: &str = "the run was stopped before this check";
const LATE: &str =
    "the run was ended, because the endpoint answers late or not at all; correct that first";
const OBSERVED_LATE: &str = "the run was ended, because the URL of --observe answers late or not at all; correct that first";

/// Runs these checks, one after the other.
pub async fn run_checks(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    on_each: impl FnMut(&Finding),
) -> Report {
    run_until(target, checks, std::future::pending(), on_each).await
}

/// Runs these checks, one after the other, until `stop` is ready or late answers have held the run for
/// [`Target::patience`]. Later checks are not run. The finding about late answers is the first one, and must hold.
pub async fn run_until(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    stop: impl Future<Output = ()>,
    mut on_each: impl FnMut(&Finding),
) -> Report {
    let mut subject = Subject::of(target);
    let begun = Instant::now();
    let late = Lateness::new(target.time_limit, target.patience);
    let mut findings = Vec::new();
    let (mut stop, mut stopped) = (pin!(stop), None);
    for check in checks {
        let finding = if let Some(why) = stopped {
            check.not_run(why)
        } else {
            tokio::select! {
                biased;
                () = late.is_too_much() => {
                    let about = too_late(&check, &late, target);
                    let why = if about.is_some() { LATE } else { OBSERVED_LATE };
                    stopped = Some(why);
                    findings.splice(0..0, about);
                    check.not_run(why)
                }
                () = &mut stop => {
                    stopped = Some(STOPPED);
                    check.not_run(STOPPED)
                }
                finding = run(target, &check, &late) => finding,
            }
        };
        on_each(&finding);
        findings.push(finding);
    }
    if stopped == Some(LATE) {
        let first = findings.remove(0);
        findings.retain(|it| it.check.full_id() != first.check.full_id());
        findings.insert(0, first);
    }
    roots::name(&mut findings);
    subject.took_ms = begun.elapsed();
    Report { subject, findings }
}

/// The finding about the late answer that was one too many; `None` if it came from the URL of `--observe`. The check is
/// advice in other reports. Here it must hold, because no other check could run.
fn too_late(check: &Check, late: &Lateness, target: &Target) -> Option<Finding> {
    let (kind, mut exchange) = late.last()?;
    let id = match kind {
        "verify" => "time-verify",
        "check_deposit" => "time-deposit",
        "a callback" => "time-callback",
        "--observe" => return None,
        _ => "time-refusals",
    };
    exchange.role = Some(Role::Guilty);
    let (wanted, took) = (expect::within(target.time_limit), exchange.took_ms);
    let outcome = Outcome::Failed {
        expected: format!("{wanted} to {kind}"),
        got: match exchange.status {
            Some(_) => format!("one after {took:.1?}"),
            None => format!("none after {took:.1?}"),
        },
        follows: None,
    };
    let mut check = check.sibling(id)?;
    check.level = Level::Must;
    Some(Finding {
        exchanges: vec![exchange],
        ..check.found(outcome, took)
    })
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
            require_observed: target.require_observed,
            exact: target.exact,
            time_limit_ms: target.time_limit,
            notes: target.notes.clone(),
            began: messages::now(),
            took_ms: Duration::ZERO,
        }
    }
}
