//! A check, and the rows that checks are made of.

use std::fmt;
use std::pin::Pin;

use super::expect::Refusal;
use super::outcome::{Checked, Outcome};
use super::rows;
use super::scene::Scene;
use super::target::Target;
use crate::methods::MethodFacts;

/// One thing that must hold of an endpoint.
#[derive(Clone)]
#[non_exhaustive]
pub struct Check {
    /// Its stable name: `kaspi-callback-success`.
    pub id: String,
    /// The name of the method that it is about; none when it is about callbacks of any method.
    pub method: Option<&'static str>,
    /// What must hold.
    pub sentence: &'static str,
    /// Where that is written: a heading of the method's document, or a section of our own.
    pub section: &'static str,
    /// Whether a document demands it. Otherwise the documents are silent, and it is our decision.
    pub must: bool,
    facts: &'static MethodFacts,
    play: Play,
}

/// A check of every method that it applies to.
pub(crate) struct Row {
    id: &'static str,
    sentence: &'static str,
    section: Section,
    applies: fn(&MethodFacts) -> bool,
    of_no_method: bool,
    play: Play,
}

/// Where the sentence of a row comes from.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    /// What the document says of `verify`.
    Verify,
    /// What the document says of `check_deposit`.
    CheckDeposit,
    /// What the document says of the callback.
    Callback,
    /// What we decided, and where.
    Ours(&'static str),
}

pub(crate) type Playing<'a> = Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// What is done, and what must come of it.
#[derive(Clone, Copy)]
pub(crate) enum Play {
    /// Anything.
    Scene(for<'a> fn(&'a Scene<'_>) -> Playing<'a>),
    /// Each of these bodies, sent to the method's URL, is answered with this refusal.
    Refused(fn(&Scene<'_>) -> Vec<Vec<u8>>, Refusal),
}

/// Makes a [`Play::Scene`] of an `async fn`.
macro_rules! play {
    ($play:path) => {
        $crate::conformance::check::Play::Scene(|scene| Box::pin($play(scene)))
    };
}
pub(crate) use play;

impl Row {
    pub(crate) const fn new(
        id: &'static str,
        section: Section,
        sentence: &'static str,
        play: Play,
    ) -> Self {
        Self {
            id,
            sentence,
            section,
            applies: |_| true,
            of_no_method: false,
            play,
        }
    }

    /// Only for methods of which this is true.
    pub(crate) const fn only(self, applies: fn(&MethodFacts) -> bool) -> Self {
        Self { applies, ..self }
    }

    /// Once, and for no method.
    pub(crate) const fn once(self) -> Self {
        Self {
            of_no_method: true,
            ..self
        }
    }

    fn check(&self, facts: &'static MethodFacts) -> Check {
        let (section, must) = match self.section {
            Section::Verify => (facts.sections.verify, true),
            Section::CheckDeposit => (facts.sections.check_deposit, true),
            Section::Callback => (facts.sections.callback, true),
            Section::Ours(section) => (section, false),
        };
        let (id, method) = if self.of_no_method {
            (self.id.to_owned(), None)
        } else {
            (format!("{}-{}", facts.name, self.id), Some(facts.name))
        };
        Check {
            id,
            method,
            sentence: self.sentence,
            section,
            must,
            facts,
            play: self.play,
        }
    }
}

/// All checks of a target, method by method, and at the end those that are about no method.
#[must_use]
pub fn checks(target: &Target) -> Vec<Check> {
    let methods: Vec<_> = target.methods().collect();
    let rows = || rows::ALL.iter().copied().flatten();
    let of_methods = methods.iter().flat_map(|facts| {
        rows()
            .filter(|row| !row.of_no_method && (row.applies)(facts))
            .map(|row| row.check(facts))
    });
    let of_none = methods.first().into_iter().flat_map(|facts| {
        rows()
            .filter(|row| row.of_no_method)
            .map(|row| row.check(facts))
    });
    of_methods.chain(of_none).collect()
}

/// Runs one check. An endpoint that does not answer, or with nonsense, fails it.
pub async fn run(target: &Target, check: &Check) -> Outcome {
    let Some(scene) = Scene::of(target, check.facts) else {
        return Outcome::Skipped {
            why: "no project takes the method".into(),
        };
    };
    match check.play {
        Play::Scene(play) => play(&scene).await,
        Play::Refused(bodies, refusal) => scene.expect_refused(bodies(&scene), refusal).await,
    }
    .into()
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.id)
            .field("sentence", &self.sentence)
            .finish_non_exhaustive()
    }
}
