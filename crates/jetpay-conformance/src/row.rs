//! Rows: the data of checks. A row is one check for each method to which it applies.

use std::pin::Pin;

use jetpay_platform::MethodFacts;
use serde::Serialize;

use super::check::CheckResult;
use super::check_context::CheckContext;
use super::expect::Refusal;
use super::target::Target;

/// Whether a document demands what a check expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A document demands it, or money is lost without it.
    Must,
    /// The documents do not say it. It is our advice.
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

/// Where the rule of a row is written.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    /// In the document, under the heading of `verify`.
    Verify,
    /// In the document, under the heading of `check_deposit`.
    CheckDeposit,
    /// In the document, under the heading of the callback.
    Callback,
    /// In another place, or a rule of this project.
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

/// A check for each method to which it applies.
pub(crate) struct Row {
    pub(super) id: &'static str,
    pub(super) level: Level,
    pub(super) section: Section,
    pub(super) sentence: &'static str,
    pub(super) why: &'static str,
    pub(super) applies: fn(&MethodFacts, &Target) -> bool,
    pub(super) of_no_method: bool,
    pub(super) credits: bool,
    pub(super) procedure: Procedure,
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = CheckResult> + Send + 'a>>;

/// What a check does and expects.
#[derive(Clone, Copy)]
pub(crate) enum Procedure {
    /// Any function.
    Run(for<'a> fn(&'a CheckContext<'_>) -> Running<'a>),
    /// Sends each of these bodies to the method's URL and expects this refusal.
    Refused(fn(&CheckContext<'_>) -> Vec<Vec<u8>>, Refusal),
}

/// Makes a [`Procedure::Run`] from an `async fn`.
macro_rules! run {
    ($run:path) => {
        $crate::row::Procedure::Run(|context| Box::pin($run(context)))
    };
}
pub(crate) use run;

impl Row {
    pub(crate) const fn new(
        id: &'static str,
        level: Level,
        section: Section,
        sentence: &'static str,
        why: &'static str,
        procedure: Procedure,
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
            procedure,
        }
    }

    /// Restricts the row to methods and targets for which `applies` is true.
    pub(crate) const fn only(self, applies: fn(&MethodFacts, &Target) -> bool) -> Self {
        Self { applies, ..self }
    }

    /// Makes it one check for all methods.
    pub(crate) const fn once(self) -> Self {
        Self {
            of_no_method: true,
            ..self
        }
    }

    /// The check sends a success, which credits a customer.
    pub(crate) const fn credits(self) -> Self {
        Self {
            credits: true,
            ..self
        }
    }
}

/// The subject of a check: a chapter of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Group {
    /// The shape of answers: fields, types, places. It comes first, because a wrong shape makes many other checks fail.
    Shape,
    /// The exchanges in the documents.
    Documented,
    /// Who signed a message.
    Signatures,
    /// What a signature does not protect.
    Malleability,
    /// Repeats.
    Idempotence,
    /// Which callbacks move money, and how much.
    Money,
    /// Callbacks in any order.
    Order,
    /// Signed requests with a wrong field, and unreadable bodies.
    BadInput,
    /// Sizes, scripts, connections, HTTP.
    Robustness,
    /// How long answers take.
    Time,
}

impl Group {
    /// All groups, in the order of a report.
    pub const ALL: [Self; 10] = [
        Self::Shape,
        Self::Documented,
        Self::Signatures,
        Self::Malleability,
        Self::Idempotence,
        Self::Money,
        Self::Order,
        Self::BadInput,
        Self::Robustness,
        Self::Time,
    ];

    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Documented => "Documented exchanges",
            Self::Shape => "The shape of answers",
            Self::Signatures => "Signatures",
            Self::Malleability => "What a signature does not protect",
            Self::Idempotence => "The same again",
            Self::Money => "Which callbacks move money",
            Self::Order => "Callbacks in any order",
            Self::BadInput => "Bad input",
            Self::Robustness => "Robustness",
            Self::Time => "Time",
        }
    }
}
