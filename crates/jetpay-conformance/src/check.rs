//! A check, and what was found when it was run.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::check_context::CheckContext;
use super::group::Group;
use super::outcome::{Checked, Outcome, Stop};
use super::row::{Level, Play, Row};
use super::rows;
use super::target::Target;
use crate::transcript::Recorded;
use jetpay_platform::MethodFacts;

/// One thing that must hold of an endpoint.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Its stable name: `callback-repeated`. With the method it is unique in a report.
    pub id: &'static str,
    /// The name of the method that it is about; none when it is about callbacks of any method.
    pub method: Option<&'static str>,
    /// The chapter it belongs to.
    pub group: Group,
    /// How much it binds.
    pub level: Level,
    /// What must hold.
    pub sentence: &'static str,
    /// Where that is written: a heading of the method's document, or a section of our own.
    pub section: &'static str,
    /// What happens to people and money where it does not hold.
    pub why: &'static str,
    #[serde(skip)]
    row: &'static Row,
    #[serde(skip)]
    facts: &'static MethodFacts,
}

/// A check that was run, or why it was not.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was checked.
    #[serde(flatten)]
    pub check: Check,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was sent and what came back: the first exchange, and the last ones, with which it ended.
    pub exchanges: Vec<Recorded>,
    /// How many exchanges between them are not shown.
    pub exchanges_left_out: usize,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "crate::transcript::millis")]
    pub took: Duration,
}

/// All checks of a target, method by method, and at the end those that are about no method.
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

/// Runs one check. An endpoint that does not answer, or with nonsense, fails it.
pub async fn run(target: &Target, check: &Check) -> Finding {
    let begun = Instant::now();
    let Some(scene) = CheckContext::of(target, check.facts) else {
        let why = "needs a project that takes the method";
        return check.found(Err(Stop::NotRun { why }).into(), Duration::ZERO);
    };
    let checked = play(&scene, check.row).await;
    let (exchanges, left_out) = scene.transcript.wind_up();
    let outcome = Outcome::from(checked).cut(|text| scene.transcript.cut(text));
    Finding {
        exchanges,
        exchanges_left_out: left_out,
        ..check.found(outcome, begun.elapsed())
    }
}

async fn play(scene: &CheckContext<'_>, row: &Row) -> Checked {
    if row.credits && !scene.target.credits {
        return Err(Stop::NotRun {
            why: "it sends a success, which credits a real customer; --allow-credits runs it",
        });
    }
    match row.play {
        Play::CheckContext(play) => play(scene).await?,
        Play::Refused(bodies, refusal) => scene.expect_refused(bodies(scene), refusal).await?,
    }
    scene.ended()
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

    /// Its name with its method's: `kaspi/callback-repeated`.
    #[must_use]
    pub fn full_id(&self) -> String {
        match self.method {
            Some(method) => format!("{method}/{}", self.id),
            None => self.id.to_owned(),
        }
    }

    /// It is not run any more.
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
