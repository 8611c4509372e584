//! Error answers of the admin interface: `{"error": {"code", "field"?, "message"}}`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use jetpay_ledger::{ManualCreditError, ResolveError};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

use crate::config::Role;
use crate::field_error::{FieldError, FieldErrors};
use crate::telemetry;

/// The code of an answer about an item that is held.
pub(crate) const HELD: &str = "held";

/// An error answer.
#[derive(Debug, Serialize)]
pub(super) struct AdminError {
    #[serde(skip)]
    status: StatusCode,
    code: &'static str,
    /// The number of the last entry, where the caller is beyond it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
    #[serde(flatten)]
    error: FieldError,
}

impl AdminError {
    /// 400: the body is not readable.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// 401: the token is missing or wrong.
    pub(super) fn unauthorized() -> Self {
        let message = "send the header `Authorization: Bearer TOKEN` with a token of [admin] in the configuration";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 403: the token has another role.
    pub(super) fn forbidden(role: Role, needed: Role) -> Self {
        let (role, needed) = (role.as_str(), needed.as_str());
        let message = if needed == "all" {
            format!("this token has the role {role}; the request needs a token with the role all")
        } else {
            format!(
                "this token has the role {role}; the request needs a token with the role {needed} or all"
            )
        };
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(super) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// 404: nothing has this id or path.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 422: a field is wrong.
    pub(super) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError::new(field, message).into()
    }

    /// 409: the request contradicts what is stored.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 409: the item is held, and the caller is to come again.
    pub(super) fn held(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, HELD, message)
    }

    /// 409: the configuration does not enable this.
    pub(super) fn not_configured(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "not_configured", message)
    }

    /// 502: the platform gave no usable answer.
    pub(super) fn no_answer(why: impl fmt::Display) -> Self {
        let message = format!("{why}; nothing was applied: try again later");
        Self::new(StatusCode::BAD_GATEWAY, "no_answer", message)
    }

    /// 409: the caller read entries behind the last one.
    pub(super) fn after_beyond_end(last: i64) -> Self {
        let message = format!(
            "the last entry is number {last}: an older copy of the store was brought back; read on after {last}"
        );
        Self {
            last: Some(last),
            ..Self::new(StatusCode::CONFLICT, "after_beyond_end", message)
        }
    }

    /// 413: the body has more than `limit` lines.
    pub(super) fn too_many_lines(limit: usize) -> Self {
        let what =
            format!("the body has more than {limit} lines; send the others in a further request");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", what)
    }

    /// 413: the body is larger than `limit` bytes.
    pub(super) fn too_large(limit: usize) -> Self {
        let what = format!("the body is larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", what)
    }

    /// The same, and what the caller can do about a body that is too large.
    pub(super) fn if_too_large(mut self, advice: &str) -> Self {
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            self.error.message = format!("{}; {advice}", self.error.message);
        }
        self
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            last: None,
            error: FieldError::new("", message),
        }
    }
}

impl From<FieldError> for AdminError {
    fn from(error: FieldError) -> Self {
        Self {
            error,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "")
        }
    }
}

impl From<FieldErrors> for AdminError {
    /// An answer has the first error.
    fn from(errors: FieldErrors) -> Self {
        let first = errors.into_iter().next();
        first.map_or_else(|| Self::malformed("the body is wrong"), Self::from)
    }
}

impl From<jetpay_ledger::Error> for AdminError {
    /// The answer to an error that the caller can correct. For any other the answer is 503, and the log gets the store's
    /// own message.
    fn from(error: jetpay_ledger::Error) -> Self {
        match error {
            jetpay_ledger::Error::Resolve(why) => return why.into(),
            jetpay_ledger::Error::TooManyResults { .. } => {
                return Self::invalid("results", error.to_string());
            }
            jetpay_ledger::Error::NotPositive => {
                return ResolveError::from(ManualCreditError::NotPositive).into();
            }
            _ => {}
        }
        telemetry::admin_unavailable(&error);
        if let jetpay_ledger::Error::Damaged(customer_id) = error {
            let message = format!(
                "the stored contracts of customer {customer_id} are damaged; put the customer again"
            );
            return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", message);
        }
        let message = "the store is not available now; try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error.message)
    }
}

impl ResponseError for AdminError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::PAYLOAD_TOO_LARGE {
            response.force_close();
        }
        response.json(HashMap::from([("error", self)]))
    }
}

/// The answer to an unknown path.
pub(super) async fn no_such_path() -> Result<HttpResponse, AdminError> {
    Err(AdminError::not_found(
        "there is nothing at this path for this HTTP method; see docs/http-api.md",
    ))
}

/// The answer 421 to a request for a host that is not this service's.
pub(super) async fn wrong_host() -> Result<HttpResponse, AdminError> {
    let message = "the header Host names another host; call the service by its address or as localhost, or add the name \
                   to hosts in [admin] of the configuration";
    let status = StatusCode::MISDIRECTED_REQUEST;
    Err(AdminError::new(status, "wrong_host", message))
}

/// The answer 405 to an HTTP method that a path does not have.
pub(super) async fn no_such_method() -> Result<HttpResponse, AdminError> {
    let message = "this path has other HTTP methods; see docs/http-api.md";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Err(AdminError::new(status, "method_not_allowed", message))
}
