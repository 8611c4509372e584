//! What moves money on each side: in which direction, under which of the platform's words.

use jetpay_core::Currency;
use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use jetpay_rules::EntryKind;

use crate::books::Listed;
use crate::recorded::{BookedEntry, BookedKind};

/// The word of a correction whose entry is not known. The platform has no such type.
const CORRECTION: &str = "correction";

/// Money of one type and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) kind: OperationType,
    pub(crate) currency: Currency,
    /// Minor units. Any number of 64-bit amounts that fits a memory adds up in it.
    pub(crate) amount: i128,
}

/// Whether an operation succeeded.
pub(crate) fn succeeded(status: &OperationStatus) -> bool {
    status.class() == StatusClass::Succeeded
}

/// Whether a success of this type brings money (1) or takes it back (-1); none if the rules book nothing for it.
pub(crate) fn direction(kind: &OperationType) -> Option<i128> {
    match kind {
        OperationType::Payout => Some(1),
        OperationType::PayoutReversal => Some(-1),
        _ => EntryKind::of(kind).map(|kind| booked_direction(BookedKind::Entry(kind))),
    }
}

fn booked_direction(kind: BookedKind) -> i128 {
    match kind {
        BookedKind::PayoutReversed
        | BookedKind::Entry(EntryKind::Refund | EntryKind::Reversal | EntryKind::ManualChange) => {
            -1
        }
        BookedKind::Paid
        | BookedKind::Entry(
            EntryKind::Credit
            | EntryKind::ManualCredit
            | EntryKind::RefundReverse
            | EntryKind::Correction,
        ) => 1,
    }
}

/// What the platform says that an operation moved: nothing without a success.
pub(crate) fn reported(listed: &Listed<'_>) -> Move {
    let amount = i128::from(listed.amount.minor()) * direction(listed.kind).unwrap_or(1);
    Move {
        kind: listed.kind.clone(),
        currency: listed.amount.currency(),
        amount: if succeeded(listed.status) { amount } else { 0 },
    }
}

/// An entry, with the platform's word for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Booked<'f> {
    pub(crate) entry: &'f BookedEntry,
    /// 1 or -1: the amount times this is positive.
    pub(crate) direction: i128,
}

impl<'f> Booked<'f> {
    pub(crate) fn of(entry: &'f BookedEntry) -> Self {
        let direction = booked_direction(entry.kind);
        Self { entry, direction }
    }

    /// How much, without the direction.
    pub(crate) fn size(self) -> i128 {
        let minor = i128::from(self.entry.amount.minor());
        match self.entry.kind {
            BookedKind::Entry(_) => minor * self.direction,
            BookedKind::Paid | BookedKind::PayoutReversed => minor,
        }
    }

    /// Whether this is what the rules book for an operation of this type. What an operator credited fits each type for which
    /// the rules book nothing.
    pub(crate) fn fits(self, kind: &OperationType) -> bool {
        match (self.entry.kind, kind) {
            (BookedKind::Entry(EntryKind::ManualCredit), _) => {
                *kind == OperationType::Sale || direction(kind).is_none()
            }
            (BookedKind::Entry(entry), _) => EntryKind::of(kind) == Some(entry),
            (BookedKind::Paid, _) => *kind == OperationType::Payout,
            // The type word of a payout's reversal is not documented.
            (BookedKind::PayoutReversed, _) => matches!(
                kind,
                OperationType::PayoutReversal | OperationType::Reversal | OperationType::Refund
            ),
        }
    }

    /// The platform's word: that of its own books if the entry fits it.
    pub(crate) fn word(self, theirs: Option<&OperationType>) -> OperationType {
        if let Some(theirs) = theirs.filter(|kind| self.fits(kind)) {
            return theirs.clone();
        }
        match self.entry.kind {
            BookedKind::Paid => OperationType::Payout,
            BookedKind::PayoutReversed => OperationType::PayoutReversal,
            BookedKind::Entry(EntryKind::Correction) => CORRECTION.into(),
            BookedKind::Entry(_) => {
                let mut known = OperationType::KNOWN.iter();
                let word = known.find(|kind| direction(kind).is_some() && self.fits(kind));
                word.cloned().unwrap_or_else(|| CORRECTION.into())
            }
        }
    }

    pub(crate) fn moved(self, theirs: Option<&OperationType>) -> Move {
        Move {
            kind: self.word(theirs),
            currency: self.entry.amount.currency(),
            amount: self.size() * self.direction,
        }
    }

    /// Whether it says the same as the platform's success.
    pub(crate) fn agrees(self, theirs: &Listed<'_>) -> bool {
        self.fits(theirs.kind)
            && self.entry.amount.currency() == theirs.amount.currency()
            && self.size() == i128::from(theirs.amount.minor())
            && self.entry.payment_id.as_str() == theirs.payment_id
    }
}
