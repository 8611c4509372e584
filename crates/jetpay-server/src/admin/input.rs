//! Reading what the merchant sends: every mistake is told with its field.

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};
use serde::de::DeserializeOwned;

use super::error::AdminError;
use crate::field_error::FieldError;

/// The most bytes of a body.
const LIMIT: usize = 1024 * 1024;

/// The body as JSON: 400 when it is none, 413 when it is too large, 422 with the field when a field is wrong.
pub(super) async fn json<T: DeserializeOwned>(payload: Payload) -> Result<T, AdminError> {
    let body: Bytes = payload
        .to_bytes_limited(LIMIT)
        .await
        .map_err(|_| AdminError::too_large(LIMIT))?
        .map_err(|_| AdminError::malformed("the body did not arrive whole"))?;
    let mut json = serde_json::Deserializer::from_slice(&body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            AdminError::from(FieldError::of_json(&error))
        } else {
            AdminError::malformed(format!("the body is not JSON: {}", error.inner()))
        }
    })?;
    json.end()
        .map_err(|_| AdminError::malformed("the body is more than one JSON value"))?;
    Ok(value)
}

/// The query string: 422 with the parameter when one is wrong or unknown.
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, AdminError> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| AdminError::invalid(error.path().to_string(), error.inner().to_string()))
}

/// How many rows a list gives.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, AdminError> {
    const DEFAULT: usize = 100;
    const MOST: usize = 1000;
    match asked.unwrap_or(DEFAULT) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(AdminError::invalid(
            "limit",
            format!("limit is between 1 and {MOST}"),
        )),
    }
}

/// One page out of rows of which one more than `limit` was asked for, and where the next page begins if there is one.
pub(super) fn page<T>(
    mut rows: Vec<T>,
    limit: usize,
    seq: impl Fn(&T) -> i64,
) -> (Vec<T>, Option<i64>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(seq);
    (rows, next)
}
