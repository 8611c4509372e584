//! How people come in: they sign in with a token of `[admin]`, and a cookie says who they are.

mod guard;
mod session;
mod sign_in;

pub(super) use guard::{enter, guarded};
pub(super) use session::{SessionId, Sessions};

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{self, ServiceConfig};

const STYLE: &str = include_str!("../style.css");

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/style.css", web::get().to(style))
        .route("/sign-in", web::get().to(sign_in::show))
        .route("/sign-in", web::post().to(sign_in::sign_in))
        .route("/sign-out", web::post().to(sign_in::sign_out));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}

/// An answer with a page.
pub(super) fn html(status: actix_web::http::StatusCode, page: maud::Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .body(page.into_string())
}
