//! The fields of a query or of a form.

use std::borrow::Cow;
use std::future::ready;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::{self, ServiceRequest};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::{StreamExt as _, stream};
use jetpay_core::money::MoneyTextError;
use jetpay_core::{Currency, Money};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use super::error::PageError;
use super::locale::Words;

/// The largest form, in bytes: a thousand alarms, and a long reason.
const MAX_FORM: usize = 64 * 1024;

/// The fields, in their order. A name can come several times, as checkboxes do.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of_query(request: &HttpRequest) -> Self {
        Self::read(request.query_string().as_bytes())
    }

    /// Reads a form.
    ///
    /// # Errors
    /// When it is larger than 64 KiB, does not come whole, or is not UTF-8.
    pub(super) async fn of_form(payload: Payload) -> Result<Self, PageError> {
        let body = to_bytes_limited(BodyStream::new(payload), MAX_FORM).await;
        let body = body.map_err(|_| PageError::TooLarge)?;
        let body = body.map_err(|_| PageError::BadForm)?;
        // What is between the fields is ASCII, so the whole is UTF-8 if each of them is.
        if percent_decode(&body).decode_utf8().is_err() {
            return Err(PageError::NotUtf8);
        }
        Ok(Self::read(&body))
    }

    fn read(pairs: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(pairs);
        Self(
            pairs
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
        )
    }

    /// The first field with this name, without white space at its ends; empty if there is none.
    pub(super) fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// The same, `None` if it is empty.
    pub(super) fn given<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        Some(self.get(name)).filter(|text| !text.is_empty())
    }

    /// All fields with this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.trim())
    }
}

/// The reason that came with a form; the form stays to be read. Of one that is too large, what its start has.
pub(super) async fn typed(request: &mut ServiceRequest) -> String {
    let (mut body, mut read) = (request.take_payload().fuse(), Vec::new());
    let mut failed = None;
    while read.len() <= MAX_FORM {
        match body.next().await {
            Some(Ok(bytes)) => read.extend_from_slice(&bytes),
            Some(Err(error)) => {
                failed = Some(Err(error));
                break;
            }
            None => break,
        }
    }
    let typed = Fields::read(&read).get("reason").to_owned();
    let read = stream::once(ready(Ok(Bytes::from(read))));
    let payload = Box::pin(read.chain(stream::iter(failed)).chain(body));
    request.set_payload(dev::Payload::Stream { payload });
    typed
}

fn owned(text: Cow<'_, str>) -> String {
    text.into_owned()
}

/// What stands before an id that browsers would take for a step in the path. No id begins with it.
const DOTS: char = ';';

/// A text as one segment of a path, such as the id of a payment.
pub(super) fn segment(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let encoded = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    match text {
        "." | ".." => encoded(&format!("{DOTS}{text}")),
        _ => encoded(text),
    }
}

/// The id in a segment of a path, as [`segment`] made it.
pub(super) fn id_of(segment: &str) -> &str {
    match segment.strip_prefix(DOTS) {
        Some(dots @ ("." | "..")) => dots,
        _ => segment,
    }
}

/// A path with a query. Fields that are empty are left out.
pub(super) fn href<'a>(path: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// An amount that a person typed in major units; or what is wrong with it, in the person's words.
pub(super) fn money(words: Words, text: &str, currency: Currency) -> Result<Money, String> {
    // `90 minor` is how an amount is written whose currency the platform does not list.
    let in_minor = text.contains(char::is_alphabetic) && currency.digits().is_some();
    if in_minor {
        return Err(words.get("work-amount-wrong"));
    }
    match Money::parse(&format!("{text} {currency}")) {
        Ok(amount) if amount.is_positive() => Ok(amount),
        Err(MoneyTextError::Comma) => Err(words.get("work-amount-comma")),
        _ => Err(words.get("work-amount-wrong")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_what_its_segment_of_a_path_names_and_browsers_take_none_for_a_step() {
        for id in [".", "..", "...", "a/b", ";", ";..", "%2e", "ж"] {
            let segment = segment(id);
            assert!(!matches!(&*segment, "." | ".."), "{id}");
            let decoded = percent_decode(segment.as_bytes()).decode_utf8().unwrap();
            let expected = if id == ";.." { ".." } else { id };
            assert_eq!(id_of(&decoded), expected, "{id}");
        }
    }
}
