//! A report in the order for readers: chapter by chapter, and each reason only once; the counts of outcomes, and the verdict
//! in one sentence.

use std::fmt;

use serde::Serialize;

use super::{Report, Subject, visible};
use crate::check::{Finding, Outcome};
use crate::observe::ONLY_SERVICE;
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

    /// The failed checks that do not follow from another one: first those that must hold, then those that should.
    pub(super) fn failed(&self) -> Vec<&Finding> {
        let of = |level| {
            self.findings.iter().filter(move |it| {
                it.check.level == level
                    && matches!(it.outcome, Outcome::Failed { follows: None, .. })
            })
        };
        of(Level::Must).chain(of(Level::Should)).collect()
    }

    /// The failed checks that follow from this one.
    pub(super) fn following(&self, root: &Finding) -> Vec<&Finding> {
        let root = root.check.full_id();
        let follows = |it: &&Finding| match &it.outcome {
            Outcome::Failed { follows, .. } => follows.as_ref() == Some(&root),
            _ => false,
        };
        self.findings.iter().filter(follows).collect()
    }

    /// Why exactly-once is not known, and which options change that; `None` if the checks saw the money.
    pub(super) fn exactly_once(&self) -> Option<&'static str> {
        let mut seen = false;
        let mut unseen = false;
        for finding in &self.findings {
            match &finding.outcome {
                Outcome::NotObserved { why } => unseen |= why != ONLY_SERVICE,
                // What the caller has no second project or customer for is no gap in the money of this one.
                Outcome::NotRun { why } => {
                    unseen |= finding.check.credits() && !why.starts_with("needs ");
                }
                Outcome::Passed | Outcome::Failed { .. } => seen |= finding.check.credits(),
            }
        }
        let subject = &self.subject;
        match (subject.credits, subject.observed) {
            _ if seen && !unseen => None,
            (false, false) => Some(
                "Exactly-once was not checked: no success was sent, and nothing showed the money. \
                 Use --allow-credits and --observe URL.",
            ),
            (false, true) => {
                Some("Exactly-once was not checked: no success was sent. Use --allow-credits.")
            }
            (true, false) => Some(
                "Exactly-once was not checked: successes were sent, but nothing showed the money. Use --observe URL.",
            ),
            (true, true) => Some(
                "Exactly-once was not checked: not all checks that look at the money could run and see it.",
            ),
        }
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
    /// Failed checks that follow from another failed check, and are counted there only.
    pub follow: usize,
}

impl Summary {
    pub(super) fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            let count = match (&finding.outcome, finding.check.level) {
                (Outcome::Passed, _) => &mut summary.passed,
                (
                    Outcome::Failed {
                        follows: Some(_), ..
                    },
                    _,
                ) => &mut summary.follow,
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
        let failed = self.failed + self.failed_should + self.follow;
        self.passed + failed + self.not_run + self.not_observed
    }
}

impl Report {
    /// The number of checks with each outcome.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.findings)
    }

    /// Whether at least one check ran to its end, and no check that must hold failed. With `strict`, no check that
    /// should hold may fail either. With `require_observed`, the checks must have seen the money.
    #[must_use]
    pub fn is_good(&self) -> bool {
        match self.verdict() {
            Verdict::Holds | Verdict::HoldsInPart => true,
            Verdict::NotObserved(_) => !self.subject.require_observed,
            _ => false,
        }
    }
}

/// One line: `101 passed, 2 failed, 7 that follow from these, 1 not as advised, 3 not run, 4 not observed`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        let more = [
            (self.follow, "that follow from these"),
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
    /// No check failed that ran to its end, but what decides about money was not observed, for this reason.
    NotObserved(&'static str),
    /// No check failed that ran to its end, but some checks did not run to their end.
    HoldsInPart,
    /// All checks ran to their end, and none that must hold failed.
    Holds,
    /// No check ran to its end.
    NothingKnown,
}

impl Verdict {
    fn of(summary: Summary, strict: bool, exactly_once: Option<&'static str>) -> Self {
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
                not_run,
                not_observed,
                ..
            } => match exactly_once {
                Some(why) => Self::NotObserved(why),
                None if not_run + not_observed == 0 => Self::Holds,
                None => Self::HoldsInPart,
            },
        }
    }
}

impl Report {
    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.summary(), self.subject.strict, self.exactly_once())
    }
}

impl Verdict {
    /// The verdict in one word, for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fails(_) | Self::FailsStrictly(_) => "failed",
            Self::NotObserved(_) => "not_observed",
            Self::Holds | Self::HoldsInPart => "passed",
            Self::NothingKnown => "nothing_known",
        }
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
            Self::NotObserved(why) => write!(f, "{why} No check that ran to its end and must hold failed."),
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

    const UNSEEN: &str = "Exactly-once was not checked.";

    #[test]
    fn verdict_claims_no_more_than_the_checks_saw() {
        let nothing = Summary::default();
        let skipped = Summary {
            not_run: 2,
            not_observed: 1,
            ..nothing
        };
        let passed = |of| Summary { passed: 1, ..of };
        let unseen = Verdict::NotObserved(UNSEEN);
        for (summary, why, verdict) in [
            (nothing, None, Verdict::NothingKnown),
            (skipped, Some(UNSEEN), Verdict::NothingKnown),
            (passed(skipped), Some(UNSEEN), unseen),
            (passed(nothing), Some(UNSEEN), unseen),
            (passed(skipped), None, Verdict::HoldsInPart),
            (passed(nothing), None, Verdict::Holds),
        ] {
            assert_eq!(Verdict::of(summary, false, why), verdict, "{summary}");
        }
    }

    #[test]
    fn advice_counts_only_when_the_target_is_strict() {
        let summary = Summary {
            failed_should: 3,
            ..Summary::default()
        };
        assert_eq!(Verdict::of(summary, false, None), Verdict::Holds);
        assert_eq!(
            Verdict::of(summary, true, Some(UNSEEN)),
            Verdict::FailsStrictly(3)
        );
        let failed = Summary {
            failed: 1,
            ..summary
        };
        assert_eq!(Verdict::of(failed, true, Some(UNSEEN)), Verdict::Fails(1));
    }
}
