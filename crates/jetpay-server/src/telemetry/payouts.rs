//! What the service tells of payouts.

use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};
use jetpay_ledger::{Error, Ledger};
use metrics::counter;

use super::log;

/// A payout was sent.
pub(crate) fn payout_sent(payout: &Lease, outcome: &SendOutcome) {
    let (id, project) = (payout.payment_id.as_str(), payout.project_id);
    let word = match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Rejected { message, .. } => {
            log::limited(|| tracing::warn!(payment = id, %project, "payout rejected: {message}"));
            "rejected"
        }
        SendOutcome::NotNow { message, .. } => {
            log::limited(|| {
                tracing::error!(payment = id, %project, "payout not taken, sent again later: {message}");
            });
            "not_now"
        }
        SendOutcome::Unknown { reason } => {
            log::limited(
                || tracing::warn!(payment = id, %project, "payout's outcome unknown: {reason}"),
            );
            "unknown"
        }
    };
    counter!("jetpay_payout_requests_total", "request" => "payout", "outcome" => word).increment(1);
}

/// The platform was asked about a payout.
pub(crate) fn payout_asked(payout: &Lease, answer: &StatusAnswer) {
    let (id, project) = (payout.payment_id.as_str(), payout.project_id);
    let word = match answer {
        StatusAnswer::Found(_) => "told",
        StatusAnswer::NotFound => "not_known",
        StatusAnswer::Unanswered { reason } => {
            log::limited(|| {
                tracing::warn!(payment = id, %project, "the platform does not say where a payout stands: {reason}");
            });
            "unanswered"
        }
    };
    counter!("jetpay_payout_requests_total", "request" => "status", "outcome" => word).increment(1);
}

/// What came of an errand could not be recorded.
pub(crate) fn payout_not_recorded(payout: &Lease, error: &Error) {
    let id = payout.payment_id.as_str();
    log::limited(|| {
        tracing::error!(
            payment = id,
            "what came of a payout is not recorded: {error}"
        );
    });
}

/// No payout can be taken up.
pub(crate) fn payouts_stand_still(error: &Error) {
    log::limited(|| tracing::error!("payouts stand still: {error}"));
}

/// A service without a Gate drives no payouts: worth a word when there are some.
pub(crate) async fn payouts_without_a_gate(ledger: &Ledger) {
    let open = ledger.open_payouts().await.unwrap_or_default();
    let open: i64 = open.0.values().sum();
    if open > 0 {
        tracing::error!(
            open,
            "payouts wait for an outcome, and there is no [gate] in the configuration: nothing is done about them"
        );
    }
}
