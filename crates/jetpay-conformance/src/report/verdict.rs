//! What a report says, in one sentence.

use std::fmt;

use super::{Report, Summary};

/// What a report says, in one sentence; what it says no more than.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// So many checks failed that must hold.
    Fails(usize),
    /// Nothing failed that must hold, but so much that should, and the target is held strictly.
    FailsStrictly(usize),
    /// Nothing failed that was run to its end, but not all was.
    HoldsInPart,
    /// All was run to its end, and nothing failed that must hold.
    Holds,
    /// No check was run to its end: nothing is known.
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
    /// What it says, in one sentence.
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
                "The endpoint passes every check that must hold, but held strictly it fails {count} that should."
            ),
            Self::HoldsInPart => f.write_str(
                "The endpoint passes every check that must hold and was run to its end, but not all were.",
            ),
            Self::Holds => f.write_str("The endpoint passes every check that must hold."),
            Self::NothingKnown => {
                f.write_str("Nothing is known of the endpoint: no check was run to its end.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_praised_that_was_not_seen() {
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
    fn advice_counts_only_where_it_is_held_to() {
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
