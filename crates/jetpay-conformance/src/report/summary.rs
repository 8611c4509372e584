//! How many checks ended how.

use std::fmt;

use serde::Serialize;

use super::{Report, Verdict};
use crate::check::Finding;
use crate::outcome::Outcome;
use crate::row::Level;

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
    /// How many checks ended how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.findings)
    }

    /// Whether something was run to its end, and nothing failed that must hold; held strictly, nothing at all.
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
