//! `/alarms`: the work list, one alarm, and decisions about one or many.

mod credit;
mod filter;
mod found;
mod list;
mod many;
mod one;
mod resolve;

pub(super) use credit::without_currency;
pub(super) use one::resolution_facts;

use actix_web::web::{self, ServiceConfig};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/alarms", web::get().to(list::show))
        .route("/alarms/resolve", web::get().to(many::show))
        .route("/alarms/resolve", web::post().to(many::resolve))
        .route("/alarms/{seq}", web::get().to(one::show))
        .route("/alarms/{seq}/resolve", web::post().to(resolve::resolve));
}
