//! What the service reports: a log for people, metrics for machines. Neither contains a secret or a payer's data.

mod alarms;
mod deliveries;
mod limits;
mod log;
mod lookups;
mod metrics;
mod requests;

pub use alarms::AlarmLog;
pub(crate) use deliveries::{deliveries_stopped, delivery_attempt};
pub use limits::report_left_out;
pub use log::{set as set_log, start as start_log};
pub(crate) use lookups::*;
pub(crate) use metrics::RECONCILIATION_FAILURES;
pub use metrics::{Meter, Metrics};
pub(crate) use requests::admin as admin_answered;
pub(crate) use requests::{signed_in, signed_out};

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Mutex;

use jetpay_core::Callback;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};
use jetpay_ledger::{CallbackOutcome, Error, Ledger};
use lettre::Address;

use self::metrics::count;
use crate::config::MailServer;

/// The ledger stored a callback. [`AlarmLog`] logs the alarms that it raised.
pub(crate) fn callback_recorded(
    recorded: CallbackOutcome,
    payment: &PaymentId,
    operation: Option<OperationId>,
) {
    let operation = operation.map(tracing::field::display);
    tracing::debug!(%payment, operation, ?recorded, "callback");
}

/// The ledger stored a signed callback that is not usable, or knew it, or has too many of the project.
pub(crate) fn unusable_recorded(recorded: Option<CallbackOutcome>, project: ProjectId) {
    if recorded.is_none() {
        count(&metrics::UNUSABLE_NOT_STORED, &[&project.to_string()]);
        limits::SIGNED.limited_once(("not stored", project), || {
            tracing::error!(
                %project,
                "a signed callback that is not usable was not stored: the project has 1,000 open alarms about such \
                 callbacks. Resolve them"
            );
        });
    }
}

/// Logs why the store is not available, and that it is available again. Each is one line, however many requests fail.
#[derive(Default)]
pub(crate) struct StoreLog {
    /// Why it was not available.
    unavailable: Option<Error>,
}

impl StoreLog {
    /// Logs a change since the last call. Returns whether the store is available.
    pub(crate) fn log_change(&mut self, ledger: &Ledger) -> bool {
        // A full queue comes and goes.
        let now = ledger.ready().err().filter(|error| *error != Error::Busy);
        match &now {
            None if self.unavailable.is_some() => tracing::info!("the store is available again"),
            Some(error) if now != self.unavailable => tracing::error!("{error}"),
            _ => {}
        }
        self.unavailable = now;
        self.unavailable.is_none()
    }
}

/// Logs unusual sums and unknown statuses of a callback. They change nothing about the payment.
pub(crate) fn callback_is_unusual(callback: &Callback) {
    let payment = &callback.payment.id;
    let operation = callback.operation.id.map(tracing::field::display);
    let (status, kind) = (&callback.payment.status, &callback.operation.kind);
    let sums = callback.payment.sum.zip(callback.operation.sum_initial);
    if sums.is_some_and(|(payment, operation)| payment != operation) {
        limits::SIGNED.limited_once(
            ("sums differ", payment.as_str()),
            || tracing::warn!(%payment, operation, "payment.sum differs from the operation's sum; the operation's sum counts"),
        );
    }
    let unknown = matches!(status, PaymentStatus::Other(_))
        || matches!(callback.operation.status, Some(OperationStatus::Other(_)))
        || matches!(kind, Some(OperationType::Other(_)));
    if unknown {
        let kind = kind.as_ref().map(tracing::field::display);
        let operation_status = callback.operation.status.as_ref();
        let operation_status = operation_status.map(tracing::field::display);
        limits::SIGNED.limited_once(
            ("unknown status", payment.as_str(), status.as_str()),
            || tracing::warn!(%payment, operation, %status, kind, operation_status, "unknown status or type: treated as not final"),
        );
    }
}

/// Counts the fields of a callback that could not be read and that no money depends on. Logs each field once: the platform may
/// have changed it, and then every callback has it.
pub(crate) fn fields_ignored(fields: &[&'static str]) {
    static LOGGED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    for path in fields {
        let field = path.replace(':', ".");
        if LOGGED.lock().is_ok_and(|mut logged| logged.insert(*path)) {
            tracing::warn!(
                field,
                "a callback has this field in an odd form: the service ignores the field. No money depends on it. This line \
                 comes once for each field; jetpay_ignored_fields_total counts"
            );
        }
        count(&metrics::IGNORED_FIELDS, &[&field]);
    }
}

/// Counts `check_deposit`s of Cash-in with the type `verify`: its document and its sample disagree about that type.
pub(crate) fn check_deposit_typed_verify(project: ProjectId) {
    count(&metrics::CASHIN_TYPED_VERIFY, &[]);
    limits::SIGNED.limited_once(
        ("typed verify", project),
        || tracing::warn!(%project, "a check_deposit of Cash-in has the type verify"),
    );
}

/// A request to the admin interface, or a sign-in to the pages, came without one of the tokens.
pub(crate) fn token_refused(peer: IpAddr, place: &'static str) {
    count(&metrics::ADMIN_DENIED, &["unauthorized"]);
    limits::DENIED.limited(|| {
        tracing::warn!(peer = %peer, "{place} refused a request: its token is missing or wrong");
    });
}

/// A request to the admin interface or the pages had a token of another role.
pub(crate) fn role_refused(peer: IpAddr, place: &'static str, token: &str, needed: &str) {
    count(&metrics::ADMIN_DENIED, &["forbidden"]);
    limits::DENIED.limited(|| {
        tracing::warn!(peer = %peer, token, needed, "{place} refused a request: its token has another role");
    });
}

/// The admin interface answers 503.
pub(crate) fn admin_unavailable(error: &Error) {
    limits::STORE.limited(|| tracing::error!("admin: {error}"));
}

/// A request to the platform's listener named a path that does not exist.
pub(crate) fn wrong_path(path: &str, peer: IpAddr) {
    count(&metrics::WRONG_PATHS, &[]);
    limits::WRONG_PATHS.limited(|| {
        tracing::warn!(
            path, peer = %peer,
            "there is no such path: does JetPay have the right URLs? They end in the name of a method, such as /kaspi, or in \
             /callback. This line comes once a minute at most; jetpay_wrong_paths_total counts"
        );
    });
}

/// The service took parts of its configuration again, or did not because the file is wrong.
pub(crate) fn config_reloaded(outcome: &'static str) {
    count(&metrics::CONFIG_RELOADS, &[outcome]);
}

/// A signal came that does nothing.
pub(crate) fn signal_ignored(text: &str) {
    limits::SIGNALS.limited(|| tracing::warn!("{text}"));
}

/// The service sent a payout.
pub(crate) fn payout_sent(payout: &Lease, outcome: &SendOutcome) {
    let (id, project) = (payout.payment_id.as_str(), payout.project_id);
    let outcome = match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Rejected { message, .. } => {
            limits::GATE.limited(|| {
                tracing::warn!(payment = id, %project, "the Gate rejected a payout: {message}");
            });
            "rejected"
        }
        SendOutcome::NotNow { message, .. } => {
            limits::GATE.limited(|| {
                tracing::error!(payment = id, %project, "the Gate does not accept a payout now; the service sends it again later: {message}");
            });
            "not_now"
        }
        SendOutcome::Unknown { reason } => {
            limits::GATE.limited(|| {
                tracing::warn!(payment = id, %project, "the outcome of a payout is unknown; the service asks for its status: {reason}");
            });
            "unknown"
        }
    };
    count_payout_request("payout", outcome);
}

/// The service asked for the status of a payout.
pub(crate) fn payout_status(payout: &Lease, answer: &StatusAnswer) {
    let (id, project) = (payout.payment_id.as_str(), payout.project_id);
    let outcome = match answer {
        StatusAnswer::Found(_) => "found",
        StatusAnswer::NotFound => "not_found",
        StatusAnswer::Unanswered { reason } => {
            limits::GATE.limited(|| {
                tracing::warn!(payment = id, %project, "the Gate does not answer a status query: {reason}");
            });
            "unanswered"
        }
    };
    count_payout_request("status", outcome);
}

/// The service sent the mail of alarms to a receiver, or the mail server did not take it.
pub(crate) fn mail_sent(server: &MailServer, to: &Address, sent: &Result<(), String>) {
    count(
        &metrics::MAILS,
        &[if sent.is_ok() { "sent" } else { "failed" }],
    );
    if let Err(reason) = sent {
        limits::MAILS.limited(|| {
            tracing::error!(%to, "cannot mail new alarms by {server}: {reason}");
        });
    }
}

fn count_payout_request(request: &'static str, outcome: &'static str) {
    count(&metrics::PAYOUT_REQUESTS, &[request, outcome]);
}

/// The result of a payout's action could not be recorded.
pub(crate) fn payout_not_recorded(payout: &Lease, error: &Error) {
    let id = payout.payment_id.as_str();
    limits::GATE.limited(|| {
        tracing::error!(
            payment = id,
            "cannot record the result of a payout; the service asks for its status later: {error}"
        );
    });
}

/// The worker cannot read or lease payouts. [`StoreLog`] logs it when the store is not available at all.
pub(crate) fn payouts_stopped(ledger: &Ledger, error: &Error) {
    if ledger.ready().is_err() {
        return;
    }
    limits::GATE.limited(|| {
        tracing::error!("cannot continue with payouts: {error}");
    });
}

/// Logs when a service without `[gate]` has open payouts, because it does nothing about them. Returns whether the store said so.
pub(crate) async fn payouts_without_gate(ledger: &Ledger) -> bool {
    let Ok((open, _)) = ledger.open_payouts().await else {
        return false;
    };
    let open: i64 = open.values().sum();
    if open > 0 {
        tracing::error!(
            open,
            "there are open payouts, but no [gate] in the configuration: the service does nothing about them"
        );
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use tracing_subscriber::layer::SubscriberExt;

    use super::log::tests::Counted;
    use super::metrics::{IGNORED_FIELDS, UNUSABLE_NOT_STORED};
    use super::*;

    #[test]
    fn unusable_callback_is_counted_only_if_it_was_not_stored() {
        for recorded in [
            Some(CallbackOutcome::Quarantined),
            Some(CallbackOutcome::Repeated),
            None,
        ] {
            unusable_recorded(recorded, 777.into());
        }
        assert_eq!(UNUSABLE_NOT_STORED.with_label_values(&["777"]).get(), 1);
    }

    #[test]
    fn ignored_field_is_counted_each_time_and_logged_once() {
        let lines = Arc::new(AtomicUsize::new(0));
        let log = tracing_subscriber::registry().with(Counted(Arc::clone(&lines)));
        tracing::subscriber::with_default(log, || {
            for _ in 0..3 {
                fields_ignored(&["payment:method", "operation:provider"]);
            }
        });
        for field in ["payment.method", "operation.provider"] {
            assert_eq!(IGNORED_FIELDS.with_label_values(&[field]).get(), 3);
        }
        assert_eq!(lines.load(Relaxed), 2);
    }
}
