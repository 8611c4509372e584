//! What the service tells of itself: a log for people, metrics for machines. Neither holds a secret or a payer's data.

mod alarms;
mod log;
mod meter;
mod payouts;

pub use alarms::AlarmLog;
pub use log::{DEMO, SERVICE, start as start_log};
pub use meter::{Meter, Metrics};
pub(crate) use payouts::{
    payout_asked, payout_not_recorded, payout_sent, payouts_stand_still, payouts_without_a_gate,
};

use jetpay_core::Callback;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::Recorded;

/// A callback was stored. What a person must look at is an alarm, and those are told by [`AlarmLog`].
pub(crate) fn callback_recorded(recorded: Recorded, payment: &PaymentId, operation: OperationId) {
    if recorded == Recorded::Unmatched {
        log::limited(
            || tracing::warn!(%payment, %operation, "a callback's payment is unknown: kept, answered 404"),
        );
    }
    tracing::debug!(%payment, %operation, ?recorded, "callback");
}

/// Words and sums of a callback that decide nothing but are worth a look.
pub(crate) fn callback_is_odd(callback: &Callback) {
    let (payment, operation) = (&callback.payment.id, callback.operation.id);
    let (status, kind) = (&callback.payment.status, &callback.operation.kind);
    if callback
        .payment
        .sum
        .is_some_and(|sum| sum != callback.operation.sum_initial)
    {
        log::limited(
            || tracing::warn!(%payment, %operation, "payment.sum differs from the operation's, which counts"),
        );
    }
    let unknown = matches!(status, PaymentStatus::Other(_))
        || matches!(callback.operation.status, OperationStatus::Other(_))
        || matches!(kind, OperationType::Other(_));
    if unknown {
        let operation_status = &callback.operation.status;
        log::limited(
            || tracing::warn!(%payment, %operation, %status, %kind, %operation_status, "an unknown word: taken as not final"),
        );
    }
}

/// Cash-in's document and sample disagree on the `type` of a `check_deposit`: this shows which one is sent.
pub(crate) fn check_deposit_typed_verify(project: ProjectId) {
    metrics::counter!("jetpay_cashin_check_deposit_typed_verify_total").increment(1);
    log::limited(|| tracing::warn!(%project, "a check_deposit of Cash-in has the type verify"));
}
