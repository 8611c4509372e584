//! One line a request: what happened, who sent it, the project and the payment. No line has the payer's data or a query.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use jetpay_core::serve::MessageKind;
use jetpay_core::{Reply, ResponseCode};
use tracing::Level;

use super::limits::{REFUSED, SERVED, SIGNED, STORE, UNSIGNED};

/// Logs a message of the platform and its answer. `verify` with a good answer is a line at DEBUG only: it changes nothing.
pub(super) fn message(
    endpoint: &'static str,
    peer: impl Fn() -> IpAddr,
    reply: &Reply,
    took: Duration,
) {
    let outcome = &reply.outcome;
    let payment = outcome.payment.as_ref();
    macro_rules! line {
        ($level:ident, $($text:tt)+) => {
            tracing::$level!(
                endpoint,
                status = reply.status,
                peer = %peer(),
                project = outcome.project.map(display),
                payment = payment.map(display),
                operation = outcome.operation.map(display),
                took_us = micros(took),
                $($text)+
            )
        };
    }
    if let Some(rejection) = &outcome.rejection {
        let write = || line!(warn, "rejected: {rejection}");
        return match outcome.matched {
            Some(_) => {
                let says = (endpoint, rejection.to_string(), payment, peer());
                SIGNED.limited_once(says, write);
            }
            None => UNSIGNED.limited(write),
        };
    }
    if let Some(unavailable) = &outcome.unavailable {
        return STORE.limited(|| line!(error, "{}", unavailable.report()));
    }
    match (outcome.kind, outcome.refusal) {
        (Some(MessageKind::Callback), Some(_)) => {
            SIGNED.limited_once(("unknown payment", payment), || {
                line!(
                    warn,
                    "a callback names an unknown payment: stored, answered with 404"
                );
            });
        }
        (Some(MessageKind::Verify), None) => line!(debug, "verify: answered"),
        _ if !tracing::enabled!(Level::INFO) => {}
        (kind, None) => SERVED.limited_once((endpoint, payment, outcome.operation), || {
            let is_callback = kind == Some(MessageKind::Callback);
            let verb = if is_callback {
                "acknowledged"
            } else {
                "answered"
            };
            line!(info, "{}: {verb}", kind.map_or("message", name));
        }),
        (kind, Some(code)) => REFUSED.limited(|| {
            let kind = kind.map_or("message", name);
            line!(info, "{kind}: {}, code {}", refusal(code), code.number());
        }),
    }
}

/// A person signed in to the pages.
pub(crate) fn signed_in(by: &str, role: &'static str, peer: IpAddr) {
    tracing::info!(%peer, by, role, "signed in to the pages");
}

/// A person signed out of the pages.
pub(crate) fn signed_out(by: &str, peer: IpAddr) {
    tracing::info!(%peer, by, "signed out of the pages");
}

/// Logs a request to the admin interface or the pages that was let in: with the pattern of its path, because ids of customers are in paths,
/// and without its query. Health checks are lines at DEBUG only.
pub(crate) fn admin<B>(
    answer: &ServiceResponse<B>,
    by: Option<&str>,
    peer: IpAddr,
    took: Duration,
) {
    let request = answer.request();
    let path = request.match_pattern();
    // What there is none of is no id: a person can have typed anything.
    let is_there = answer.status() != StatusCode::NOT_FOUND;
    let payment = request.match_info().get("payment_id").filter(|_| is_there);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                status = answer.status().as_u16(),
                %peer,
                by,
                payment,
                took_us = micros(took),
                "{} {}",
                request.method(),
                path.as_deref().unwrap_or("a path that does not exist")
            )
        };
    }
    match &path {
        _ if by.is_some() => line!(info),
        Some(path) if !path.starts_with("/v1/") => line!(debug),
        _ => {}
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// The word for a refusal.
pub(super) fn refusal(code: ResponseCode) -> &'static str {
    match code {
        ResponseCode::NothingOwed => "nothing_owed",
        ResponseCode::NotFound => "not_found",
        _ => "failed",
    }
}

/// The word for a kind of message.
pub(super) fn name(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Verify => "verify",
        MessageKind::CheckDeposit => "check_deposit",
        MessageKind::Callback => "callback",
        _ => "unknown",
    }
}
