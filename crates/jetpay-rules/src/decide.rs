//! The rules for an event, and those for sales.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};

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
    let decision = operation(snapshot, event, effects);
    if decision.overflows(effects.balance) {
        return quarantined(AlarmKind::BalanceOverflow);
    }
    match silent_success(event, &decision) {
        Some(why) => decision.with_alarm(event.operation_id, why),
        None => decision,
    }
}

/// What follows from the event's operation. An event without one is about the payment alone: it can only decline it.
fn operation(snapshot: &PaymentSnapshot, event: &OperationEvent, effects: &Effects) -> Decision {
    let succeeded = event.operation_succeeded();
    let failed = event.payment_status.class() == StatusClass::Failed;
    match &event.operation_type {
        None if failed => decline(snapshot, event),
        Some(OperationType::Sale) if failed && (!succeeded || snapshot.state.was_credited()) => {
            decline(snapshot, event)
        }
        Some(OperationType::Sale) if succeeded => sale(snapshot, event, effects),
        Some(OperationType::ManualChange) if succeeded => {
            compensate::manual_change(snapshot, event, effects.operation)
        }
        Some(OperationType::Capture | OperationType::Recurring) if succeeded => {
            Decision::noted(snapshot).with_alarm(event.operation_id, AlarmKind::UnexpectedOperation)
        }
        _ => match event.entry_kind() {
            Some(kind) if succeeded => {
                compensate::compensation(snapshot, event, kind, effects.operation)
            }
            // The payment failed, whatever the operation is called. Only an attempt to take money back says nothing of it.
            None if failed && !succeeded => decline(snapshot, event),
            _ => Decision::noted(snapshot),
        },
    }
}

/// Why what moved no money must not be silent: its callback will not come again. Another alarm says more.
fn silent_success(event: &OperationEvent, decision: &Decision) -> Option<AlarmKind> {
    if !decision.alarms.is_empty() || decision.outcome == EventStatus::Early {
        return None;
    }
    let class = event.payment_status.class();
    let credited = decision.snapshot.state.was_credited();
    if class == StatusClass::Succeeded && !credited {
        return Some(AlarmKind::SuccessNotCredited);
    }
    let paid = matches!(class, StatusClass::Succeeded | StatusClass::AfterSuccess);
    let unknown_status = matches!(event.operation_status, Some(OperationStatus::Other(_)));
    let unknown_type = match event.operation_type {
        None | Some(OperationType::Other(_)) => true,
        // It releases money that was held, and no top-up holds money: what it did to the credit is unknown.
        Some(OperationType::Cancel) => credited,
        _ => false,
    };
    let unknown = event.operation_succeeded() && unknown_type || unknown_status && paid;
    (unknown || credited && touches_credit(event)).then_some(AlarmKind::UnknownOperation)
}

/// Whether the payment's status says that something happened to the credit, and no operation says what. A sale or a refund
/// that comes with `refunded` is not meant: the refund has a callback of its own.
fn touches_credit(event: &OperationEvent) -> bool {
    let operation = event.operation_status.as_ref().map(OperationStatus::class);
    match event.payment_status.class() {
        StatusClass::AfterSuccess => operation.is_none(),
        // An operation that failed or goes on changed nothing yet.
        StatusClass::Unknown => !matches!(
            operation,
            Some(StatusClass::Failed | StatusClass::Intermediate)
        ),
        _ => false,
    }
}

/// A sale that succeeded.
fn sale(snapshot: &PaymentSnapshot, event: &OperationEvent, effects: &Effects) -> Decision {
    let noted = || Decision::noted(snapshot);
    match snapshot.credited_by {
        Some(operation_id) if event.operation_id == Some(operation_id) => return noted(),
        Some(_) => return noted().with_alarm(event.operation_id, AlarmKind::SecondSale),
        None => {}
    }
    if event.payment_status != PaymentStatus::Success {
        return noted().with_alarm(event.operation_id, AlarmKind::SaleWithoutSuccess);
    }
    let (Some(operation_id), Some(amount)) = (event.operation_id, event.amount) else {
        return noted();
    };
    match mismatch(snapshot, amount, effects.operation) {
        Some(why) => Decision::quarantined(snapshot, event.operation_id, why),
        None => credit(snapshot, operation_id, effects),
    }
}

/// What of a sale's money does not fit the payment.
fn mismatch(snapshot: &PaymentSnapshot, amount: Money, effect: Effect) -> Option<AlarmKind> {
    if amount.currency() != snapshot.amount.currency() {
        return Some(AlarmKind::CurrencyDiffers);
    }
    if amount != snapshot.amount {
        return Some(AlarmKind::AmountDiffers);
    }
    // `Here` cannot be without a credit; if it were, a second credit would be wrong as well.
    (effect != Effect::None).then_some(AlarmKind::OperationOfAnotherPayment)
}

/// From any state: the money has arrived.
fn credit(snapshot: &PaymentSnapshot, operation_id: OperationId, effects: &Effects) -> Decision {
    let entry = NewEntry {
        kind: EntryKind::Credit,
        amount: snapshot.amount.minor(),
        operation_id,
    };
    let credit = Decision::noted(snapshot).with_entry(entry, PaymentState::Credited);
    compensate::release_early(credit, effects)
}

/// A payment that failed for good.
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
