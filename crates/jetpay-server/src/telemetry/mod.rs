//! What the service tells of itself: a log for people, metrics for machines. Neither holds a secret or a payer's data.

mod log;
mod meter;

pub use log::{SERVICE, SHOW, start as start_log};
pub use meter::{Meter, Metrics};

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_ledger::Recorded;

/// A callback was stored.
pub(crate) fn callback_recorded(recorded: Recorded, payment: &PaymentId, operation: OperationId) {
    match recorded {
        Recorded::Quarantined => {
            tracing::error!(%payment, %operation, "a callback does not fit its payment: quarantined, not credited");
        }
        Recorded::Unmatched => {
            log::limited(
                || tracing::warn!(%payment, %operation, "a callback's payment is unknown: kept, answered 404"),
            );
        }
        Recorded::Applied | Recorded::Repeated | Recorded::Noted => {
            tracing::debug!(%payment, %operation, ?recorded, "callback");
        }
    }
}

/// A signed callback cannot be read.
pub(crate) fn callback_unusable(project: ProjectId, reason: &str) {
    tracing::error!(%project, reason, "a signed callback cannot be read: kept in quarantine");
}

/// Cash-in's document and sample disagree on the `type` of a `check_deposit`: this shows which one is sent.
pub(crate) fn check_deposit_typed_verify(project: ProjectId) {
    metrics::counter!("jetpay_cashin_check_deposit_typed_verify_total").increment(1);
    log::limited(|| tracing::warn!(%project, "a check_deposit of Cash-in has the type verify"));
}
