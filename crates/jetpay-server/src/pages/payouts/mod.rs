//! `/payouts`: what waits for an outcome, and the story of a payout.

mod filter;
mod index;
mod one;

use actix_web::web::{self, ServiceConfig};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/payouts", web::get().to(index::show))
        .route("/payouts/{payment_id}", web::get().to(one::show))
        .route(
            "/payouts/{payment_id}/resolve",
            web::post().to(one::resolve),
        );
}
