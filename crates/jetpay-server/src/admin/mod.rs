//! The admin interface: HTTP for the merchant's own programs, and health checks and metrics for monitoring.

mod alarms;
mod auth;
mod confirm;
mod customers;
mod deliveries;
mod entries;
mod error;
mod inbox;
mod input;
mod payments;
mod payouts;
mod reconciliations;
mod resolutions;
mod search;

pub(crate) use alarms::AlarmView;
pub use auth::Access;
pub use deliveries::Endpoint;
pub(crate) use deliveries::{
    HeldBack, KnownStream, configured_stream, held_back, known_stream, streams,
};
pub(crate) use error::HELD;
pub(crate) use input::MAX_IMPORT;
pub use payouts::PayoutIntake;

use std::net::IpAddr;
use std::time::Instant;

use actix_web::dev::{RequestHead, Service as _};
use actix_web::guard::fn_guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HOST, HeaderValue};
use actix_web::http::uri::Authority;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpMessage, HttpResponse, Resource};
use jetpay_core::Currency;
use jetpay_ledger::Ledger;

use crate::deliver::Wake;
use crate::listener::end_unread;
use crate::status::StatusClient;
use crate::telemetry::{self, Metrics};

/// What all handlers of the admin interface share.
#[derive(Clone)]
pub struct Admin {
    /// The ledger.
    pub ledger: Ledger,
    /// The currency of all balances.
    pub currency: Currency,
    /// Who may call.
    pub access: Access,
    /// The names by which the interface is called, besides addresses and `localhost`.
    pub hosts: Vec<String>,
    /// How payouts are accepted; `None` without `[gate]` or a method that pays out.
    pub payouts: Option<PayoutIntake>,
    /// Asks the platform about a payment; `None` without `[gate]`.
    pub status: Option<StatusClient>,
    /// The merchant's endpoints that get entries and alarms.
    pub endpoints: Vec<Endpoint>,
    /// Tells the workers that an operator decided about a delivery.
    pub(crate) wake: Wake,
    /// The metrics of this process.
    pub metrics: Metrics,
}

/// Registers all endpoints. Those below `/v1` require a token, and all of them a known host.
pub fn endpoints(config: &mut ServiceConfig, admin: Admin) {
    let (access, hosts) = (admin.access.clone(), admin.hosts.clone());
    config
        .app_data(Data::new(admin))
        .service(
            web::scope("")
                .guard(fn_guard(move |context| {
                    is_known_host(context.head(), &hosts)
                }))
                .wrap_fn(move |request, service| {
                    let (began, peer) = (Instant::now(), access.sender(request.request()));
                    let answer = service.call(request);
                    async move {
                        let answer = answer.await?;
                        let actor = answer.request().extensions().get::<auth::Actor>().cloned();
                        let by = actor.as_ref().map(auth::Actor::name);
                        telemetry::admin_answered(&answer, by, peer, began.elapsed());
                        Ok(answer)
                    }
                })
                .service(resource("/healthz").route(web::get().to(healthz)))
                .service(resource("/readyz").route(web::get().to(readyz)))
                .service(resource("/metrics").route(web::get().to(metrics)))
                .service(
                    web::scope("/v1")
                        .wrap(from_fn(auth::require_token))
                        .configure(customers::endpoints)
                        .configure(payments::endpoints)
                        .configure(payouts::endpoints)
                        .configure(entries::endpoints)
                        .configure(alarms::endpoints)
                        .configure(inbox::endpoints)
                        .configure(resolutions::endpoints)
                        .configure(reconciliations::endpoints)
                        .configure(deliveries::endpoints)
                        .configure(search::endpoints)
                        .default_service(web::to(error::no_such_path)),
                )
                .default_service(web::to(error::no_such_path))
                .wrap(from_fn(end_unread)),
        )
        .default_service(web::to(error::wrong_host).wrap(from_fn(end_unread)));
}

/// Whether a request names this service: by an address, as `localhost`, or by a configured name. A web page of a stranger can
/// make a browser send requests here under the page's own name, which then points to this machine (DNS rebinding).
pub(crate) fn is_known_host(head: &RequestHead, hosts: &[String]) -> bool {
    let named = head.headers().get(HOST).map(HeaderValue::as_bytes);
    let named = named.map(Authority::try_from);
    let host = match (&named, head.uri.host()) {
        (_, Some(host)) => host,
        (Some(Ok(authority)), None) => authority.host(),
        (Some(Err(_)), None) => return false,
        // HTTP/1.0 has no such header, and every browser sends it.
        (None, None) => return true,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse::<IpAddr>().is_ok()
        || host.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| host.eq_ignore_ascii_case(known))
}

/// A resource that answers 405 to methods for which no route is added.
fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(error::no_such_method))
}

/// The process is running.
async fn healthz() -> HttpResponse {
    plain(StatusCode::OK, "ok\n")
}

/// The store answers: the service can accept messages.
async fn readyz(admin: Data<Admin>) -> HttpResponse {
    match admin.ledger.ready() {
        Ok(()) => plain(StatusCode::OK, "ready\n"),
        Err(error) => {
            // The service logs a change once; a probe comes every few seconds.
            tracing::debug!("not ready: {error}");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            plain(status, "not ready: the store is not available\n")
        }
    }
}

async fn metrics(admin: Data<Admin>) -> HttpResponse {
    let names = admin.endpoints.iter().map(Endpoint::name);
    match admin.metrics.page(&admin.ledger, names.collect()).await {
        Ok(page) => plain(StatusCode::OK, page),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

fn plain(status: StatusCode, text: impl Into<String>) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::plaintext())
        .body(text.into())
}
