//! Reads bodies and query strings. Every error names its field.

use std::fmt::Display;
use std::str::FromStr;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::Millis;
use jiff::Timestamp;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::error::AdminError;
use crate::field_error::FieldError;
use crate::text::{foreign, not_utf8, without_bom};

/// The largest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// The largest body of an import, and of a report, in bytes.
pub(crate) const MAX_IMPORT: usize = 16 * 1024 * 1024;

/// Reads the body as JSON. Answers 400 when it is not JSON, 413 when it is too large, and 422 with the field when a field
/// is wrong.
pub(super) async fn json<T: DeserializeOwned>(payload: Payload) -> Result<T, AdminError> {
    json_of(&bytes(payload, MAX_BODY).await?)
}

/// Reads a body as JSON. Answers 400 when it is not JSON, and 422 with the field when a field is wrong.
pub(super) fn json_of<T: DeserializeOwned>(body: &[u8]) -> Result<T, AdminError> {
    let text = str::from_utf8(body)
        .map_err(|error| AdminError::malformed(format!("the body {}", not_utf8(body, error))))?;
    let mut json = serde_json::Deserializer::from_str(text);
    IgnoredAny::deserialize(&mut json).map_err(|error| {
        if error.is_eof() {
            AdminError::malformed("the body is empty or ends in the middle of its JSON value")
        } else {
            AdminError::malformed(format!("the body is not JSON: {error}"))
        }
    })?;
    json.end()
        .map_err(|_| AdminError::malformed("the body is more than one JSON value"))?;
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| FieldError::of_json(&error).into())
}

/// Reads a body of at most this many bytes, without a byte order mark. Answers 413 when it is larger, and 400 when it begins
/// as something else than UTF-8.
pub(super) async fn bytes(payload: Payload, limit: usize) -> Result<Bytes, AdminError> {
    let body = to_bytes_limited(BodyStream::new(payload), limit).await;
    let body = body.map_err(|_| AdminError::too_large(limit))?;
    let body = body.map_err(|_| AdminError::malformed("the body is incomplete"))?;
    if let Some(kind) = foreign(&body) {
        let message = format!("the body is {kind}; send JSON in UTF-8");
        return Err(AdminError::malformed(message));
    }
    Ok(body.slice_ref(without_bom(&body)))
}

/// Parameters that are whole numbers in every list. `after` is one in a feed, elsewhere a text.
const NUMBERS: [&str; 4] = ["amount", "before", "limit", "project_id"];

/// Reads the query string. Answers 422 with the parameter when one is wrong or unknown.
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, AdminError> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let mut numbers = pairs.filter(|(name, _)| NUMBERS.contains(&&**name));
    if let Some((name, _)) = numbers.find(|(_, value)| value.starts_with('-')) {
        return Err(not_whole(&name));
    }
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let (field, message) = (error.path().to_string(), error.inner().to_string());
        match &*message {
            _ if is_of_integer(&message) => not_whole(&field),
            "provided string was not `true` or `false`" => {
                AdminError::invalid(field, "must be true or false")
            }
            _ => AdminError::invalid(field, message),
        }
    })
}

/// Whether this is the standard library's error about a text that is no integer.
fn is_of_integer(message: &str) -> bool {
    let unreadable = ["", "a", "+9223372036854775808", "-9223372036854775809"];
    let errors = unreadable.map(|text| text.parse::<i64>().map_err(|error| error.to_string()));
    errors.contains(&Err(message.to_owned()))
}

/// A query parameter is no whole number, is negative, or is too large.
pub(super) fn not_whole(parameter: &str) -> AdminError {
    if parameter == "limit" {
        return wrong_limit();
    }
    let message = format!("must be a whole number from 0 to {}", i64::MAX);
    AdminError::invalid(parameter, message)
}

/// The most rows in a list.
const MAX_LIMIT: usize = 1000;

/// The number of rows in a list: the query parameter `limit`, or its default.
pub(super) fn limit(given: Option<usize>) -> Result<usize, AdminError> {
    const DEFAULT: usize = 100;
    match given.unwrap_or(DEFAULT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(wrong_limit()),
    }
}

fn wrong_limit() -> AdminError {
    AdminError::invalid("limit", format!("must be between 1 and {MAX_LIMIT}"))
}

/// A page of a list: at most `limit` of these rows, which are one more if there are more.
pub(super) fn page<T, N>(
    mut rows: Vec<T>,
    limit: usize,
    key: impl Fn(&T) -> N,
) -> (Vec<T>, Option<N>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(key);
    (rows, next)
}

/// The answer with a page of the list `name`. `next` is where the next page begins; absent on the last page.
pub(super) fn list(
    name: &str,
    rows: &[impl Serialize],
    next: Option<impl Serialize>,
) -> HttpResponse {
    HttpResponse::Ok().json(List { name, rows, next })
}

struct List<'a, T, N> {
    name: &'a str,
    rows: &'a [T],
    next: Option<N>,
}

impl<T: Serialize, N: Serialize> Serialize for List<'_, T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.name, self.rows)?;
        if let Some(next) = &self.next {
            map.serialize_entry("next", next)?;
        }
        map.end()
    }
}

/// Reads a word of a closed set, which has these words.
pub(super) fn word<T: FromStr + Display>(
    field: &'static str,
    text: &str,
    all: &[T],
) -> Result<T, AdminError> {
    text.parse()
        .map_err(|_| AdminError::invalid(field, format!("must be one of {}", joined(all))))
}

/// Words with commas between.
pub(super) fn joined(words: &[impl Display]) -> String {
    let words: Vec<_> = words.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// Reads an instant from a query parameter.
pub(super) fn instant(
    field: &'static str,
    text: Option<String>,
) -> Result<Option<Millis>, AdminError> {
    let wrong = "write an instant as 2026-11-21T08:00:00Z (write %2B for a `+` in a query)";
    let time = text.map(|text| text.parse::<Timestamp>()).transpose();
    let time = time.map_err(|_| AdminError::invalid(field, wrong))?;
    Ok(time.map(|time| Millis(time.as_millisecond())))
}
