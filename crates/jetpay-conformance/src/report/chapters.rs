//! A report in the order for readers: chapter by chapter, and each reason only once.

use super::{Report, Subject, Summary, visible};
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
