//! What a page says when there is none to show.

use std::fmt;

use actix_web::http::header::{ContentType, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use jetpay_ledger::{Reason, ResolveError};

use super::door::page_of_form;
use super::locale::Words;
use crate::config::Role;
use crate::telemetry;

/// Why there is no page. [`enter`](super::door::enter) shows it in the person's language.
#[derive(Debug)]
pub(super) enum PageError {
    /// 404: the message with this id says what there is none of.
    NotFound(&'static str),
    /// 403: the token's role does not permit it.
    Forbidden(Role),
    /// 400: the form or the query is not one of these pages.
    BadForm,
    /// 400: the form is not in UTF-8.
    NotUtf8,
    /// 405: the page takes no form.
    NoForm,
    /// 413.
    TooLarge,
    /// 409, where the page of the form cannot be shown again.
    Refused(ResolveError),
    /// 503: the store is away. The log has its error.
    Unavailable,
}

impl PageError {
    /// What the page says.
    pub(super) fn text(&self, words: Words) -> String {
        match self {
            Self::NotFound(id) => words.get(id),
            Self::Forbidden(role) => {
                words.with("error-forbidden", [("role", role.as_str().into())])
            }
            Self::BadForm => words.get("error-bad-form"),
            Self::NotUtf8 => words.get("error-not-utf8"),
            Self::NoForm => words.get("error-method"),
            Self::TooLarge => words.get("error-too-large"),
            Self::Refused(why) => refused(words, why),
            Self::Unavailable => words.get("error-unavailable"),
        }
    }
}

/// Why a decision was refused, in plain words.
pub(super) fn refused(words: Words, why: &ResolveError) -> String {
    let id = format!("refusal-{}", why.name());
    match why {
        ResolveError::OtherAmount(Some(amount)) => {
            words.with(&id, [("amount", super::show::amount(*amount).into())])
        }
        ResolveError::ReasonTooLong => words.with(&id, [("most", Reason::LONGEST.into())]),
        ResolveError::Held(until) => words.with(&id, [("time", until.to_string().into())]),
        _ => words.get(&id),
    }
}

impl From<jetpay_ledger::Error> for PageError {
    fn from(error: jetpay_ledger::Error) -> Self {
        match error {
            jetpay_ledger::Error::Resolve(why) => Self::Refused(why),
            error => {
                telemetry::admin_unavailable(&error);
                Self::Unavailable
            }
        }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::BadForm | Self::NotUtf8 => StatusCode::BAD_REQUEST,
            Self::NoForm => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).finish()
    }
}

/// 404; or, for the address of a form, which a browser asks for when a person reloads or keeps it: the page that has the form. 405
/// for a form that is sent to a page.
pub(super) async fn no_such_page(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let is_get = request.method() == Method::GET;
    match page_of_form(request.path()) {
        Some(page) if is_get => Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, page))
            .finish()),
        _ if !is_get && request.match_pattern().is_some() => Err(PageError::NoForm),
        _ => Err(PageError::NotFound("error-no-such-page")),
    }
}

/// 421: the header Host names another host. No language is known, and no page is shown.
pub(super) async fn wrong_host() -> HttpResponse {
    let text = "The header Host names another host. Call the pages by their address or as localhost, or add the name to hosts \
                in [pages] of the configuration.\n";
    HttpResponse::MisdirectedRequest()
        .content_type(ContentType::plaintext())
        .body(text)
}

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};
    use jetpay_ledger::Millis;

    use super::super::locale::Lang;
    use super::*;

    #[test]
    fn each_refusal_has_a_text_in_each_language() {
        for lang in Lang::ALL {
            let words = Words(lang);
            for name in ResolveError::NAMES {
                let values = [
                    ("amount", "7.00 KZT".into()),
                    ("most", 7.into()),
                    ("time", "7 o'clock".into()),
                ];
                let text = words.with(&format!("refusal-{name}"), values);
                assert!(text.len() > 10, "{name}: {text}");
            }
            let amount = Money::new(700, Currency::KZT);
            let other = refused(words, &ResolveError::OtherAmount(Some(amount)));
            assert!(other.contains("7.00 KZT"), "{other}");
            let held = refused(words, &ResolveError::Held(Millis(0)));
            assert!(held.contains("1970"), "{held}");
        }
    }
}
