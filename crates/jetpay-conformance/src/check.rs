//! A check, its run, and what the run found.

use std::fmt;
use std::time::{Duration, Instant};

use jetpay_platform::{AdminError, MethodFacts, NoAnswer};
use serde::Serialize;

use super::check_context::CheckContext;
use super::row::{Group, Level, Procedure, Row};
use super::rows;
use super::target::Target;
use crate::transcript::RecordedExchange;

/// One thing that must or should hold for an endpoint.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The stable id: `callback-repeated`. Together with the method it is unique in a report.
    pub id: &'static str,
    /// The name of the method; `None` for a check of callbacks of any method.
    pub method: Option<&'static str>,
    /// The chapter of the report.
    pub group: Group,
    /// Whether a document demands it.
    pub level: Level,
    /// What must hold.
    pub sentence: &'static str,
    /// Where the rule is written: a heading of the method's document, or a rule of this project.
    pub section: &'static str,
    /// What happens to people and money when it does not hold.
    pub why: &'static str,
    #[serde(skip)]
    row: &'static Row,
    #[serde(skip)]
    facts: &'static MethodFacts,
}

/// A check and its outcome.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check.
    #[serde(flatten)]
    pub check: Check,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was sent and received: the first exchange, and the last ones before the end.
    pub exchanges: Vec<RecordedExchange>,
    /// The number of exchanges between them that are not shown.
    pub exchanges_left_out: usize,
    /// How long the check took.
    #[serde(rename = "took_ms", serialize_with = "crate::transcript::millis")]
    pub took: Duration,
}

/// All checks of a target, method by method. The checks of no method come last.
#[must_use]
pub fn checks(target: &Target) -> Vec<Check> {
    let methods: Vec<_> = target.methods().collect();
    let of_method = |facts: &'static MethodFacts, of_no_method: bool| {
        rows::all()
            .filter(move |(_, row)| row.of_no_method == of_no_method)
            .filter(move |(_, row)| (row.applies)(facts, target))
            .map(move |(group, row)| Check::new(group, row, facts))
    };
    let once = methods.first().copied().into_iter();
    methods
        .iter()
        .flat_map(|&facts| of_method(facts, false))
        .chain(once.flat_map(|facts| of_method(facts, true)))
        .collect()
}

/// Runs one check. An endpoint that does not answer, or answers with nonsense, fails it.
pub async fn run(target: &Target, check: &Check) -> Finding {
    let begun = Instant::now();
    let Some(context) = CheckContext::of(target, check.facts) else {
        let why = "needs a project that supports the method";
        return check.found(Err(Stop::NotRun { why }).into(), Duration::ZERO);
    };
    let checked = carry_out(&context, check.row).await;
    let (exchanges, left_out) = context.transcript.finish();
    let outcome = Outcome::from(checked).cut(|text| context.transcript.redact(text));
    Finding {
        exchanges,
        exchanges_left_out: left_out,
        ..check.found(outcome, begun.elapsed())
    }
}

async fn carry_out(context: &CheckContext<'_>, row: &Row) -> CheckResult {
    if row.credits && !context.target.credits {
        return Err(Stop::NotRun {
            why: "it sends a success, which credits a real customer; --allow-credits runs it",
        });
    }
    match row.procedure {
        Procedure::Run(play) => play(context).await?,
        Procedure::Refused(bodies, refusal) => {
            context.expect_refused(bodies(context), refusal).await?
        }
    }
    context.finish()
}

impl Check {
    pub(super) fn new(group: Group, row: &'static Row, facts: &'static MethodFacts) -> Self {
        Self {
            id: row.id,
            method: (!row.of_no_method).then_some(facts.name),
            group,
            level: row.level,
            sentence: row.sentence,
            section: row.section.of(facts),
            why: row.why,
            row,
            facts,
        }
    }

    /// The id with the method: `kaspi/callback-repeated`.
    #[must_use]
    pub fn full_id(&self) -> String {
        match self.method {
            Some(method) => format!("{method}/{}", self.id),
            None => self.id.to_owned(),
        }
    }

    /// The finding of a check that is not run.
    pub(super) fn not_run(&self, why: &'static str) -> Finding {
        self.found(Err(Stop::NotRun { why }).into(), Duration::ZERO)
    }

    pub(super) fn found(&self, outcome: Outcome, took: Duration) -> Finding {
        Finding {
            check: self.clone(),
            outcome,
            exchanges: Vec::new(),
            exchanges_left_out: 0,
            took,
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.full_id())
            .field("sentence", &self.sentence)
            .finish_non_exhaustive()
    }
}

/// The outcome of a check. In JSON it is beside the check's own `why`, so its field is called `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The endpoint did what it should.
    Passed,
    /// The endpoint did something else.
    Failed {
        /// What the check expected.
        expected: String,
        /// What the endpoint did.
        got: String,
    },
    /// The check did not run to its end, because it needs something that the caller can provide.
    NotRun {
        /// What is missing.
        #[serde(rename = "reason")]
        why: String,
    },
    /// The answers were right, but the check could not see their effect.
    NotObserved {
        /// How to make the effect visible.
        #[serde(rename = "reason")]
        why: String,
    },
}

impl Outcome {
    /// Changes every text that comes from the endpoint.
    pub(crate) fn cut(self, cut: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Failed { expected, got } => Self::Failed {
                expected: cut(&expected),
                got: cut(&got),
            },
            other => other,
        }
    }
}

/// Ends a check before its end. The operator `?` makes one from other errors.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    Failed { expected: String, got: String },
    NotRun { why: &'static str },
    NotObserved { why: &'static str },
}

/// The result of a step of a check.
pub(crate) type CheckResult<T = ()> = Result<T, Stop>;

impl Stop {
    pub(crate) fn failed(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Failed {
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl From<NoAnswer> for Stop {
    fn from(error: NoAnswer) -> Self {
        Self::failed("an answer", error.to_string())
    }
}

impl From<AdminError> for Stop {
    fn from(error: AdminError) -> Self {
        Self::failed("an answer where the money is looked up", error.to_string())
    }
}

impl From<CheckResult> for Outcome {
    fn from(checked: CheckResult) -> Self {
        match checked {
            Ok(()) => Self::Passed,
            Err(Stop::Failed { expected, got }) => Self::Failed { expected, got },
            Err(Stop::NotRun { why }) => Self::NotRun { why: why.into() },
            Err(Stop::NotObserved { why }) => Self::NotObserved { why: why.into() },
        }
    }
}
