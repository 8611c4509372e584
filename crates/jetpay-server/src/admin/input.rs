//! Reading what the merchant sends: every mistake is told with its field.

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Query};
use serde::de::DeserializeOwned;

use super::error::AdminError;

/// The body as JSON: 400 when it is none, 422 with the field when a field is wrong.
pub(super) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, AdminError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            AdminError::invalid(
                if field == "." { String::new() } else { field },
                inner.to_string(),
            )
        } else {
            AdminError::malformed(format!("the body is not JSON: {inner}"))
        }
    })?;
    deserializer.end().map_err(|error| {
        AdminError::malformed(format!("the body is not one JSON value: {error}"))
    })?;
    Ok(value)
}

/// The query string: 422 with the parameter when one is wrong or unknown.
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, AdminError> {
    Query::<T>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|error| AdminError::invalid("query", error.to_string()))
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
