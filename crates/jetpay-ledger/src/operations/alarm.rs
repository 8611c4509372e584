//! Alarms are counted as they are raised.

use crate::model::{AlarmCause, Millis};
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
