//! The counts of a run.

use std::collections::BTreeMap;
use std::fmt;

use super::faults::Fault;
use super::plan::{Action, Step};
use crate::load::Times;
use crate::top_up::CallbackKind;

/// The number of unexpected answers that are kept. Others are only counted.
const KEPT: usize = 10;

/// The counts so far.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Top-ups that began.
    pub begun: u64,
    /// Top-ups that ended, with all their callbacks.
    pub ended: u64,
    /// Top-ups whose payer left without paying.
    pub abandoned: u64,
    /// Top-ups that were skipped because too many were in progress.
    pub left_out: u64,
    /// Top-ups that were in progress when the traffic was stopped.
    pub cut_short: u64,
    /// Repeats of callbacks that were not acknowledged.
    pub repeats: u64,
    /// Callbacks that wait for their next repeat.
    pub waiting: u64,
    /// Callbacks that were never acknowledged and are not repeated any more.
    pub given_up: u64,
    /// The counts of each kind of message.
    pub rows: BTreeMap<MessageKind, Row>,
    /// The first unexpected answers.
    pub first_unexpected: Vec<Unexpected>,
}

/// The counts of one kind of message, or of all.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Row {
    /// Requests.
    pub sent: u64,
    /// Expected answers.
    pub expected: u64,
    /// Unexpected answers, and requests without an answer.
    pub unexpected: u64,
    /// Requests without an answer.
    pub unanswered: u64,
    /// The times of the answers.
    pub times: Times,
}

/// An unexpected answer. It holds nothing of the body but the code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unexpected {
    /// The number of the top-up.
    pub number: u64,
    /// The name of the method.
    pub method: &'static str,
    /// What was sent.
    pub kind: MessageKind,
    /// The id of the payment, if there is one.
    pub payment_id: Option<String>,
    /// The expected answer.
    pub expected: &'static str,
    /// The answer that came.
    pub got: String,
}

impl Tally {
    /// Top-ups that began and have not ended.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.begun.saturating_sub(self.ended)
    }

    /// The counts of all kinds of messages together.
    #[must_use]
    pub fn total(&self) -> Row {
        let mut all = Row::default();
        for row in self.rows.values() {
            all.sent += row.sent;
            all.expected += row.expected;
            all.unexpected += row.unexpected;
            all.unanswered += row.unanswered;
            all.times.merge(&row.times);
        }
        all
    }

    pub(super) fn add_unexpected(&mut self, unexpected: Unexpected) {
        self.rows.entry(unexpected.kind).or_default().unexpected += 1;
        if self.first_unexpected.len() < KEPT {
            self.first_unexpected.push(unexpected);
        }
    }
}

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// `verify` of a customer.
    Verify,
    /// `check_deposit`.
    CheckDeposit,
    /// A callback: in progress.
    Processing,
    /// A callback: paid.
    Success,
    /// A callback: not paid.
    Decline,
    /// A callback: full or partial refund.
    Refund,
    /// A callback: reversal.
    Reversal,
    /// A fault that traffic makes on purpose.
    Fault(Fault),
}

impl MessageKind {
    pub(super) fn of(step: &Step) -> Self {
        match (step.fault, step.action) {
            (Some(fault), _) => Self::Fault(fault),
            (
                None,
                Action::Deliver(kind)
                | Action::AtOnce(kind, _)
                | Action::Slowly(kind, _)
                | Action::Cut(kind),
            ) => Self::told(kind),
            (None, _) => Self::Success,
        }
    }

    fn told(kind: CallbackKind) -> Self {
        match kind {
            CallbackKind::Success | CallbackKind::PartiallyPaid(_) => Self::Success,
            CallbackKind::Decline => Self::Decline,
            CallbackKind::Processing => Self::Processing,
            CallbackKind::Refund | CallbackKind::PartialRefund(_) => Self::Refund,
            CallbackKind::Reversal => Self::Reversal,
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Verify => "verify",
            Self::CheckDeposit => "check_deposit",
            Self::Processing => "callback: processing",
            Self::Success => "callback: success",
            Self::Decline => "callback: decline",
            Self::Refund => "callback: refund",
            Self::Reversal => "callback: reversal",
            Self::Fault(fault) => return f.pad(&format!("fault: {fault}")),
        })
    }
}
