//! The rows that checks are made of: a row is a check of every method that it applies to.

use std::pin::Pin;

use serde::Serialize;

use super::check_context::CheckContext;
use super::outcome::Checked;
use super::refusal::Refusal;
use super::target::Target;
use jetpay_platform::MethodFacts;

/// How much a check binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A document demands it, or money is lost without it.
    Must,
    /// The documents are silent; it is our advice.
    Should,
}

impl Level {
    /// `must` or `should`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
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

impl Section {
    pub(super) fn of(self, facts: &MethodFacts) -> &'static str {
        match self {
            Self::Verify => facts.sections.verify,
            Self::CheckDeposit => facts.sections.check_deposit,
            Self::Callback => facts.sections.callback,
            Self::Ours(section) => section,
        }
    }
}

/// A check of every method that it applies to.
pub(crate) struct Row {
    pub(super) id: &'static str,
    pub(super) level: Level,
    pub(super) section: Section,
    pub(super) sentence: &'static str,
    pub(super) why: &'static str,
    pub(super) applies: fn(&MethodFacts, &Target) -> bool,
    pub(super) of_no_method: bool,
    pub(super) credits: bool,
    pub(super) play: Play,
}

pub(crate) type Playing<'a> = Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// What is done, and what must come of it.
#[derive(Clone, Copy)]
pub(crate) enum Play {
    /// Anything.
    CheckContext(for<'a> fn(&'a CheckContext<'_>) -> Playing<'a>),
    /// Each of these bodies, sent to the method's URL, is answered with this refusal.
    Refused(fn(&CheckContext<'_>) -> Vec<Vec<u8>>, Refusal),
}

/// Makes a [`Play::CheckContext`] of an `async fn`.
macro_rules! play {
    ($play:path) => {
        $crate::row::Play::CheckContext(|scene| Box::pin($play(scene)))
    };
}
pub(crate) use play;

impl Row {
    pub(crate) const fn new(
        id: &'static str,
        level: Level,
        section: Section,
        sentence: &'static str,
        why: &'static str,
        play: Play,
    ) -> Self {
        Self {
            id,
            level,
            section,
            sentence,
            why,
            applies: |_, _| true,
            of_no_method: false,
            credits: false,
            play,
        }
    }

    /// Only for methods and targets of which this is true.
    pub(crate) const fn only(self, applies: fn(&MethodFacts, &Target) -> bool) -> Self {
        Self { applies, ..self }
    }

    /// Once, and for no method.
    pub(crate) const fn once(self) -> Self {
        Self {
            of_no_method: true,
            ..self
        }
    }

    /// It sends a success that must credit.
    pub(crate) const fn credits(self) -> Self {
        Self {
            credits: true,
            ..self
        }
    }
}
