//! A report in the order for readers: chapter by chapter, and each reason only once; the counts of outcomes, and the verdict
//! in one sentence.

use std::fmt;

use serde::Serialize;

use super::{Report, Subject, visible};
use crate::check::{Finding, Outcome};
use crate::row::{Group, Level};

/// The findings of one method in one chapter.
pub(super) struct Chapter<'a> {
    /// `None` for the checks of no method.
    pub(super) method: Option<&'static str>,
    pub(super) group: Group,
    pub(super) findings: Vec<&'a Finding>,
}

/// A reason why checks were not run or not observed, and those checks.
pub(super) struct Reason<'a> {
    pub(super) why: &'a str,
    pub(super) findings: Vec<&'a Finding>,
}

impl Chapter<'_> {
    pub(super) fn summary(&self) -> Summary {
        Summary::of(self.findings.iter().copied())
    }

    /// `kaspi: Signatures`.
    pub(super) fn title(&self) -> String {
        format!("{}: {}", self.of_method(), self.group.title())
    }

    /// The name of the method, or `any method`.
    pub(super) fn of_method(&self) -> &'static str {
        self.method.unwrap_or("any method")
    }
}

impl Report {
    /// The chapters, in the order of the findings.
    pub(super) fn chapters(&self) -> Vec<Chapter<'_>> {
        let mut chapters: Vec<Chapter<'_>> = Vec::new();
        for finding in &self.findings {
            let (method, group) = (finding.check.method, finding.check.group);
            let mut known = chapters.iter_mut();
            match known.find(|it| it.method == method && it.group == group) {
                Some(chapter) => chapter.findings.push(finding),
                None => chapters.push(Chapter {
                    method,
                    group,
                    findings: vec![finding],
                }),
            }
        }
        chapters
    }

    /// The failed checks: first those that must hold, then those that should.
    pub(super) fn failed(&self) -> Vec<&Finding> {
        let of = |level| {
            self.findings.iter().filter(move |it| {
                it.check.level == level && matches!(it.outcome, Outcome::Failed { .. })
            })
        };
        of(Level::Must).chain(of(Level::Should)).collect()
    }

    /// The reasons why checks were not run.
    pub(super) fn not_run(&self) -> Vec<Reason<'_>> {
        reasons(&self.findings, |outcome| match outcome {
            Outcome::NotRun { why } => Some(why),
            _ => None,
        })
    }

    /// The reasons why checks were not observed.
    pub(super) fn not_observed(&self) -> Vec<Reason<'_>> {
        reasons(&self.findings, |outcome| match outcome {
            Outcome::NotObserved { why } => Some(why),
            _ => None,
        })
    }
}

impl Subject {
    /// The URL as the report shows it. A single method replaces `{method}`.
    pub(super) fn endpoint(&self) -> String {
        let url = visible::line(&self.url);
        match self.methods.as_slice() {
            [method] => url.replace("{method}", method),
            _ => url,
        }
    }
}

fn reasons(findings: &[Finding], why: fn(&Outcome) -> Option<&String>) -> Vec<Reason<'_>> {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    for finding in findings {
        let Some(why) = why(&finding.outcome) else {
            continue;
        };
        match reasons.iter_mut().find(|reason| reason.why == why) {
            Some(reason) => reason.findings.push(finding),
            None => reasons.push(Reason {
                why,
                findings: vec![finding],
            }),
        }
    }
    reasons
}

/// `1 check`, `3 checks`.
pub(super) fn checks(count: usize) -> String {
    format!("{count} check{}", if count == 1 { "" } else { "s" })
}

/// The number of checks with each outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
pub struct Summary {
    pub passed: usize,
    /// Failed checks that must hold.
    pub failed: usize,
    /// Failed checks that should hold.
    pub failed_should: usize,
    pub not_run: usize,
    pub not_observed: usize,
}

impl Summary {
    pub(super) fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut summary = Self::default();
        for finding in findings {
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

    /// All checks.
    #[must_use]
    pub const fn total(self) -> usize {
        self.passed + self.failed + self.failed_should + self.not_run + self.not_observed
    }
}

impl Report {
    /// The number of checks with each outcome.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.findings)
    }

    /// Whether at least one check ran to its end, and no check that must hold failed. With `strict`, no check that
    /// should hold may fail either.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self.verdict(), Verdict::Holds | Verdict::HoldsInPart)
    }
}

/// One line: `101 passed, 2 failed, 1 not as advised, 3 not run, 4 not observed`.
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

/// The verdict of a report. It claims no more than the checks saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// This many checks that must hold failed.
    Fails(usize),
    /// No check that must hold failed, but this many that should hold failed, and they count.
    FailsStrictly(usize),
    /// No check failed that ran to its end, but some checks did not run to their end.
    HoldsInPart,
    /// All checks ran to their end, and none that must hold failed.
    Holds,
    /// No check ran to its end.
    NothingKnown,
}

impl Verdict {
    fn of(summary: Summary, strict: bool) -> Self {
        match summary {
            Summary { failed, .. } if failed > 0 => Self::Fails(failed),
            Summary { failed_should, .. } if strict && failed_should > 0 => {
                Self::FailsStrictly(failed_should)
            }
            Summary {
                passed: 0,
                failed_should: 0,
                ..
            } => Self::NothingKnown,
            Summary {
                not_run: 0,
                not_observed: 0,
                ..
            } => Self::Holds,
            _ => Self::HoldsInPart,
        }
    }
}

impl Report {
    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.summary(), self.subject.strict)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fails(1) => f.write_str("The endpoint fails 1 check that must hold."),
            Self::Fails(count) => write!(f, "The endpoint fails {count} checks that must hold."),
            Self::FailsStrictly(count) => write!(
                f,
                "The endpoint passes every check that must hold, but fails {count} that should hold, and they count here."
            ),
            Self::HoldsInPart => f.write_str(
                "The endpoint passes every check that must hold and ran to its end. Some checks did not run to their end.",
            ),
            Self::Holds => f.write_str("The endpoint passes every check that must hold."),
            Self::NothingKnown => {
                f.write_str("No check ran to its end, so this report says nothing about the endpoint.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_claims_no_more_than_the_checks_saw() {
        let mut summary = Summary::default();
        assert_eq!(Verdict::of(summary, true), Verdict::NothingKnown);
        summary.not_run = 2;
        summary.not_observed = 1;
        assert_eq!(Verdict::of(summary, false), Verdict::NothingKnown);
        summary.passed = 1;
        assert_eq!(Verdict::of(summary, false), Verdict::HoldsInPart);
        (summary.not_run, summary.not_observed) = (0, 0);
        assert_eq!(Verdict::of(summary, false), Verdict::Holds);
    }

    #[test]
    fn advice_counts_only_when_the_target_is_strict() {
        let summary = Summary {
            failed_should: 3,
            ..Summary::default()
        };
        assert_eq!(Verdict::of(summary, false), Verdict::Holds);
        assert_eq!(Verdict::of(summary, true), Verdict::FailsStrictly(3));
        let failed = Summary {
            failed: 1,
            ..summary
        };
        assert_eq!(Verdict::of(failed, true), Verdict::Fails(1));
    }
}
