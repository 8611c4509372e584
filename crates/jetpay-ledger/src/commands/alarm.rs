//! Alarms: raised and counted; also for a repeat that contradicts what is stored.

use jetpay_core::Callback;
use jetpay_rules::OperationEvent;

use crate::model::{AlarmCause, AlarmKind, CallbackOutcome, Millis};
use crate::port::{LedgerTransaction, TransactionError};

/// Raises an alarm, unless an alarm keeps the same body already; whether it was new.
pub(super) fn raise(
    transaction: &mut dyn LedgerTransaction,
    cause: &AlarmCause<'_>,
    now: Millis,
) -> Result<bool, TransactionError> {
    let new = transaction.add_alarm(cause, now)?;
    let counts = transaction.counts();
    counts.alarms += i64::from(new);
    counts.open_alarms += i64::from(new);
    counts.quarantined += i64::from(new && cause.body.is_some());
    Ok(new)
}

/// A repeat moves nothing. What the stored event lacked for people is added. A repeat that contradicts the stored event is
/// kept for an operator.
pub(super) fn repeated(
    transaction: &mut dyn LedgerTransaction,
    callback: &Callback,
    event: &OperationEvent,
    now: Millis,
) -> Result<CallbackOutcome, TransactionError> {
    if !event.contradicts(&transaction.stored_event(event)?.event) {
        transaction.complete_event(callback)?;
        return Ok(CallbackOutcome::Repeated);
    }
    let contradiction = AlarmCause {
        reason: Some("contradicts what came before"),
        body: Some(&callback.body),
        ..AlarmCause::of(AlarmKind::ContradictoryRepeat, event)
    };
    raise(transaction, &contradiction, now)?;
    Ok(CallbackOutcome::Quarantined)
}
