//! What the service reports: a log for people, metrics for machines. Neither contains a secret or a payer's data.

mod log;
mod metrics;

pub use log::{AlarmLog, DEMO, SERVICE, report_left_out, start as start_log};
pub use metrics::{Meter, Metrics};

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Mutex;

use ::metrics::counter;
use jetpay_core::Callback;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_ledger::payout::{Lease, SendOutcome, StatusAnswer};
use jetpay_ledger::{CallbackOutcome, Error, Ledger};

/// The ledger stored a callback. [`AlarmLog`] logs the alarms that it raised.
pub(crate) fn callback_recorded(
    recorded: CallbackOutcome,
    payment: &PaymentId,
    operation: Option<OperationId>,
) {
    let operation = operation.map(tracing::field::display);
    if recorded == CallbackOutcome::Unmatched {
        log::limited_signed(
            ("unknown payment", payment.as_str()),
            || tracing::warn!(%payment, operation, "a callback names an unknown payment: stored, answered with 404"),
        );
    }
    tracing::debug!(%payment, operation, ?recorded, "callback");
}

/// The ledger stored a signed callback that is not usable, or knew it, or has too many of the project.
pub(crate) fn unusable_recorded(recorded: Option<CallbackOutcome>, project: ProjectId) {
    if recorded.is_none() {
        counter!("jetpay_unusable_not_stored_total", "project" => project.to_string()).increment(1);
        log::limited_signed(("not stored", project), || {
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
        log::limited_signed(
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
        log::limited_signed(
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
        counter!("jetpay_ignored_fields_total", "field" => field).increment(1);
    }
}

/// Counts `check_deposit`s of Cash-in with the type `verify`: its document and its sample disagree about that type.
pub(crate) fn check_deposit_typed_verify(project: ProjectId) {
    counter!("jetpay_cashin_check_deposit_typed_verify_total").increment(1);
    log::limited_signed(
        ("typed verify", project),
        || tracing::warn!(%project, "a check_deposit of Cash-in has the type verify"),
    );
}

/// A request to the admin interface came without one of its tokens.
pub(crate) fn token_refused(sender: IpAddr) {
    counter!("jetpay_admin_denied_total", "code" => "unauthorized").increment(1);
    log::limited(&log::DENIED, || {
        tracing::warn!(%sender, "the admin interface refused a request: its token is missing or wrong");
    });
}

/// A request to the admin interface had a token of another role.
pub(crate) fn role_refused(sender: IpAddr, token: &str, needed: &str) {
    counter!("jetpay_admin_denied_total", "code" => "forbidden").increment(1);
    log::limited(&log::DENIED, || {
        tracing::warn!(%sender, token, needed, "the admin interface refused a request: its token has another role");
    });
}

/// The admin interface answers 503.
pub(crate) fn admin_unavailable(error: &Error) {
    log::limited(&log::STORE, || tracing::error!("admin: {error}"));
}

/// A request to the platform's listener named a path that does not exist.
pub(crate) fn wrong_path(path: &str, sender: IpAddr) {
    counter!("jetpay_wrong_paths_total").increment(1);
    log::limited(&log::WRONG_PATHS, || {
        tracing::warn!(
            path, %sender,
            "there is no such path: does JetPay have the right URLs? They end in the name of a method, such as /kaspi, or in \
             /callback. This line comes once a minute at most; jetpay_wrong_paths_total counts"
        );
    });
}

/// A signal came that does nothing.
pub(crate) fn signal_ignored(text: &str) {
    log::limited(&log::SIGNALS, || tracing::warn!("{text}"));
}

/// The service sent a payout.
pub(crate) fn payout_sent(payout: &Lease, outcome: &SendOutcome) {
    let (id, project) = (payout.payment_id.as_str(), payout.project_id);
    let outcome = match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Rejected { message, .. } => {
            log::limited(&log::GATE, || {
                tracing::warn!(payment = id, %project, "the Gate rejected a payout: {message}");
            });
            "rejected"
        }
        SendOutcome::NotNow { message, .. } => {
            log::limited(&log::GATE, || {
                tracing::error!(payment = id, %project, "the Gate does not accept a payout now; the service sends it again later: {message}");
            });
            "not_now"
        }
        SendOutcome::Unknown { reason } => {
            log::limited(&log::GATE, || {
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
            log::limited(&log::GATE, || {
                tracing::warn!(payment = id, %project, "the Gate does not answer a status query: {reason}");
            });
            "unanswered"
        }
    };
    count_payout_request("status", outcome);
}

fn count_payout_request(request: &'static str, outcome: &'static str) {
    counter!("jetpay_payout_requests_total", "request" => request, "outcome" => outcome)
        .increment(1);
}

/// The result of a payout's action could not be recorded.
pub(crate) fn payout_not_recorded(payout: &Lease, error: &Error) {
    let id = payout.payment_id.as_str();
    log::limited(&log::GATE, || {
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
    log::limited(&log::GATE, || {
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
    use std::io;
    use std::sync::Mutex;

    use metrics_exporter_prometheus::PrometheusBuilder;

    use jetpay_ledger::CallbackOutcome;

    use super::{fields_ignored, unusable_recorded};

    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    struct Log;

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            LOG.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn unusable_callback_is_counted_only_if_it_was_not_stored() {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            for recorded in [
                Some(CallbackOutcome::Quarantined),
                Some(CallbackOutcome::Repeated),
                None,
            ] {
                unusable_recorded(recorded, 1234.into());
            }
        });
        let page = recorder.handle().render();
        let line = "jetpay_unusable_not_stored_total{project=\"1234\"} 1";
        assert!(page.contains(line), "{page}");
    }

    #[test]
    fn ignored_field_is_counted_each_time_and_logged_once() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let log = tracing_subscriber::fmt().with_writer(|| Log).finish();
        tracing::subscriber::with_default(log, || {
            metrics::with_local_recorder(&recorder, || {
                for _ in 0..3 {
                    fields_ignored(&["payment:method", "operation:provider"]);
                }
            });
        });
        let page = recorder.handle().render();
        for field in ["payment.method", "operation.provider"] {
            let line = format!("jetpay_ignored_fields_total{{field=\"{field}\"}} 3");
            assert!(page.contains(&line), "{page}");
        }
        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        assert_eq!(log.matches("payment.method").count(), 1, "{log}");
        assert_eq!(log.lines().count(), 2, "{log}");
    }
}
