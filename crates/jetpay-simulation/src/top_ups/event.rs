//! What will happen, and what has happened.

use std::fmt;

use jetpay_ledger::sim::Fault;

use crate::report::Noted;

/// Something that happens at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A payer begins a top-up; one of an older system begins with its callbacks.
    Begin(usize),
    /// The platform has waited long enough for an answer to this message.
    Impatient(Message),
    /// The platform tells a fact, unless it was acknowledged.
    Tell(usize),
    /// A message is with the merchant.
    Arrive(Message),
    /// An answer of this status is with the platform.
    Answer(Message, u16),
    /// The answer to `check_deposit` of this top-up, with this payment, is with the platform.
    Given(usize, usize),
    /// The store writes what waits.
    Step,
    /// The merchant's people do something about a payment that is not known.
    Attend(Message),
}

/// A message, by what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    /// `verify` of this top-up.
    Verify(usize),
    /// `check_deposit` of this top-up.
    CheckDeposit(usize),
    /// A callback with this fact, in one of the ways in which it is written.
    Callback { fact: usize, writing: usize },
    /// The merchant's people take over the payment of this top-up from an older system.
    Import(usize),
    /// The merchant's people say that the payment of this top-up is not theirs.
    Dismiss(usize),
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(_) => f.write_str("verify"),
            Self::CheckDeposit(_) => f.write_str("check_deposit"),
            Self::Callback { fact, writing } => {
                write!(f, "callback of fact {fact} in writing {writing}")
            }
            Self::Import(_) => f.write_str("import"),
            Self::Dismiss(_) => f.write_str("dismissal"),
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Note {
    /// Sent; so many copies will arrive.
    Sent(Message, usize),
    /// It arrived, and nobody listened.
    NobodyThere(Message),
    Arrived(Message),
    Answered(Message, u16),
    /// The service ended before it answered.
    CutOff(Message),
    AnswerLost(Message),
    /// The platform has the answer.
    AnswerSeen(Message, u16),
    /// The store wrote so many jobs.
    Step(Fault, usize),
    /// A fact is in the committed database.
    Known(usize),
    /// Money moved, in minor units, by an operation.
    Moved(i64, u64),
}

impl Noted for Note {
    fn is_fault(&self) -> bool {
        matches!(self, Self::Step(fate, _) if *fate != Fault::Commits)
    }

    fn reached(&self) -> bool {
        !matches!(
            self,
            Self::Sent(..) | Self::NobodyThere(_) | Self::AnswerLost(_) | Self::AnswerSeen(..)
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(message, 0) => write!(f, "{message}: sent, and lost"),
            Self::Sent(message, 1) => write!(f, "{message}: sent"),
            Self::Sent(message, copies) => write!(f, "{message}: sent, will arrive {copies} times"),
            Self::NobodyThere(message) => write!(f, "{message}: nobody listened"),
            Self::Arrived(message) => write!(f, "{message}: arrived"),
            Self::Answered(message, status) => write!(f, "{message}: answered {status}"),
            Self::CutOff(message) => write!(f, "{message}: the service ended before it answered"),
            Self::AnswerLost(message) => write!(f, "{message}: the answer was lost"),
            Self::AnswerSeen(message, status) => write!(f, "{message}: the platform saw {status}"),
            Self::Step(fate, jobs) => write!(f, "the store wrote {jobs} jobs: {fate:?}"),
            Self::Known(fact) => write!(f, "fact {fact} is stored"),
            Self::Moved(amount, operation) => {
                write!(f, "money moved: {amount} by operation {operation}")
            }
        }
    }
}
