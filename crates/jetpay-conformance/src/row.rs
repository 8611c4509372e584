//! Rows: the data of checks. A row is one check for each method to which it applies.

use std::pin::Pin;

use jetpay_platform::MethodFacts;
use jetpay_platform::messages::Callback;
use serde::Serialize;
use serde_json::Value;

use super::check::CheckResult;
use super::check_context::CheckContext;
use super::expect::Refusal;
use super::rows::Step;
use super::rows::conditions::{ALWAYS, Condition, OPTION_1, OPTION_2};
use super::target::Kassa24Answers;

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

/// Where the rule of a check is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// In each method's document, under the heading of `verify`:
    /// [`Sections::verify`](jetpay_platform::Sections::verify).
    Verify,
    /// The same under the heading of `check_deposit`.
    CheckDeposit,
    /// The same under the heading of the callback.
    Callback,
    /// In another place that is the same for all methods.
    Other(&'static str),
}

impl Source {
    pub(super) fn of(self, facts: &MethodFacts) -> &'static str {
        match self {
            Self::Verify => facts.sections.verify,
            Self::CheckDeposit => facts.sections.check_deposit,
            Self::Callback => facts.sections.callback,
            Self::Other(section) => section,
        }
    }
}

/// A check for each method to which it applies.
pub(crate) struct Row {
    pub(super) id: &'static str,
    pub(super) level: Level,
    pub(super) section: Source,
    pub(super) sentence: &'static str,
    pub(super) why: &'static str,
    pub(super) condition: Condition,
    pub(super) of_no_method: bool,
    /// The answers to Kassa24 of the project in whose name the platform calls, if the row is about one option.
    pub(super) answers: Option<Kassa24Answers>,
    pub(super) credits: bool,
    pub(super) procedure: Procedure,
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = CheckResult> + Send + 'a>>;

/// Makes the bodies that a check sends.
pub(crate) type Bodies = fn(&CheckContext<'_>) -> Vec<Vec<u8>>;

/// Makes the bodies that a check sends, from a callback of a new payment.
pub(crate) type CallbackBodies = fn(&CheckContext<'_>, &Callback) -> Vec<Vec<u8>>;

/// What a check does and expects.
#[derive(Clone, Copy)]
pub(crate) enum Procedure {
    /// Any function.
    Run(for<'a> fn(&'a CheckContext<'_>) -> Running<'a>),
    /// Sends each of these bodies to the method's URL and expects code 0.
    Answered(Bodies),
    /// Sends each of these bodies to the method's URL and expects this refusal.
    Refused(Bodies, Refusal),
    /// Sends each of these bodies to every URL for callbacks, and expects that it is refused and changes nothing.
    CallbackRefused(CallbackBodies),
    /// Sends a success of a new payment with this change and expects that it credits.
    Credits(fn(Value) -> Value),
    /// Sends these callbacks of a new payment, and expects that each is acknowledged and that the payment ends in this
    /// state: credited once, or without a credit.
    Sequence(&'static [Sent], &'static str),
    /// For each of these words sends a callback of a new payment, and expects that it is acknowledged and credits nothing.
    NoCredit(&'static [Words]),
    /// If the merchant processes such operations: sends each of these steps after a credit as often as this, and expects
    /// that each is acknowledged and moves its amount once, and that the payment ends in this state.
    Steps(usize, &'static [(&'static [Step], &'static str)]),
}

/// `payment.status`, `operation.type` and `operation.status` of a callback.
pub(crate) type Words = [&'static str; 3];

/// A callback in a sequence.
#[derive(Clone, Copy)]
pub(crate) enum Sent {
    /// With this status, about the operation of the first callback. If one with it was sent before, that one again.
    Same(&'static str),
    /// With this status, about an operation of its own.
    Other(&'static str),
}

/// Makes a [`Procedure::Run`] from an `async fn`.
macro_rules! run {
    ($run:path) => {
        $crate::row::Procedure::Run(|context| Box::pin($run(context)))
    };
}
pub(crate) use run;

/// A row that does not say yet what is done.
pub(crate) struct Rule(Row);

/// A rule that a document demands, or without which money is lost.
pub(crate) const fn must(id: &'static str, section: Source) -> Rule {
    Rule::new(id, Level::Must, section)
}

/// A rule that is our advice.
pub(crate) const fn should(id: &'static str, section: Source) -> Rule {
    Rule::new(id, Level::Should, section)
}

impl Rule {
    const fn new(id: &'static str, level: Level, section: Source) -> Self {
        Self(Row {
            id,
            level,
            section,
            sentence: "",
            why: "",
            condition: ALWAYS,
            of_no_method: false,
            answers: None,
            credits: false,
            procedure: Procedure::Refused(|_| Vec::new(), Refusal::new(200, 500)),
        })
    }

    /// What must hold, in one sentence.
    pub(crate) const fn that(self, sentence: &'static str) -> Self {
        Self(Row { sentence, ..self.0 })
    }

    /// What happens to people and money when it does not hold.
    pub(crate) const fn why(self, why: &'static str) -> Self {
        Self(Row { why, ..self.0 })
    }

    /// Restricts the row to methods and targets.
    pub(crate) const fn only(self, condition: Condition) -> Self {
        Self(Row {
            condition,
            ..self.0
        })
    }

    /// Restricts the row to the method with two answer options, and to projects that use this one.
    pub(crate) const fn option(self, answers: Kassa24Answers) -> Self {
        let condition = match answers {
            Kassa24Answers::Account => OPTION_1,
            Kassa24Answers::Contracts => OPTION_2,
        };
        Self(Row {
            answers: Some(answers),
            ..self.only(condition).0
        })
    }

    /// Makes it one check for all methods.
    pub(crate) const fn once(self) -> Self {
        Self(Row {
            of_no_method: true,
            ..self.0
        })
    }

    /// The check runs this.
    pub(crate) const fn runs(self, procedure: Procedure) -> Row {
        Row {
            procedure,
            ..self.0
        }
    }

    /// The check runs this, which sends a success and so credits a customer.
    pub(crate) const fn credits(self, procedure: Procedure) -> Row {
        Row {
            credits: true,
            ..self.runs(procedure)
        }
    }

    /// After these callbacks, which include a success, a new payment is credited once.
    pub(crate) const fn credits_once(self, sent: &'static [Sent]) -> Row {
        self.credits(Procedure::Sequence(sent, "credited"))
    }

    /// A success with this change credits a new payment.
    pub(crate) const fn credits_with(self, change: fn(Value) -> Value) -> Row {
        self.credits(Procedure::Credits(change))
    }

    /// The endpoint answers each of these bodies with code 0.
    pub(crate) const fn answered(self, bodies: Bodies) -> Row {
        self.runs(Procedure::Answered(bodies))
    }

    /// The endpoint refuses each of these bodies at every URL for callbacks, and nothing changes.
    pub(crate) const fn callback_refused(self, bodies: CallbackBodies) -> Row {
        self.runs(Procedure::CallbackRefused(bodies))
    }

    /// The endpoint gives this refusal to each of these bodies.
    pub(crate) const fn refused(self, bodies: Bodies, refusal: Refusal) -> Row {
        self.runs(Procedure::Refused(bodies, refusal))
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

/// Where a rule comes from when no document has it. A reader understands the texts without another page.
pub(crate) mod sections {
    use super::Source;

    pub(crate) const SIGNATURE: Source = Source::Other("signatures: what they do not protect");
    /// Which string is signed, whatever the form of the message.
    pub(crate) const SIGNED: Source = Source::Other("signatures: the signed string");
    pub(crate) const PATHS: Source = Source::Other("signatures: the order of fields");
    /// A bad signature. The documents have the code 400 for it.
    pub(crate) const UNSIGNED: Source = Source::Other("answer codes: 400, signature error");
    /// A callback with a bad signature.
    pub(crate) const UNSIGNED_CALLBACK: Source =
        Source::Other("our rule: only what is signed counts");
    /// Which projects exist, with which secrets and methods.
    pub(crate) const PROJECT: Source = Source::Other("bad input: project, method");

    pub(crate) const METHOD_ANSWERS: Source =
        Source::Other("our reading: the answers of this method");
    /// How callbacks are answered.
    pub(crate) const ANSWERS: Source = Source::Other("our rule: only HTTP 200 acknowledges");
    pub(crate) const WORDS: Source = Source::Other("our rule: accept unknown words and fields");

    pub(crate) const READ_ONLY: Source = Source::Other("our rule: verify has no effects");
    /// `check_deposit` records a payment under a new id.
    pub(crate) const RECORD_ONLY: Source = Source::Other("our rule: check_deposit only records");
    /// Which callback credits, and that it credits once.
    pub(crate) const ONE_CREDIT: Source = Source::Other("our rule: one credit");
    /// How a callback finds its payment and its amount.
    pub(crate) const KEYS: Source = Source::Other("our rule: payment.id and sum_initial decide");
    pub(crate) const REFUNDS: Source = Source::Other("our rule: refunds and reversals");
    pub(crate) const ANY_ORDER: Source = Source::Other("our rule: any order");
    /// At a kiosk the cash is in the machine before `check_deposit`.
    pub(crate) const REFUSE_IMPOSSIBLE: Source =
        Source::Other("our rule: refuse only the impossible");

    pub(crate) const UNREADABLE: Source = Source::Other("bad input: unreadable");
    pub(crate) const SIZE: Source = Source::Other("bad input: size and depth");
    pub(crate) const BAD_FIELD: Source = Source::Other("bad input: signed, but a field is wrong");
    /// HTTP around the messages.
    pub(crate) const HTTP: Source = Source::Other("bad input: HTTP");
}
