//! Callbacks: the event, the payment's change, its entries and its alarms, in one transaction.

use jetpay_core::Callback;
use jetpay_core::id::PaymentId;
use jetpay_rules::{Decision, EventStatus, OperationEvent, PaymentSnapshot, PaymentState, decide};

use super::alarm::{raise, repeated, signature};
use super::payouts;
use crate::model::{
    AlarmCause, AlarmKind, CallbackOutcome, MAX_OPEN_UNUSABLE, Millis, NewUnusable, SignedMessage,
};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Stores what a callback says, and does what follows from it.
pub(crate) fn record_callback(callback: Callback, now: Millis) -> Command<CallbackOutcome> {
    let event = OperationEvent::from(&callback);
    let id = || event.payment_id.clone();
    let operation = event.operation_id.map(|id| (event.project_id, id));
    let keys = Keys {
        payments: vec![id()],
        operations: operation.into_iter().collect(),
        payouts: event.is_payout().then(id).into_iter().collect(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let payment = transaction.payment(&event.payment_id, event.effect_key())?;
        let Some((snapshot, effects)) = payment else {
            return match transaction.payout(&event.payment_id)? {
                Some(row) => payouts::callback(transaction, row, &callback, &event, now),
                None => unmatched(transaction, &callback, &event, now),
            };
        };
        // To decide first costs little, and gives the status to store the event with. The decision on a repeat is dropped.
        let decision = decide(&snapshot, &event, &effects);
        if transaction.add_event(&callback, decision.outcome, now)? {
            carry_out(transaction, &snapshot, &event, &decision, now)?;
            return Ok(decision.outcome.into());
        }
        repeated(transaction, &callback, &event, now)
    })
}

/// Keeps a callback without a payment, once.
fn unmatched(
    transaction: &mut dyn LedgerTransaction,
    callback: &Callback,
    event: &OperationEvent,
    now: Millis,
) -> Result<CallbackOutcome, TransactionError> {
    if transaction.add_event(callback, EventStatus::Unmatched, now)? {
        transaction.counts().unmatched += 1;
        return Ok(CallbackOutcome::Unmatched);
    }
    let stored = transaction.stored_event(event)?;
    Ok(if stored.status == EventStatus::Dismissed {
        CallbackOutcome::Repeated
    } else {
        CallbackOutcome::Unmatched
    })
}

/// Applies the events that wait in the inbox for a payment that was just recorded.
pub(super) fn match_waiting(
    transaction: &mut dyn LedgerTransaction,
    payment_id: &PaymentId,
    now: Millis,
) -> Result<(), TransactionError> {
    while let Some(waiting) = transaction.waiting_event(payment_id)? {
        let event = &waiting.event;
        let payment = transaction.payment(payment_id, event.effect_key())?;
        let Some((snapshot, effects)) = payment else {
            return Ok(());
        };
        let decision = decide(&snapshot, event, &effects);
        transaction.set_event_status(event, decision.outcome)?;
        let unmatched = waiting.status == EventStatus::Unmatched;
        transaction.counts().unmatched -= i64::from(unmatched);
        carry_out(transaction, &snapshot, event, &decision, now)?;
    }
    Ok(())
}

/// Does what was decided about an event.
pub(super) fn carry_out(
    transaction: &mut dyn LedgerTransaction,
    before: &PaymentSnapshot,
    event: &OperationEvent,
    decision: &Decision,
    now: Millis,
) -> Result<(), TransactionError> {
    let quarantined = decision.outcome == EventStatus::Quarantined;
    transaction.counts().quarantined += i64::from(quarantined);
    for alarm in &decision.alarms {
        // Without an operation id, nothing says that a decline in other words is another one.
        if alarm.kind == jetpay_rules::AlarmKind::DeclineAfterCredit
            && alarm.operation_id.is_none()
            && transaction.has_decline_alarm(&event.payment_id)?
        {
            continue;
        }
        let cause = AlarmCause {
            operation_id: alarm.operation_id,
            ..AlarmCause::of(alarm.kind.into(), event)
        };
        raise(transaction, &cause, now)?;
    }
    write(transaction, &event.payment_id, before, decision, now)
}

/// Writes the entries of a decision, the compensations that it released, and the payment if it changed.
pub(super) fn write(
    transaction: &mut dyn LedgerTransaction,
    payment_id: &PaymentId,
    before: &PaymentSnapshot,
    decision: &Decision,
    now: Millis,
) -> Result<(), TransactionError> {
    for entry in &decision.entries {
        transaction.add_entry(payment_id, before.project_id, entry, None, now)?;
    }
    for released in &decision.released {
        transaction.release(payment_id, released)?;
        let quarantined = released.status == EventStatus::Quarantined;
        transaction.counts().quarantined += i64::from(quarantined);
    }
    let after = &decision.snapshot;
    if after != before {
        transaction.change_payment(payment_id, after, now)?;
    }
    let pending = |state| i64::from(state == PaymentState::Pending);
    transaction.counts().pending += pending(after.state) - pending(before.state);
    Ok(())
}

/// Keeps a signed callback that is not usable, once for each signature and reason.
/// The outcome is that of [`Ledger::quarantine_unusable`](crate::Ledger::quarantine_unusable).
pub(crate) fn keep_unusable(
    callback: NewUnusable,
    now: Millis,
) -> Command<Option<CallbackOutcome>> {
    let signature = signature(&callback.body);
    let ids = callback.payment_id.iter().cloned();
    let keys = Keys {
        signatures: vec![(signature.clone(), callback.reason.clone())],
        unusable: vec![callback.project_id],
        payments: ids.clone().collect(),
        payouts: ids.collect(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let open = transaction.open_unusable(callback.project_id)?;
        if open >= MAX_OPEN_UNUSABLE {
            let known = transaction.has_alarm(&signature, &callback.reason)?;
            return Ok(known.then_some(CallbackOutcome::Repeated));
        }
        let mut payment_id = callback.payment_id.as_ref();
        if let Some(id) = payment_id
            && transaction.payment(id, None)?.is_none()
            && transaction.payout(id)?.is_none()
        {
            payment_id = None;
        }
        let cause = AlarmCause {
            kind: AlarmKind::Unusable,
            project_id: callback.project_id,
            payment_id,
            operation_id: callback.operation_id.filter(|_| payment_id.is_some()),
            amount: callback.amount.filter(|_| payment_id.is_some()),
            reason: Some(&callback.reason),
            difference: None,
            delivery: None,
            message: Some(SignedMessage {
                signature: &signature,
                body: &callback.body,
            }),
        };
        Ok(Some(if raise(transaction, &cause, now)? {
            CallbackOutcome::Quarantined
        } else {
            CallbackOutcome::Repeated
        }))
    })
}
