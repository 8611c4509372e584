//! For those who watch the service. Without a token.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, http::header::ContentType};

use super::Admin;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics));
}

/// The process runs.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// Messages can be taken: the store answers.
async fn readyz(admin: Data<Admin>) -> HttpResponse {
    match admin.ledger.ready() {
        Ok(()) => HttpResponse::Ok().body("ready\n"),
        Err(error) => {
            tracing::warn!("not ready: {error}");
            HttpResponse::ServiceUnavailable().body("not ready: the store is not available\n")
        }
    }
}

async fn metrics(admin: Data<Admin>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(admin.metrics.page(&admin.ledger).await)
}
