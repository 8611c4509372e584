//! How people come in: they sign in with a token of `[admin]`, and a cookie says who they are.

mod guard;
mod headers;
mod origin;
mod session;
mod sign_in;

pub(super) use guard::{enter, guarded};
pub(super) use headers::headers;
pub(super) use origin::page_of_form;
pub(super) use session::{SessionId, Sessions};

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::http::uri::PathAndQuery;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../style.css");
const ICON: &str = include_str!("icon.svg");

/// The addresses of files, which are never sent a form.
const FILES: [&str; 2] = ["/style.css", "/icon.svg"];

/// The style sheet's address. It changes with the content, so that a browser may keep the file.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let digest: [u8; 32] = Sha256::digest(STYLE).into();
    let start = digest.first_chunk().copied().unwrap_or_default();
    format!("/style.css?v={:016x}", u64::from_be_bytes(start))
});

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/style.css", web::get().to(style))
        .route("/icon.svg", web::get().to(icon))
        .route("/sign-in", web::get().to(sign_in::show))
        .route("/sign-in", web::post().to(sign_in::sign_in))
        .route("/sign-out", web::get().to(sign_in::signed_out))
        .route("/sign-out", web::post().to(sign_in::sign_out));
}

pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

async fn style(request: HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    let asked = request.uri().path_and_query().map(PathAndQuery::as_str);
    if asked == Some(style_address()) {
        answer.insert_header((CACHE_CONTROL, "max-age=3600"));
    }
    answer.content_type("text/css; charset=utf-8").body(STYLE)
}

async fn icon() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .body(ICON)
}

/// An answer with a page.
pub(super) fn html(status: StatusCode, page: maud::Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .body(page.into_string())
}
