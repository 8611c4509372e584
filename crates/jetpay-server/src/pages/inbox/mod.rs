//! `/inbox`: callbacks that name an unknown payment, and decisions about them.

mod callback;
mod filter;
mod list;
mod one;
mod resolve;

use actix_web::web::{self, ServiceConfig};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/inbox", web::get().to(list::show))
        .route("/inbox/{payment_id}", web::get().to(one::show))
        .route(
            "/inbox/{payment_id}/resolve",
            web::post().to(resolve::resolve),
        );
}
