//! Alarms: raised and counted; also for a repeat that contradicts what is stored.

use jetpay_core::Callback;
use jetpay_core::signature::Canonical;
use jetpay_rules::OperationEvent;

use crate::model::{AlarmCause, AlarmKind, CallbackOutcome, Millis, SignedMessage};
use crate::port::{LedgerTransaction, TransactionError};

/// Raises an alarm, unless an alarm for the same reason keeps a message with the same signature; whether it was new.
pub(super) fn raise(
    transaction: &mut dyn LedgerTransaction,
    cause: &AlarmCause<'_>,
    now: Millis,
) -> Result<bool, TransactionError> {
    if let Some(message) = &cause.message
        && transaction.has_alarm(message.signature, cause.reason.unwrap_or_default())?
    {
        return Ok(false);
    }
    transaction.add_alarm(cause, now)?;
    let counts = transaction.counts();
    counts.alarms += 1;
    counts.open_alarms += 1;
    counts.quarantined += i64::from(cause.message.is_some());
    Ok(true)
}

/// The signature that a verified message has. Empty if it has none, which no verified message has.
pub(super) fn signature(body: &[u8]) -> Box<str> {
    let canonical = Canonical::parse(body).ok();
    let text = canonical.as_ref().and_then(|it| it.signature().text());
    text.unwrap_or_default().into()
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
        amount: event.amount,
        reason: Some("contradicts what came before"),
        message: Some(SignedMessage {
            signature: &signature(&callback.body),
            body: &callback.body,
        }),
        ..AlarmCause::of(AlarmKind::ContradictoryRepeat, event)
    };
    raise(transaction, &contradiction, now)?;
    Ok(CallbackOutcome::Quarantined)
}
