//! What a run reports: the invariants, a violation, and the trace of what happened before it.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::deterministic::format_moment;

jetpay_rules::closed_words! {
    /// What must hold after every step.
    #[expect(clippy::exhaustive_enums, reason = "a check that is left out would be silent")]
    Invariant {
        /// What the service has answered is in the committed database.
        CommitBeforeAnswer = "no answer before its commit",
        /// A success that fits its payment is credited, exactly once.
        CreditedOnce = "a success is credited exactly once",
        /// Money moves only by a signed notification that says so.
        OnlySignedEvents = "only a signed notification moves money",
        /// What remains of a payment is the sum of its entries, and a customer's balance is the sum of those.
        BalanceIsEntries = "the balance is the sum of the entries",
        /// No state goes back, and entries and events are only added.
        NoStateLost = "no state goes back and no row is lost",
        /// An amount is taken back exactly once, even if the refund arrives before the credit.
        TakenBackOnce = "an amount is taken back exactly once",
        /// The state of a payment follows from the stored events.
        StateFollows = "the state follows from the stored events",
        /// The notification and the faults of the moment permit the answer.
        AnswerAllowed = "every answer is permitted",
        /// What does not fit raises an alarm.
        MismatchAlarmed = "a mismatch raises an alarm",
        /// The counts are equal to the rows.
        CountsAgree = "the counts are equal to the rows",
        /// A payout request leads to one payout: one id under its key, one id at the Gate, and equal bytes in all sends.
        OnePayoutPerRequest = "a payout request leads to one payout",
        /// A payout leaves after the send is stored, and leaves again only with the platform's permission.
        ResendPermitted = "a payout is sent again only with the platform's permission",
        /// At most the amount of a payout leaves, and it leaves once.
        PaidOutOnce = "money leaves at most once for a payout",
        /// A reserved amount is reserved, paid or released. A paid amount comes back at most once.
        AmountsAddUp = "a reserved amount is reserved, paid or released",
        /// The ledger says of a payout what the platform says.
        LedgerMatchesGate = "the ledger agrees with the Gate",
        /// No balance is spent twice.
        BalanceSuffices = "no balance is spent twice",
        /// An open payout has a next action or an alarm.
        PayoutFollowedUp = "an open payout has a next action or an alarm",
        /// Payers' personal data is only in open payouts, and is erased afterwards.
        PayerDataErased = "payers' personal data is erased",
        /// The ledger's own audit finds nothing.
        AuditClean = "the ledger's audit finds nothing",
        /// A reconciliation with the platform's own record finds nothing but what was planted, and its sums add up.
        Reconciles = "a reconciliation finds what was planted",
        /// The merchant's billing has each credit in its books once, and nothing else.
        BookedOnce = "the billing books each credit exactly once",
        /// The billing is told of a customer's credits one after the other.
        ToldInOrder = "the billing is told of a customer's credits in their order",
        /// Only the server with the lease tells the billing, and only while the answer can come before the lease ends.
        ToldUnderLease = "only the server with the lease tells the billing",
        /// At most 100 entries are told again after a crash.
        FewToldAgain = "at most 100 entries are told again after a crash",
        /// The run ends: no delivery waits without end, and the platform repeats each callback until it is acknowledged
        /// or its schedule ends.
        Terminates = "the run ends",
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

impl Invariant {
    /// It does not hold: for the payment or the payout request with this number, or for none of them alone.
    pub(crate) fn broken<T>(
        self,
        subject: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Result<T, Breach> {
        Err(Breach {
            invariant: self,
            message: message.into(),
            subject: subject.into(),
        })
    }
}

impl From<rusqlite::Error> for Breach {
    fn from(error: rusqlite::Error) -> Self {
        Self {
            invariant: Invariant::Terminates,
            message: format!("the database cannot be read: {error}"),
            subject: None,
        }
    }
}

/// The payment or payout that a violation is about.
pub(crate) struct About {
    /// Its number in the trace.
    pub(crate) number: usize,
    /// How the violation calls it.
    pub(crate) name: String,
    /// What the platform told about it.
    pub(crate) told: Vec<String>,
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

/// Whom a line of the trace concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concerns {
    /// A fault of the store or of a server, so every payment and payout.
    All,
    /// The service took part in it.
    Service,
    /// The network, the platform or the merchant's program. A long history leaves it out.
    Others,
}

struct Line {
    at: i64,
    /// The number of the top-up or of the payout request.
    number: Option<usize>,
    concerns: Concerns,
    text: String,
}

/// A longer history is shortened.
const MOST_LINES: usize = 60;

/// What happened in a run.
#[derive(Default)]
pub(crate) struct Trace {
    lines: Vec<Line>,
    hasher: DefaultHasher,
}

impl Trace {
    pub(crate) fn record(
        &mut self,
        at: i64,
        number: Option<usize>,
        concerns: Concerns,
        text: String,
    ) {
        (at, number, &text).hash(&mut self.hasher);
        self.lines.push(Line {
            at,
            number,
            concerns,
            text,
        });
    }

    /// What happened to a top-up or payout, with the faults of that time.
    pub(crate) fn history(&self, number: usize) -> Vec<String> {
        let own = |line: &&Line| line.number == Some(number);
        let first = self.lines.iter().position(|line| own(&line));
        let lines = &self.lines[first.unwrap_or(self.lines.len())..];
        let fault = |line: &&Line| line.concerns == Concerns::All;
        let mut lines: Vec<&Line> = lines.iter().filter(|it| own(it) || fault(it)).collect();
        if lines.len() > MOST_LINES {
            lines.retain(|line| own(line) && line.concerns == Concerns::Service);
        }
        let lines = lines.iter();
        lines
            .map(|line| format!("{}  {}", format_moment(line.at), line.text))
            .collect()
    }

    /// A hash of the whole trace and of the final database.
    pub(crate) fn hash(&self, database: u64) -> u64 {
        let mut hasher = self.hasher.clone();
        database.hash(&mut hasher);
        hasher.finish()
    }
}
