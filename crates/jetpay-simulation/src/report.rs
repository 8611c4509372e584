//! What must hold, and what is told when it does not.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::deterministic::shown;

/// What must hold after every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Invariant {
    /// What is answered is in the committed database.
    CommitFirst,
    /// A success that fits is credited, and once.
    CreditedOnce,
    /// No money moves but by a fact that was signed and that says so.
    NothingElse,
    /// What a payment keeps is the sum of its entries, and a customer's balance the sum of those.
    BalanceIsEntries,
    /// No state goes back; entries and events are only ever added.
    NoWayBack,
    /// What is taken back is taken back once, also when it comes before the credit.
    TakenBackOnce,
    /// The state follows from the facts that are stored.
    StateFits,
    /// The answer is what the fact and the faults of the moment allow.
    AnswerFits,
    /// What does not fit raises an alarm.
    PersonHears,
    /// What is counted is what is there.
    CountsAgree,
    /// A wish is one payout: under its key, at the Gate, and byte for byte.
    OneId,
    /// A payout leaves only after that was kept, and again only after the platform let it.
    SentOnce,
    /// Money leaves at most once for a payout.
    OutOnce,
    /// What was ever reserved is reserved, paid or released; and what was paid and came back is counted once.
    AddsUp,
    /// The books say of a payout what the platform told.
    BooksAgree,
    /// No balance is spent twice.
    BalanceSuffices,
    /// No payout is forgotten: it has an outcome, or something is to be done, or a person was told.
    NotForgotten,
    /// Payers' data is gone once it is forgotten, and never elsewhere.
    PayersForgotten,
    /// The ledger's own audit finds nothing.
    AuditAgrees,
    /// Everything ends: no delivery waits for ever, and the platform tells a fact until it is acknowledged.
    Ends,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CommitFirst => "nothing is answered before its commit",
            Self::CreditedOnce => "a success is credited exactly once",
            Self::NothingElse => "nothing moves money but a signed fact",
            Self::BalanceIsEntries => "the balance is the sum of the entries",
            Self::NoWayBack => "nothing goes back",
            Self::TakenBackOnce => "what is taken back is taken back exactly once",
            Self::StateFits => "the state follows from the facts",
            Self::AnswerFits => "every answer fits",
            Self::PersonHears => "a person hears of what does not fit",
            Self::CountsAgree => "the counts are those of the tables",
            Self::OneId => "a wish is one payout",
            Self::SentOnce => "a payout is sent again only when the platform says so",
            Self::OutOnce => "money leaves at most once",
            Self::AddsUp => "what was reserved is reserved, paid or released",
            Self::BooksAgree => "the books say what the platform told",
            Self::BalanceSuffices => "no balance is spent twice",
            Self::NotForgotten => "no payout is forgotten",
            Self::PayersForgotten => "payers are forgotten",
            Self::AuditAgrees => "the ledger's audit finds nothing",
            Self::Ends => "everything ends",
        })
    }
}

/// An invariant that does not hold, and where.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) invariant: Invariant,
    /// What is wrong, in a sentence.
    pub(crate) what: String,
    /// The payment, or the wish, that it is about.
    pub(crate) payment: Option<usize>,
}

impl Broken {
    pub(crate) fn new(invariant: Invariant, payment: usize, what: impl Into<String>) -> Self {
        Self {
            payment: Some(payment),
            ..Self::anywhere(invariant, what)
        }
    }

    pub(crate) fn anywhere(invariant: Invariant, what: impl Into<String>) -> Self {
        Self {
            invariant,
            what: what.into(),
            payment: None,
        }
    }
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::anywhere(
            Invariant::Ends,
            format!("the database cannot be read: {error}"),
        )
    }
}

/// An invariant that does not hold in a run, with what is needed to look into it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The run.
    pub seed: u64,
    /// On how many days top-ups began.
    pub days: u32,
    /// After which step of the store.
    pub step: u64,
    /// What does not hold.
    pub invariant: Invariant,
    /// What is wrong, in a sentence.
    pub what: String,
    /// What happened to the payment, in the order of time.
    pub history: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            days,
            step,
            invariant,
            what,
            history,
        } = self;
        writeln!(f, "violated: {invariant}")?;
        writeln!(f, "  seed {seed}, step {step}: {what}")?;
        for line in history {
            writeln!(f, "  {line}")?;
        }
        write!(
            f,
            "again: cargo xtask simulate --seed {seed} --seeds 1 --days {days}"
        )
    }
}

impl Error for Violation {}

/// Something that can be noted.
pub(crate) trait Noted: Copy + Hash + fmt::Display {
    /// Whether it is a step of the store that was more than a commit.
    fn is_fault(&self) -> bool;

    /// Whether the service had to do with it.
    fn reached(&self) -> bool;
}

/// Of which top-up or payout it is; none: it concerns all.
type Line<N> = (i64, Option<usize>, N);

/// More lines than anybody reads.
const LONG: usize = 60;

pub(crate) struct Journal<N> {
    lines: Vec<Line<N>>,
    hasher: DefaultHasher,
}

impl<N> Default for Journal<N> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            hasher: DefaultHasher::new(),
        }
    }
}

impl<N: Noted> Journal<N> {
    pub(crate) fn note(&mut self, at: i64, number: Option<usize>, note: N) {
        (at, number, note).hash(&mut self.hasher);
        self.lines.push((at, number, note));
    }

    /// What happened to a top-up or payout, and the steps that were more than a commit, as long as it lasted. Of a long history
    /// only what reached the service.
    pub(crate) fn of(&self, number: usize) -> Vec<String> {
        let own = |line: &&Line<N>| line.1 == Some(number);
        let first = self.lines.iter().position(|line| own(&line));
        let lines = &self.lines[first.unwrap_or(self.lines.len())..];
        let fault = |line: &&Line<N>| line.2.is_fault();
        let mut lines: Vec<&Line<N>> = lines.iter().filter(|it| own(it) || fault(it)).collect();
        if lines.len() > LONG {
            lines.retain(|line| own(line) && line.2.reached());
        }
        let lines = lines.iter();
        lines
            .map(|(at, _, note)| format!("{}  {note}", shown(*at)))
            .collect()
    }

    /// A number for all of it, the final database included.
    pub(crate) fn hash(&self, database: u64) -> u64 {
        let mut hasher = self.hasher.clone();
        database.hash(&mut hasher);
        hasher.finish()
    }
}
