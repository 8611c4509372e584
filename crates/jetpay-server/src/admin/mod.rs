//! The admin interface: HTTP for the merchant's own programs, and health checks and metrics for monitoring.

mod alarms;
mod auth;
mod customers;
mod entries;
mod error;
mod inbox;
mod input;
mod payments;
mod payouts;
mod resolutions;

pub use auth::Token;
pub(crate) use input::Rfc3339;
pub use payouts::PayoutIntake;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Resource};
use jetpay_core::Currency;
use jetpay_ledger::Ledger;

use crate::telemetry::Metrics;

/// What all handlers of the admin interface share.
#[derive(Clone)]
pub struct Admin {
    /// The ledger.
    pub ledger: Ledger,
    /// The currency of all balances.
    pub currency: Currency,
    /// The bearer token of the merchant.
    pub token: Token,
    /// How payouts are accepted; `None` without `[gate]`.
    pub payouts: Option<PayoutIntake>,
    /// The metrics of this process.
    pub metrics: Metrics,
}

/// Registers all endpoints. Those below `/v1` require the token.
pub fn endpoints(config: &mut ServiceConfig, admin: Admin) {
    let token = admin.token.clone();
    config
        .app_data(Data::new(admin))
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics))
        .service(
            web::scope("/v1")
                .wrap(auth::RequireToken::new(token))
                .configure(customers::endpoints)
                .configure(payments::endpoints)
                .configure(payouts::endpoints)
                .configure(entries::endpoints)
                .configure(alarms::endpoints)
                .configure(inbox::endpoints)
                .configure(resolutions::endpoints)
                .default_service(web::to(error::no_such_path)),
        )
        .default_service(web::to(error::no_such_path));
}

/// A resource that answers 405 to methods for which no route is added.
fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(error::no_such_method))
}

/// The process is running.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// The store answers: the service can accept messages.
async fn readyz(admin: Data<Admin>) -> HttpResponse {
    match admin.ledger.ready() {
        Ok(()) => HttpResponse::Ok().body("ready\n"),
        Err(error) => {
            // The service logs a change once; a probe comes every few seconds.
            tracing::debug!("not ready: {error}");
            HttpResponse::ServiceUnavailable().body("not ready: the store is not available\n")
        }
    }
}

async fn metrics(admin: Data<Admin>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(admin.metrics.page(&admin.ledger).await)
}
