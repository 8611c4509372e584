//! What every request passes: its method, where a form comes from, and who is signed in.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, HeaderValue, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use super::super::Pages;
use super::super::error::PageError;
use super::super::fields;
use super::super::layout;
use super::super::locale::{Lang, Words};
use super::super::visit::{Inner, Viewer, Visit};
use super::origin::{self, is_loopback, is_same_origin};
use super::session::{SessionId, cookies};
use super::sign_in;
use crate::{listener, telemetry};

/// Where requests are refused, for the log.
pub(super) const PLACE: &str = "the pages";
/// How long a browser keeps the chosen language, in seconds: a year.
const KEEPS_LANGUAGE: u32 = 365 * 24 * 60 * 60;

/// The error of a path whose id is none.
const NO_SUCH_PAGE: PageError = PageError::NotFound("error-no-such-page");

/// The methods of what is only read, and of all pages together.
const READS: &str = "GET, HEAD";
const READS_AND_FORMS: &str = "GET, HEAD, POST";

/// The request was `HEAD`.
struct OnlyHead;

/// Middleware of all pages. It refuses forms that come from other sites, and keeps the language that a person chose.
pub(in super::super) async fn guarded(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        // The answer is the one to GET, and the connection leaves the body out.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(OnlyHead);
    }
    let (is_get, chosen) = (request.method() == Method::GET, chosen(request.request()));
    let words = words(request.request());
    let methods = if super::FILES.contains(&request.path()) {
        READS
    } else {
        READS_AND_FORMS
    };
    let is_form = request.method() == Method::POST && methods == READS_AND_FORMS;
    let refused = if is_get || is_form && is_same_origin(request.head()) {
        None
    } else if is_form {
        let typed = fields::typed(&mut request).await;
        let to = origin::next(request.head());
        let text = words.get("error-other-site");
        let page = layout::bare(words, &text, &typed, &to);
        Some(super::html(StatusCode::FORBIDDEN, page))
    } else {
        let page = layout::bare(words, &words.get("error-method"), "", "/");
        let mut page = super::html(StatusCode::METHOD_NOT_ALLOWED, page);
        let methods = HeaderValue::from_static(methods);
        page.headers_mut().insert(ALLOW, methods);
        Some(page)
    };
    let mut answer = match refused {
        Some(page) => request.into_response(page).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    if answer.status() == StatusCode::METHOD_NOT_ALLOWED && is_form {
        // The page is there, and has no form.
        let methods = HeaderValue::from_static(READS);
        answer.headers_mut().insert(ALLOW, methods);
    }
    if let (true, Some(lang)) = (is_get, chosen) {
        let tag = lang.tag();
        let cookie =
            format!("lang={tag}; Path=/; HttpOnly; SameSite=Strict; Max-Age={KEEPS_LANGUAGE}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(answer)
}

/// The name of the session's cookie. Browsers keep one that begins with `__Host-` only over TLS.
pub(super) fn cookie_name(head: &RequestHead) -> &'static str {
    if is_loopback(head) {
        "jetpay-session"
    } else {
        "__Host-jetpay-session"
    }
}

/// The language that the address asks for.
fn chosen(request: &HttpRequest) -> Option<Lang> {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let mut asked = query.filter(|(name, _)| name == "lang");
    asked.find_map(|(_, tag)| Lang::of_tag(&tag))
}

/// The language that a request wants.
pub(super) fn words(request: &HttpRequest) -> Words {
    let kept = || cookies(request.headers(), "lang").find_map(Lang::of_tag);
    let wanted = || {
        let header = request.headers().get(ACCEPT_LANGUAGE);
        Lang::wanted(header.and_then(|it| it.to_str().ok()).unwrap_or_default())
    };
    Words(chosen(request).or_else(kept).unwrap_or_else(wanted))
}

/// The session of a request, and who is signed in.
fn find(pages: &Pages, request: &HttpRequest, now: Instant) -> Option<(SessionId, Viewer)> {
    let tokens = pages.admin.access.tokens();
    let mut given = cookies(request.headers(), cookie_name(request.head()));
    given.find_map(|cookie| pages.sessions.find(cookie, &tokens, now))
}

/// Middleware of all pages but the sign-in, which it shows to a person who is not signed in.
pub(in super::super) async fn enter(
    pages: Data<Pages>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let Some((session, viewer)) = find(&pages, request.request(), began) else {
        let page = sign_in::instead_of(&mut request).await;
        return Ok(request.into_response(page).map_into_right_body());
    };
    let kept = listener::keep_open(&request);
    let (peer, words) = (
        pages.admin.access.sender(request.request()),
        words(request.request()),
    );
    let is_get = request.method() == Method::GET;
    let typed = if is_get {
        String::new()
    } else {
        fields::typed(&mut request).await
    };
    let is_head = request.extensions().get::<OnlyHead>().is_some();
    let visit = Visit::new(Inner {
        is_read: is_get && !is_head,
        typed,
        counts: pages.admin.ledger.counts().await.ok(),
        target: origin::next(request.head()),
        pages,
        session,
        viewer,
        words,
    });
    request.extensions_mut().insert(visit.clone());
    let mut answer = next.call(request).await?.map_into_left_body();
    if let Some(error) = answer.response().error() {
        let wrong = error.as_error::<PageError>().unwrap_or(&NO_SUCH_PAGE);
        let (by, page) = (&visit.viewer.name, layout::error(&visit, wrong));
        if let PageError::Forbidden(needed) = wrong {
            telemetry::role_refused(peer, PLACE, by, needed.as_str());
        }
        let head = answer.request().clone();
        answer = ServiceResponse::new(head, page.map_into_right_body());
    }
    telemetry::admin_answered(&answer, Some(&visit.viewer.name), peer, began.elapsed());
    drop(kept);
    Ok(answer)
}
