//! A check, its run, and what the run found.

use std::fmt;
use std::time::{Duration, Instant};

use jetpay_platform::{AdminError, Exchange, MethodFacts, NoAnswer};
use serde::{Serialize, Serializer};

use super::check_context::CheckContext;
use super::expect::Seen;
use super::row::{Group, Level, Procedure, Row};
use super::rows;
use super::target::Target;
use crate::transcript::{Lateness, RecordedExchange, Role};

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
    /// What was sent and received: the first exchange, the `check_deposit` that began the payment, and the last ones before
    /// the end. If the check failed, the end is the exchange that broke the expectation.
    pub exchanges: Vec<RecordedExchange>,
    /// The number of exchanges that are not shown.
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
            .filter(move |(_, row)| row.condition.holds(facts, target))
            .map(move |(group, row)| Check::new(group, row, facts))
    };
    let once = methods.first().copied().into_iter();
    methods
        .iter()
        .flat_map(|&facts| of_method(facts, false))
        .chain(once.flat_map(|facts| of_method(facts, true)))
        .collect()
}

/// Runs one check, and counts its late answers. An endpoint that does not answer, or answers with nonsense, fails it.
pub(crate) async fn run(target: &Target, check: &Check, late: &Lateness) -> Finding {
    let begun = Instant::now();
    let Some(context) = CheckContext::of(target, check.facts, late) else {
        return check.not_run("needs a project that supports the method");
    };
    let checked = carry_out(&context, check.row).await;
    let transcript = &context.transcript;
    let (outcome, seen) = match checked {
        Ok(()) => (Outcome::Passed, None),
        Err(Stop::Failed { expected, got }) => {
            let outcome = Outcome::Failed {
                expected: transcript.expected(&expected, target.time_limit),
                got: transcript.sentence(&got),
                follows: None,
            };
            (outcome, Some(got))
        }
        Err(Stop::NotRun { why }) => (Outcome::NotRun { why: why.into() }, None),
        Err(Stop::NotObserved { why }) => (Outcome::NotObserved { why: why.into() }, None),
    };
    let (exchanges, left_out) = transcript.finish(seen.as_ref());
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
    let of_option;
    let context = match row.answers {
        Some(answers) => {
            of_option = context.in_project_answering(answers)?;
            &of_option
        }
        None => context,
    };
    match row.procedure {
        Procedure::Run(play) => play(context).await?,
        Procedure::Answered(bodies) => {
            for body in bodies(context) {
                context.expect_good(body).await?;
            }
        }
        Procedure::Refused(bodies, refusal) => {
            context.expect_refused(bodies(context), refusal).await?;
        }
        Procedure::CallbackRefused(bodies) => rows::callback_refused(context, bodies).await?,
        Procedure::Credits(change) => rows::credits(context, change).await?,
        Procedure::Sequence(sent, state) => rows::sequence(context, sent, state).await?,
        Procedure::NoCredit(words) => rows::no_credit(context, words).await?,
        Procedure::Steps(deliveries, cases) => rows::steps(context, deliveries, cases).await?,
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

    /// Whether the check sends a success, so that it decides about money.
    pub(super) fn credits(&self) -> bool {
        self.row.credits
    }

    /// The check with this id for the same method.
    pub(super) fn sibling(&self, id: &str) -> Option<Self> {
        let (group, row) = rows::all().find(|(_, row)| row.id == id)?;
        Some(Self::new(group, row, self.facts))
    }

    /// Whether both checks call the same endpoint of a method.
    pub(super) fn shares_method(&self, other: &Self) -> bool {
        self.facts.name == other.facts.name
    }

    /// The finding of a check that is not run.
    pub(super) fn not_run(&self, why: &str) -> Finding {
        self.found(Outcome::NotRun { why: why.into() }, Duration::ZERO)
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

impl Finding {
    /// The exchange that failed the check, and what the money was after it.
    pub(crate) fn evidence(&self) -> &[RecordedExchange] {
        let mut exchanges = self.exchanges.iter();
        let guilty = exchanges.position(|it| it.role == Some(Role::Guilty));
        &self.exchanges[guilty.unwrap_or(self.exchanges.len())..]
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

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint did what it should.
    Passed,
    /// The endpoint did something else.
    Failed {
        /// What the check expected.
        expected: String,
        /// What the endpoint did.
        got: String,
        /// The full id of the failed check whose fault made this one fail, too. It counts only there.
        follows: Option<String>,
    },
    /// The check did not run to its end, because it needs something that the caller can provide.
    NotRun {
        /// What is missing.
        why: String,
    },
    /// The answers were right, but the check could not see their effect.
    NotObserved {
        /// How to make the effect visible.
        why: String,
    },
}

/// In JSON an outcome is beside the check's own `why`, so its field is called `reason`.
impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (outcome, fields) = match self {
            Self::Passed => ("passed", vec![]),
            Self::Failed {
                expected,
                got,
                follows,
            } => {
                let outcome = if follows.is_some() {
                    "follows"
                } else {
                    "failed"
                };
                let follows = follows.iter().map(|root| ("follows", root));
                let fields = [("expected", expected), ("got", got)];
                (outcome, fields.into_iter().chain(follows).collect())
            }
            Self::NotRun { why } => ("not_run", vec![("reason", why)]),
            Self::NotObserved { why } => ("not_observed", vec![("reason", why)]),
        };
        let fields = fields.into_iter().map(|(name, text)| (name, text.as_str()));
        serializer.collect_map(std::iter::once(("outcome", outcome)).chain(fields))
    }
}

/// Ends a check before its end. The operator `?` makes one from other errors.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    Failed { expected: String, got: Seen },
    NotRun { why: &'static str },
    NotObserved { why: &'static str },
}

/// The result of a step of a check.
pub(crate) type CheckResult<T = ()> = Result<T, Stop>;

impl Stop {
    pub(crate) fn failed(expected: impl Into<String>, got: impl Into<Seen>) -> Self {
        Self::Failed {
            expected: expected.into(),
            got: got.into(),
        }
    }

    /// A failure is about this exchange.
    pub(crate) fn about(self, exchange: &Exchange) -> Self {
        match self {
            Self::Failed { expected, got } => Self::failed(expected, got.of(exchange)),
            other => other,
        }
    }
}

/// What a check expected that got no answer.
pub(crate) const AN_ANSWER: &str = "an answer";

impl From<NoAnswer> for Stop {
    fn from(error: NoAnswer) -> Self {
        Self::failed(AN_ANSWER, format!("no answer: {}", error.reason))
    }
}

impl From<AdminError> for Stop {
    fn from(error: AdminError) -> Self {
        Self::failed("an answer where the money is looked up", error.to_string())
    }
}
