//! `/sign-in` and `/sign-out`.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::super::Pages;
use super::super::fields::Fields;
use super::super::layout;
use super::super::locale::Words;
use super::guard::{cookie_name, is_loopback, words};
use super::session::{LASTS, cookie};

pub(super) async fn show(request: HttpRequest) -> HttpResponse {
    let words = words(&request);
    super::html(StatusCode::OK, form(words, "/", "/sign-in", None))
}

/// The form, in the place of a page that only people who are signed in see.
pub(super) fn instead_of(request: &HttpRequest, words: Words) -> HttpResponse {
    let target = request.uri().to_string();
    let next = if request.method().is_safe() {
        &target
    } else {
        "/"
    };
    super::html(StatusCode::UNAUTHORIZED, form(words, next, &target, None))
}

fn form(words: Words, next: &str, target: &str, problem: Option<&str>) -> Markup {
    let body = html! {
        main #main {
            h1 { (words.get("sign-in-title")) }
            @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
            form method="post" action="/sign-in" {
                input type="hidden" name="next" value=(next);
                p {
                    label for="token" { (words.get("sign-in-token")) }
                    input #token type="password" name="token" required autocomplete="current-password";
                }
                p { button { (words.get("sign-in")) } }
            }
        }
        (layout::languages(words, target))
    };
    layout::frame(words, &words.get("sign-in-title"), &body)
}

pub(super) async fn sign_in(
    pages: Data<Pages>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let words = words(&request);
    let Ok(fields) = Fields::of_form(payload).await else {
        return super::html(StatusCode::BAD_REQUEST, form(words, "/", "/sign-in", None));
    };
    let next = fields.get("next");
    let is_here = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let next = if is_here { next } else { "/" };
    let Some(token) = pages.admin.access.token_of(fields.get("token")) else {
        let problem = words.get("sign-in-wrong");
        return super::html(
            StatusCode::FORBIDDEN,
            form(words, next, "/sign-in", Some(&problem)),
        );
    };
    let value = pages.sessions.begin(&token, Instant::now());
    let name = cookie_name(request.head());
    let secure = if is_loopback(request.head()) {
        ""
    } else {
        "; Secure"
    };
    let cookie = format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{secure}",
        LASTS.as_secs()
    );
    HttpResponse::SeeOther()
        .insert_header((LOCATION, next))
        .insert_header((SET_COOKIE, cookie))
        .finish()
}

pub(super) async fn sign_out(pages: Data<Pages>, request: HttpRequest) -> HttpResponse {
    let name = cookie_name(request.head());
    if let Some(cookie) = cookie(request.headers(), name) {
        pages.sessions.end(cookie);
    }
    HttpResponse::SeeOther()
        .insert_header((LOCATION, "/sign-in"))
        .finish()
}
