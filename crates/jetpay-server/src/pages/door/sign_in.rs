//! `/sign-in` and `/sign-out`.

use std::time::Instant;

use actix_web::dev::{RequestHead, ServiceRequest};
use actix_web::http::header::{HeaderName, LOCATION, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use maud::html;

use super::super::Pages;
use super::super::fields::{self, Fields};
use super::super::layout;
use super::super::locale::Words;
use super::guard::{PLACE, cookie_name, words};
use super::origin::{self, is_from_elsewhere, is_loopback, is_plain, local};
use super::session::{LASTS, cookies};
use crate::telemetry;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// What the form says besides its fields.
#[derive(Default)]
struct Form<'s> {
    /// Where it leads.
    next: &'s str,
    /// A good message, on top.
    note: Option<String>,
    /// What went wrong, on top.
    problem: Option<String>,
    /// A reason that the person typed into a form that was not accepted.
    typed: &'s str,
}

pub(super) async fn show(request: HttpRequest) -> HttpResponse {
    let next = "/";
    let shown = Form {
        next,
        ..Form::default()
    };
    page(words(&request), StatusCode::OK, &shown)
}

/// The form, in the place of an answer that only people who are signed in get.
pub(super) async fn instead_of(request: &mut ServiceRequest) -> HttpResponse {
    let (words, next) = (words(request.request()), origin::next(request.head()));
    let is_form = request.method() == Method::POST;
    let typed = if is_form {
        fields::typed(request).await
    } else {
        String::new()
    };
    let had_session = cookies(request.headers(), cookie_name(request.head())).next();
    let problem = match (is_form, had_session) {
        (true, _) => Some("sign-in-not-sent"),
        (false, Some(_)) => Some("sign-in-ended"),
        (false, None) => None,
    };
    let shown = Form {
        next: &next,
        problem: problem.map(|id| words.get(id)),
        typed: &typed,
        ..Form::default()
    };
    let mut answer = page(words, StatusCode::UNAUTHORIZED, &shown);
    if !is_form && had_session.is_none() && is_from_elsewhere(request.head()) {
        // A link on another site led here, so the browser kept the cookie back. It sends it when a page of ours leads here.
        if let Ok(again) = format!("0; url={next}").parse() {
            answer.headers_mut().insert(REFRESH, again);
        }
    }
    answer
}

fn page(words: Words, status: StatusCode, form: &Form<'_>) -> HttpResponse {
    let title = words.get("sign-in-title");
    let body = html! {
        main #main {
            h1 { (title) }
            @if let Some(note) = &form.note { p.note role="status" { (note) } }
            @if let Some(problem) = &form.problem { p.problem role="alert" { (problem) } }
            (layout::typed(words, form.typed))
            form method="post" action="/sign-in" {
                input type="hidden" name="next" value=(form.next);
                p {
                    label for="token" { (words.get("sign-in-token")) }
                    input #token type="password" name="token" required autocomplete="current-password" aria-describedby="token-hint";
                }
                p #token-hint { small { (words.get("sign-in-hint")) } }
                p { button { (words.get("sign-in")) } }
            }
        }
        (layout::languages(words, form.next))
    };
    super::html(status, layout::frame(words, &title, &body))
}

pub(super) async fn sign_in(
    pages: Data<Pages>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let words = words(&request);
    let refused = |status, next, problem| {
        let problem = Some(problem);
        page(
            words,
            status,
            &Form {
                next,
                problem,
                ..Form::default()
            },
        )
    };
    let fields = match Fields::of_form(payload).await {
        Ok(fields) => fields,
        Err(wrong) => return refused(wrong.status_code(), "/", wrong.text(words)),
    };
    let next = local(fields.get("next"));
    if is_plain(request.head()) {
        return refused(StatusCode::FORBIDDEN, next, words.get("sign-in-plain"));
    }
    let access = &pages.admin.access;
    let Some(token) = access.token_of(fields.get("token")) else {
        let must_end = access.refuse(&request, PLACE).await;
        let mut answer = refused(StatusCode::FORBIDDEN, next, words.get("sign-in-wrong"));
        if must_end {
            let head = answer.head_mut();
            head.set_connection_type(actix_web::http::ConnectionType::Close);
        }
        return answer;
    };
    end_sessions(&pages, &request);
    let value = pages.sessions.begin(&token, Instant::now());
    telemetry::signed_in(&token.name, token.role.as_str(), access.sender(&request));
    HttpResponse::SeeOther()
        .insert_header((LOCATION, next))
        .insert_header((SET_COOKIE, cookie(request.head(), &value, LASTS.as_secs())))
        .finish()
}

/// A page that was opened again after the sign-out.
pub(super) async fn signed_out() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, "/sign-in"))
        .finish()
}

pub(super) async fn sign_out(pages: Data<Pages>, request: HttpRequest) -> HttpResponse {
    for name in end_sessions(&pages, &request) {
        telemetry::signed_out(&name, pages.admin.access.sender(&request));
    }
    let words = words(&request);
    let shown = Form {
        next: "/",
        note: Some(words.get("sign-in-signed-out")),
        ..Form::default()
    };
    let mut answer = page(words, StatusCode::OK, &shown);
    if let Ok(removed) = cookie(request.head(), "", 0).parse() {
        answer.headers_mut().insert(SET_COOKIE, removed);
    }
    answer
}

/// Ends the sessions of the request's cookies. Returns the names of their tokens.
fn end_sessions(pages: &Pages, request: &HttpRequest) -> Vec<String> {
    let given = cookies(request.headers(), cookie_name(request.head()));
    given
        .filter_map(|cookie| pages.sessions.end(cookie))
        .collect()
}

/// The session's cookie, for so many seconds.
fn cookie(head: &RequestHead, value: &str, seconds: u64) -> String {
    let name = cookie_name(head);
    let secure = if is_loopback(head) { "" } else { "; Secure" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}
