//! What was found of a target, check by check.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::check::{Check, Finding, checks, run};
use super::outcome::Outcome;
use super::row::Level;
use super::target::Target;
use crate::messages;

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
pub struct Subject {
    /// The version of the checks.
    pub version: &'static str,
    /// Where `verify` and `check_deposit` went.
    pub url: String,
    /// Where callbacks went.
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
    /// Whether every `should` counts, and where the documents are silent the answers of the service `jetpay`.
    pub strict: bool,
    /// How long an answer may take, in milliseconds.
    #[serde(serialize_with = "crate::tape::millis")]
    pub time_limit_ms: Duration,
    /// When it began: `2022-03-25T11:08:45+0000`.
    pub began: String,
    /// How long it took, in milliseconds.
    #[serde(serialize_with = "crate::tape::millis")]
    pub took_ms: Duration,
}

/// Runs all checks, one after the other. `on_each` is told what was found as it comes.
pub async fn run_all(target: &Target, on_each: impl FnMut(&Finding)) -> Report {
    run_these(target, checks(target), on_each).await
}

/// Runs these checks of a target, one after the other.
pub async fn run_these(
    target: &Target,
    checks: impl IntoIterator<Item = Check>,
    mut on_each: impl FnMut(&Finding),
) -> Report {
    let mut subject = Subject::of(target);
    let begun = Instant::now();
    let mut findings = Vec::new();
    for check in checks {
        let finding = run(target, &check).await;
        on_each(&finding);
        findings.push(finding);
    }
    subject.took_ms = begun.elapsed();
    Report { subject, findings }
}

impl Subject {
    fn of(target: &Target) -> Self {
        let projects = target.projects.iter();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            url: target.url.clone(),
            callback_urls: target.callback_urls.clone(),
            methods: target.methods().map(|method| method.name).collect(),
            projects: projects.map(|project| project.id.number()).collect(),
            currency: target.currency.to_string(),
            credits: target.credits,
            observed: target.observer.is_some(),
            strict: target.strict,
            time_limit_ms: target.time_limit,
            began: messages::now(),
            took_ms: Duration::ZERO,
        }
    }
}

/// How many checks ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
pub struct Summary {
    pub passed: usize,
    /// Of those that must hold.
    pub failed: usize,
    /// Of those that should hold.
    pub failed_should: usize,
    pub not_run: usize,
    pub not_observed: usize,
}

impl Report {
    /// How many checks ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            let count = match (&finding.outcome, finding.check.level) {
                (Outcome::Passed, _) => &mut summary.passed,
                (Outcome::Failed { .. }, Level::Must) => &mut summary.failed,
                (Outcome::Failed { .. }, Level::Should) => &mut summary.failed_should,
                (Outcome::NotRun { .. }, _) => &mut summary.not_run,
                (Outcome::NotObserved { .. }, _) => &mut summary.not_observed,
            };
            *count += 1;
        }
        summary
    }

    /// Whether nothing failed that must hold; held strictly, nothing at all.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let summary = self.summary();
        summary.failed == 0 && !(self.subject.strict && summary.failed_should > 0)
    }
}

/// One line: `101 passed, 2 failed, 1 advised against, 3 not run, 4 not observed`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        let more = [
            (self.failed_should, "not as advised"),
            (self.not_run, "not run"),
            (self.not_observed, "not observed"),
        ];
        more.into_iter()
            .filter(|(count, _)| *count > 0)
            .try_for_each(|(count, what)| write!(f, ", {count} {what}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            if finding.outcome != Outcome::Passed {
                writeln!(f, "{} {:?}", finding.check.full_id(), finding.outcome)?;
            }
        }
        writeln!(f, "{}", self.summary())
    }
}
