//! What a run reports: the invariants, a violation, and the trace of what happened before it.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::deterministic::format_moment;

/// What must hold after every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Invariant {
    /// What the service has answered is in the committed database.
    CommitBeforeAnswer,
    /// A success that fits its payment is credited, exactly once.
    CreditedOnce,
    /// Money moves only by a signed notification that says so.
    OnlySignedEvents,
    /// What remains of a payment is the sum of its entries, and a customer's balance is the sum of those.
    BalanceIsEntries,
    /// No state goes back, and entries and events are only added.
    NoStateLost,
    /// An amount is taken back exactly once, even if the refund arrives before the credit.
    TakenBackOnce,
    /// The state of a payment follows from the stored events.
    StateFollows,
    /// The notification and the faults of the moment permit the answer.
    AnswerAllowed,
    /// What does not fit raises an alarm.
    MismatchAlarmed,
    /// The counts are equal to the rows.
    CountsAgree,
    /// A payout request leads to one payout: one id under its key, one id at the Gate, and equal bytes in all sends.
    OnePayoutPerRequest,
    /// A payout leaves after the send is stored, and leaves again only with the platform's permission.
    ResendPermitted,
    /// At most the amount of a payout leaves, and it leaves once.
    PaidOutOnce,
    /// A reserved amount is reserved, paid or released. A paid amount comes back at most once.
    AmountsAddUp,
    /// The ledger says of a payout what the platform says.
    LedgerMatchesGate,
    /// No balance is spent twice.
    BalanceSuffices,
    /// An open payout has a next action or an alarm.
    PayoutFollowedUp,
    /// Payers' personal data is only in open payouts, and is erased afterwards.
    PayerDataErased,
    /// The ledger's own audit finds nothing.
    AuditClean,
    /// The run ends: no delivery waits without end, and the platform repeats each callback until it is acknowledged
    /// or its schedule ends.
    Terminates,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CommitBeforeAnswer => "no answer before its commit",
            Self::CreditedOnce => "a success is credited exactly once",
            Self::OnlySignedEvents => "only a signed notification moves money",
            Self::BalanceIsEntries => "the balance is the sum of the entries",
            Self::NoStateLost => "no state goes back and no row is lost",
            Self::TakenBackOnce => "an amount is taken back exactly once",
            Self::StateFollows => "the state follows from the stored events",
            Self::AnswerAllowed => "every answer is permitted",
            Self::MismatchAlarmed => "a mismatch raises an alarm",
            Self::CountsAgree => "the counts are equal to the rows",
            Self::OnePayoutPerRequest => "a payout request leads to one payout",
            Self::ResendPermitted => "a payout is sent again only with the platform's permission",
            Self::PaidOutOnce => "money leaves at most once for a payout",
            Self::AmountsAddUp => "a reserved amount is reserved, paid or released",
            Self::LedgerMatchesGate => "the ledger agrees with the Gate",
            Self::BalanceSuffices => "no balance is spent twice",
            Self::PayoutFollowedUp => "an open payout has a next action or an alarm",
            Self::PayerDataErased => "payers' personal data is erased",
            Self::AuditClean => "the ledger's audit finds nothing",
            Self::Terminates => "the run ends",
        })
    }
}

/// An invariant that does not hold, and where.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) invariant: Invariant,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// The number of the payment or of the payout request.
    pub(crate) subject: Option<usize>,
}

impl Breach {
    pub(crate) fn new(invariant: Invariant, subject: usize, message: impl Into<String>) -> Self {
        Self {
            subject: Some(subject),
            ..Self::general(invariant, message)
        }
    }

    pub(crate) fn general(invariant: Invariant, message: impl Into<String>) -> Self {
        Self {
            invariant,
            message: message.into(),
            subject: None,
        }
    }
}

impl From<rusqlite::Error> for Breach {
    fn from(error: rusqlite::Error) -> Self {
        Self::general(
            Invariant::Terminates,
            format!("the database cannot be read: {error}"),
        )
    }
}

/// An invariant that does not hold in a run, with all that is needed to investigate it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The seed of the run.
    pub seed: u64,
    /// The number of days of the run.
    pub days: u32,
    /// The step of the store after which it was found.
    pub step: u64,
    /// The invariant.
    pub invariant: Invariant,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What happened to the payment or payout, in the order of time.
    pub history: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            days,
            step,
            invariant,
            message,
            history,
        } = self;
        writeln!(f, "violated: {invariant}")?;
        writeln!(f, "  seed {seed}, step {step}: {message}")?;
        for line in history {
            writeln!(f, "  {line}")?;
        }
        write!(
            f,
            "to repeat: cargo xtask simulate --seed {seed} --seeds 1 --days {days}"
        )
    }
}

impl Error for Violation {}

/// Something that a trace can record.
pub(crate) trait Traced: Copy + Hash + fmt::Display {
    /// Whether it is a fault of the store or of a server.
    fn is_fault(&self) -> bool;

    /// Whether the service took part in it.
    fn reaches_service(&self) -> bool;
}

/// Time, number of the top-up or payout (none: it concerns all), and what happened.
type Line<N> = (i64, Option<usize>, N);

/// A longer history is shortened.
const MOST_LINES: usize = 60;

pub(crate) struct Trace<N> {
    lines: Vec<Line<N>>,
    hasher: DefaultHasher,
}

impl<N> Default for Trace<N> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            hasher: DefaultHasher::new(),
        }
    }
}

impl<N: Traced> Trace<N> {
    pub(crate) fn record(&mut self, at: i64, number: Option<usize>, event: N) {
        (at, number, event).hash(&mut self.hasher);
        self.lines.push((at, number, event));
    }

    /// What happened to a top-up or payout, with the faults of that time. A long history leaves out what did not
    /// reach the service.
    pub(crate) fn history(&self, number: usize) -> Vec<String> {
        let own = |line: &&Line<N>| line.1 == Some(number);
        let first = self.lines.iter().position(|line| own(&line));
        let lines = &self.lines[first.unwrap_or(self.lines.len())..];
        let fault = |line: &&Line<N>| line.2.is_fault();
        let mut lines: Vec<&Line<N>> = lines.iter().filter(|it| own(it) || fault(it)).collect();
        if lines.len() > MOST_LINES {
            lines.retain(|line| own(line) && line.2.reaches_service());
        }
        let lines = lines.iter();
        lines
            .map(|(at, _, event)| format!("{}  {event}", format_moment(*at)))
            .collect()
    }

    /// A hash of the whole trace and of the final database.
    pub(crate) fn hash(&self, database: u64) -> u64 {
        let mut hasher = self.hasher.clone();
        database.hash(&mut hasher);
        hasher.finish()
    }
}
