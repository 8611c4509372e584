//! `/inbox`.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use maud::html;

use super::error::PageError;
use super::layout;
use super::visit::Visit;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.route("/inbox", web::get().to(show));
}

async fn show(visit: Visit) -> Result<HttpResponse, PageError> {
    let title = visit.words.get("nav-inbox");
    Ok(layout::page(&visit, &title, &html! {}))
}
