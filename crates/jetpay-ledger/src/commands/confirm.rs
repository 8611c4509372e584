//! What the platform's signed answer to a status request says about a payment, applied by an operator.

use jetpay_core::Callback;
use jetpay_core::id::PaymentId;
use jetpay_rules::{EventStatus, OperationEvent, decide};

use super::alarm::repeated;
use super::callback::carry_out;
use crate::model::{CallbackOutcome, Millis, Reason, Resolution, ResolveError, Verdict};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// The outcome of each callback that the answer stands for; or the answer says nothing new.
pub(crate) type Confirmed = Result<Vec<CallbackOutcome>, ResolveError>;

/// Applies the callbacks that a signed status answer stands for, by the rules of callbacks. It records the decision if one of
/// them changed something.
pub(crate) fn confirm_payment(
    payment_id: PaymentId,
    callbacks: Vec<Callback>,
    reason: Reason,
    now: Millis,
) -> Command<Confirmed> {
    let operations = callbacks.iter().filter_map(|callback| {
        let id = callback.operation.id?;
        Some((callback.project_id, id))
    });
    let keys = Keys {
        payments: vec![payment_id.clone()],
        operations: operations.collect(),
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        if transaction.payment(&payment_id, None)?.is_none() {
            return Ok(Err(ResolveError::NoSuchPayment));
        }
        let events_before = transaction.events(&payment_id)?.len() as u64;
        let (mut outcomes, mut is_new) = (Vec::new(), false);
        for callback in &callbacks {
            let (outcome, changed) = confirm(transaction, callback, now)?;
            outcomes.push(outcome);
            is_new |= changed;
        }
        if !is_new {
            return Ok(Err(ResolveError::NothingToConfirm));
        }
        transaction.add_resolution(&Resolution {
            payment_id: Some(payment_id.clone()),
            events_before,
            ..Resolution::new(Verdict::Confirm, &reason, now)
        })?;
        Ok(Ok(outcomes))
    })
}

/// Applies one callback to its payment, which is recorded; and whether anything changed. An event that changes nothing is not
/// stored: the answer has the present status of the payment, so the callback of an old operation may have another key.
fn confirm(
    transaction: &mut dyn LedgerTransaction,
    callback: &Callback,
    now: Millis,
) -> Result<(CallbackOutcome, bool), TransactionError> {
    let event = OperationEvent::from(callback);
    let payment = transaction.payment(&event.payment_id, event.effect_key())?;
    let Some((snapshot, effects)) = payment else {
        return Ok((CallbackOutcome::Unmatched, false));
    };
    let stored = transaction.events(&event.payment_id)?;
    if stored.iter().any(|known| event.repeats(known)) {
        let alarms = transaction.counts().alarms;
        let outcome = repeated(transaction, callback, &event, now)?;
        return Ok((outcome, transaction.counts().alarms != alarms));
    }
    let decision = decide(&snapshot, &event, &effects);
    let status = decision.outcome;
    if status == EventStatus::Noted && decision.alarms.is_empty() && decision.snapshot == snapshot {
        return Ok((CallbackOutcome::Noted, false));
    }
    transaction.add_event(callback, status, now)?;
    carry_out(transaction, &snapshot, &event, &decision, now)?;
    Ok((status.into(), true))
}
