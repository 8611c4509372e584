//! What follows from an event.

use jetpay_core::id::OperationId;

use crate::snapshot::{EarlyCompensation, PaymentSnapshot};
use crate::words::{AlarmKind, EntryKind, EventStatus, PaymentState};

/// What follows from an event or a manual credit. Store all of it in one transaction, then answer 200.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The payment from now on.
    pub snapshot: PaymentSnapshot,
    /// The money that moves, in this order.
    pub entries: Vec<NewEntry>,
    /// What an operator must look at.
    pub alarms: Vec<NewAlarm>,
    /// The status to store with the event.
    pub outcome: EventStatus,
    /// The early compensations that no longer wait: their stored events get these statuses.
    pub released: Vec<ReleasedCompensation>,
}

/// An entry to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a merchant makes entries to test a store with"
)]
pub struct NewEntry {
    /// What moved the money.
    pub kind: EntryKind,
    /// How much, in minor units of the payment's currency, signed: a credit is positive, a refund negative.
    pub amount: i64,
    /// The operation that moved it.
    pub operation_id: OperationId,
}

/// An alarm that a decision raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewAlarm {
    /// Why.
    pub kind: AlarmKind,
    /// The operation that is the cause, if the event has its id.
    pub operation_id: Option<OperationId>,
}

/// An early compensation that no longer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReleasedCompensation {
    /// Its operation.
    pub operation_id: OperationId,
    /// Its kind.
    pub kind: EntryKind,
    /// Applied, noted or quarantined.
    pub status: EventStatus,
}

impl Decision {
    /// The event is stored, and nothing else changes.
    pub(crate) fn noted(snapshot: &PaymentSnapshot) -> Self {
        Self {
            snapshot: snapshot.clone(),
            entries: Vec::new(),
            alarms: Vec::new(),
            outcome: EventStatus::Noted,
            released: Vec::new(),
        }
    }

    /// The event does not fit the payment. Money that was credited stays credited.
    pub(crate) fn quarantined(
        snapshot: &PaymentSnapshot,
        operation_id: Option<OperationId>,
        why: AlarmKind,
    ) -> Self {
        let mut decision = Self::noted(snapshot).with_alarm(operation_id, why);
        decision.outcome = EventStatus::Quarantined;
        if !snapshot.state.was_credited() {
            decision.snapshot.state = PaymentState::Quarantined;
        }
        decision
    }

    /// Money moves: adds the entry and the new state.
    pub(crate) fn with_entry(mut self, entry: NewEntry, state: PaymentState) -> Self {
        let snapshot = &mut self.snapshot;
        snapshot.state = state;
        snapshot.remaining += entry.amount;
        match entry.kind {
            EntryKind::Credit | EntryKind::ManualCredit => {
                snapshot.credited += entry.amount;
                snapshot.credited_by = snapshot.credited_by.or(Some(entry.operation_id));
            }
            EntryKind::Refund | EntryKind::RefundReverse => snapshot.refunded -= entry.amount,
            EntryKind::Reversal | EntryKind::ManualChange | EntryKind::Correction => {}
        }
        self.entries.push(entry);
        self.outcome = EventStatus::Applied;
        self
    }

    /// Whether its entries make a balance larger than 64 bits hold.
    pub(crate) fn overflows(&self, balance: i64) -> bool {
        let amounts = self.entries.iter().map(|entry| i128::from(entry.amount));
        i128::from(balance) + amounts.sum::<i128>() > i128::from(i64::MAX)
    }

    /// The compensation waits for its credit.
    pub(crate) fn with_early(mut self, early: EarlyCompensation) -> Self {
        self.snapshot.early.push(early);
        self.outcome = EventStatus::Early;
        self
    }

    pub(crate) fn with_alarm(mut self, operation_id: Option<OperationId>, kind: AlarmKind) -> Self {
        self.alarms.push(NewAlarm { kind, operation_id });
        self
    }
}
