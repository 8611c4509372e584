//! The rules for an event, and those for sales.

use jetpay_core::status::{OperationType, PaymentStatus, StatusClass};

use crate::compensate;
use crate::decision::{Decision, NewEntry};
use crate::effects::{Effect, Effects};
use crate::event::OperationEvent;
use crate::snapshot::PaymentSnapshot;
use crate::words::{AlarmKind, EntryKind, EventStatus, PaymentState};

/// What follows from `event` for this payment.
///
/// Store each event once, under its [`key`](OperationEvent::key), and do not decide a repeat again. If a repeat is decided
/// all the same, it moves no money.
#[must_use]
pub fn decide(snapshot: &PaymentSnapshot, event: &OperationEvent, effects: &Effects) -> Decision {
    let quarantined = |why| Decision::quarantined(snapshot, event.operation_id, why);
    if event.is_payout() {
        return quarantined(AlarmKind::PayoutForTopUp);
    }
    if event.project_id != snapshot.project_id {
        return quarantined(AlarmKind::ProjectDiffers);
    }
    if event.payment_status.class() == StatusClass::PartiallyPaid {
        return quarantined(AlarmKind::PartiallyPaid);
    }
    let succeeded = event.operation_status.class() == StatusClass::Succeeded;
    let failed = event.payment_status.class() == StatusClass::Failed;
    match &event.operation_type {
        OperationType::Sale if failed && (!succeeded || snapshot.state.was_credited()) => {
            decline(snapshot, event)
        }
        OperationType::Sale if succeeded => sale(snapshot, event, effects),
        OperationType::ManualChange if succeeded => {
            compensate::manual_change(snapshot, event, effects.operation)
        }
        OperationType::Capture | OperationType::Recurring if succeeded => {
            Decision::noted(snapshot).with_alarm(event.operation_id, AlarmKind::UnexpectedOperation)
        }
        _ => match event.entry_kind() {
            Some(kind) if succeeded => {
                compensate::compensation(snapshot, event, kind, effects.operation)
            }
            _ => Decision::noted(snapshot),
        },
    }
}

/// A sale that succeeded.
fn sale(snapshot: &PaymentSnapshot, event: &OperationEvent, effects: &Effects) -> Decision {
    let noted = || Decision::noted(snapshot);
    match snapshot.credited_by {
        Some(operation_id) if operation_id == event.operation_id => return noted(),
        Some(_) => return noted().with_alarm(event.operation_id, AlarmKind::SecondSale),
        None => {}
    }
    if event.payment_status != PaymentStatus::Success {
        return noted().with_alarm(event.operation_id, AlarmKind::SaleWithoutSuccess);
    }
    match mismatch(snapshot, event, effects.operation) {
        Some(why) => Decision::quarantined(snapshot, event.operation_id, why),
        None => credit(snapshot, event, effects),
    }
}

/// What of a sale's money does not fit the payment.
fn mismatch(
    snapshot: &PaymentSnapshot,
    event: &OperationEvent,
    effect: Effect,
) -> Option<AlarmKind> {
    if event.amount.currency() != snapshot.amount.currency() {
        return Some(AlarmKind::CurrencyDiffers);
    }
    if event.amount != snapshot.amount {
        return Some(AlarmKind::AmountDiffers);
    }
    // `Here` cannot be without a credit; if it were, a second credit would be wrong as well.
    (effect != Effect::None).then_some(AlarmKind::OperationOfAnotherPayment)
}

/// From any state: the money has arrived.
fn credit(snapshot: &PaymentSnapshot, event: &OperationEvent, effects: &Effects) -> Decision {
    let entry = NewEntry {
        kind: EntryKind::Credit,
        amount: snapshot.amount.minor(),
        operation_id: event.operation_id,
    };
    let credit = Decision::noted(snapshot).with_entry(entry, PaymentState::Credited);
    compensate::release_early(credit, effects)
}

/// A sale of a payment that failed for good.
fn decline(snapshot: &PaymentSnapshot, event: &OperationEvent) -> Decision {
    let mut decision = Decision::noted(snapshot);
    match snapshot.state {
        PaymentState::Pending => {
            decision.snapshot.state = PaymentState::Declined;
            decision.outcome = EventStatus::Applied;
            decision
        }
        PaymentState::Declined | PaymentState::Quarantined => decision,
        PaymentState::Credited
        | PaymentState::PartiallyRefunded
        | PaymentState::Refunded
        | PaymentState::Reversed => {
            decision.with_alarm(event.operation_id, AlarmKind::DeclineAfterCredit)
        }
    }
}
