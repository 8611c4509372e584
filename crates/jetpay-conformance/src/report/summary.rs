//! The counts of outcomes, and the verdict in one sentence.

use std::fmt;

use serde::Serialize;

use super::Report;
use crate::check::{Finding, Outcome};
use crate::row::Level;

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
