//! The rules for money that is taken back.

use jetpay_core::status::StatusClass;

use crate::decision::{Decision, NewEntry, ReleasedCompensation};
use crate::effects::{Effect, Effects};
use crate::event::OperationEvent;
use crate::snapshot::{EarlyCompensation, PaymentSnapshot};
use crate::words::{AlarmKind, EntryKind, EventStatus, PaymentState};

/// A refund, a reversal or a reversed refund that succeeded.
pub(crate) fn compensation(
    snapshot: &PaymentSnapshot,
    event: &OperationEvent,
    kind: EntryKind,
    effect: Effect,
) -> Decision {
    let quarantined = |why| Decision::quarantined(snapshot, event.operation_id, why);
    match effect {
        Effect::Here => return Decision::noted(snapshot),
        Effect::Elsewhere => return quarantined(AlarmKind::OperationOfAnotherPayment),
        Effect::None => {}
    }
    let (Some(operation_id), Some(money)) = (event.operation_id, event.amount) else {
        // Its callback lacks what an entry needs.
        return Decision::noted(snapshot)
            .with_alarm(event.operation_id, AlarmKind::UnknownOperation);
    };
    let amount = money.minor();
    if money.currency() != snapshot.amount.currency() {
        return quarantined(AlarmKind::CurrencyDiffers);
    }
    let early = EarlyCompensation {
        operation_id,
        kind,
        amount,
    };
    if amount <= 0 {
        return quarantined(AlarmKind::AmountDiffers);
    }
    if snapshot.credited_by.is_none() {
        // What exceeds the whole payment will not fit after the credit either.
        let possible = amount <= snapshot.amount.minor();
        return if possible {
            wait(snapshot, early)
        } else {
            quarantined(AlarmKind::CompensationTooLarge)
        };
    }
    match step(snapshot, kind, amount) {
        Some((amount, state)) => apply(snapshot, early, amount, state),
        None => quarantined(AlarmKind::CompensationTooLarge),
    }
}

/// The platform's staff changed the payment. A change to failed takes back what remains; every other change only raises an
/// alarm.
pub(crate) fn manual_change(
    snapshot: &PaymentSnapshot,
    event: &OperationEvent,
    effect: Effect,
) -> Decision {
    let kind = EntryKind::ManualChange;
    let failed = event.payment_status.class() == StatusClass::Failed;
    let quarantined = |why| Decision::quarantined(snapshot, event.operation_id, why);
    let (Some(operation_id), Some(money)) = (event.operation_id, event.amount) else {
        return Decision::noted(snapshot).with_alarm(event.operation_id, AlarmKind::ManualChange);
    };
    let early = EarlyCompensation {
        operation_id,
        kind,
        amount: money.minor(),
    };
    let decision = match effect {
        Effect::Here => return Decision::noted(snapshot),
        Effect::Elsewhere => return quarantined(AlarmKind::OperationOfAnotherPayment),
        Effect::None if !failed => Decision::noted(snapshot),
        Effect::None if money.currency() != snapshot.amount.currency() => {
            return quarantined(AlarmKind::CurrencyDiffers);
        }
        Effect::None if snapshot.credited_by.is_none() => wait(snapshot, early),
        Effect::None => match step(snapshot, kind, early.amount) {
            Some((amount, state)) => apply(snapshot, early, amount, state),
            None => Decision::noted(snapshot),
        },
    };
    decision.with_alarm(event.operation_id, AlarmKind::ManualChange)
}

/// Adds the compensations that waited to their credit. What takes money comes first, so that a reversed refund finds its
/// refund; a manual change comes last, because it takes what is left.
pub(crate) fn release_early(credit: Decision, effects: &Effects) -> Decision {
    let mut decision = credit;
    let mut waiting = std::mem::take(&mut decision.snapshot.early);
    waiting.sort_by_key(|early| match early.kind {
        EntryKind::RefundReverse => 1,
        EntryKind::ManualChange => 2,
        EntryKind::Credit
        | EntryKind::ManualCredit
        | EntryKind::Refund
        | EntryKind::Reversal
        | EntryKind::Correction => 0,
    });
    for early in waiting {
        let EarlyCompensation {
            operation_id,
            kind,
            amount,
        } = early;
        let elsewhere = effects.is_elsewhere(operation_id, kind);
        let step = step(&decision.snapshot, kind, amount).filter(|_| !elsewhere);
        let status = if let Some((amount, state)) = step {
            let entry = NewEntry {
                kind,
                amount,
                operation_id,
            };
            decision = decision.with_entry(entry, state);
            EventStatus::Applied
        } else if kind == EntryKind::ManualChange && !elsewhere {
            // Nothing remained to be taken. Its alarm was raised when it came.
            EventStatus::Noted
        } else {
            let why = if elsewhere {
                AlarmKind::OperationOfAnotherPayment
            } else {
                AlarmKind::CompensationTooLarge
            };
            decision = decision.with_alarm(Some(operation_id), why);
            EventStatus::Quarantined
        };
        decision.released.push(ReleasedCompensation {
            operation_id,
            kind,
            status,
        });
    }
    decision
}

/// The signed amount in minor units and the state that follow. None: it takes more than remains, or returns more than was
/// refunded. A reversed refund undoes a refund: what a reversal, a manual change or an operator took stays taken.
fn step(snapshot: &PaymentSnapshot, kind: EntryKind, amount: i64) -> Option<(i64, PaymentState)> {
    let (fits, amount) = match kind {
        EntryKind::Refund | EntryKind::Reversal => (amount <= snapshot.remaining, -amount),
        EntryKind::RefundReverse => (amount <= snapshot.refunded, amount),
        EntryKind::ManualChange => (snapshot.remaining > 0, -snapshot.remaining),
        EntryKind::Credit | EntryKind::ManualCredit | EntryKind::Correction => (false, amount),
    };
    let remaining = snapshot.remaining.checked_add(amount).filter(|_| fits)?;
    let state = match kind {
        _ if remaining == snapshot.credited => PaymentState::Credited,
        _ if remaining > 0 => PaymentState::PartiallyRefunded,
        EntryKind::Reversal | EntryKind::ManualChange => PaymentState::Reversed,
        EntryKind::Refund
        | EntryKind::RefundReverse
        | EntryKind::Credit
        | EntryKind::ManualCredit
        | EntryKind::Correction => PaymentState::Refunded,
    };
    Some((amount, state))
}

fn apply(
    snapshot: &PaymentSnapshot,
    compensation: EarlyCompensation,
    amount: i64,
    state: PaymentState,
) -> Decision {
    let entry = NewEntry {
        kind: compensation.kind,
        amount,
        operation_id: compensation.operation_id,
    };
    Decision::noted(snapshot).with_entry(entry, state)
}

/// It waits for the credit. The same compensation may come with several statuses of the payment; it waits once.
fn wait(snapshot: &PaymentSnapshot, early: EarlyCompensation) -> Decision {
    let waits = snapshot
        .early
        .iter()
        .any(|known| (known.operation_id, known.kind) == (early.operation_id, early.kind));
    let decision = Decision::noted(snapshot);
    if waits {
        decision
    } else {
        decision.with_early(early)
    }
}
