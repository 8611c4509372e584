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

use std::time::{Duration, Instant};

use serde::Serialize;

use super::check::{Check, Finding, checks, run};
use super::target::Target;
use crate::address::without_secrets;
use crate::{messages, visible};

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
        let callback_urls = target.callback_urls.iter();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            url: without_secrets(&target.url),
            callback_urls: callback_urls.map(|url| without_secrets(url)).collect(),
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
