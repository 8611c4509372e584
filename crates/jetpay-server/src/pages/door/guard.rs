//! What every request passes: the headers of all answers, where a form comes from, and who is signed in.

use std::net::IpAddr;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use super::super::Pages;
use super::super::error::PageError;
use super::super::layout;
use super::super::locale::{Lang, Words};
use super::super::visit::{Inner, Visit};
use super::session::cookie;
use super::sign_in;
use crate::telemetry;

const HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Middleware of all answers. It refuses forms that come from other sites.
pub(in super::super) async fn guarded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = if request.method().is_safe() || is_same_origin(request.head()) {
        next.call(request).await?.map_into_left_body()
    } else {
        let words = words(request.request());
        let page = layout::bare(
            words,
            &words.get("error-title"),
            &words.get("error-other-site"),
        );
        let refused = super::html(actix_web::http::StatusCode::FORBIDDEN, page);
        request.into_response(refused).map_into_right_body()
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Whether the browser says that a form comes from a page of this service.
fn is_same_origin(head: &RequestHead) -> bool {
    let headers = head.headers();
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(ORIGIN).and_then(|origin| origin.split_once("://"));
    match (origin, text(HOST)) {
        (Some((_, origin)), Some(host)) => origin.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Whether the browser calls by a name of this machine alone, where it keeps a cookie without TLS.
pub(super) fn is_loopback(head: &RequestHead) -> bool {
    let host = head.headers().get(HOST).map(HeaderValue::as_bytes);
    let Some(Ok(host)) = host.map(Authority::try_from) else {
        return false;
    };
    let host = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_address = host
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip.to_canonical().is_loopback());
    is_address || host.eq_ignore_ascii_case("localhost")
}

/// The name of the session's cookie. Browsers keep one that begins with `__Host-` only over TLS.
pub(super) fn cookie_name(head: &RequestHead) -> &'static str {
    if is_loopback(head) {
        "jetpay-session"
    } else {
        "__Host-jetpay-session"
    }
}

/// The language that a request wants.
pub(super) fn words(request: &HttpRequest) -> Words {
    let query = form_urlencoded::parse(request.query_string().as_bytes());
    let asked = query
        .filter(|(name, _)| name == "lang")
        .find_map(|(_, tag)| Lang::of_tag(&tag));
    let kept = || cookie(request.headers(), "lang").and_then(Lang::of_tag);
    let wanted = || {
        let header = request.headers().get(ACCEPT_LANGUAGE);
        Lang::wanted(header.and_then(|it| it.to_str().ok()).unwrap_or_default())
    };
    Words(asked.or_else(kept).unwrap_or_else(wanted))
}

/// Middleware of all pages but the sign-in, which it shows to a person who is not signed in.
pub(in super::super) async fn enter(
    pages: Data<Pages>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let words = words(request.request());
    let peer = pages.admin.access.sender(&request);
    let tokens = pages.admin.access.tokens();
    let cookie = cookie(request.headers(), cookie_name(request.head()));
    let found = cookie.and_then(|cookie| pages.sessions.find(cookie, &tokens, began));
    let Some((session, viewer)) = found else {
        let page = sign_in::instead_of(request.request(), words);
        return Ok(request.into_response(page).map_into_right_body());
    };
    let visit = Visit::new(Inner {
        counts: pages.admin.ledger.counts().await.ok(),
        target: request.uri().to_string(),
        pages,
        session,
        viewer,
        words,
    });
    request.extensions_mut().insert(visit.clone());
    let mut answer = next.call(request).await?.map_into_left_body();
    let wrong = answer
        .response()
        .error()
        .and_then(|error| error.as_error::<PageError>());
    if let Some(wrong) = wrong {
        let page = layout::error(&visit, wrong);
        answer = ServiceResponse::new(answer.request().clone(), page.map_into_right_body());
    }
    telemetry::admin_answered(&answer, Some(&visit.viewer.name), peer, began.elapsed());
    Ok(answer)
}
