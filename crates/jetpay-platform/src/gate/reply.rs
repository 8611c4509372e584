//! What happens on the wire after a request, and the bodies of answers.

use std::fmt;
use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::signature::{Keyring, sign};
use serde::Serialize;
use serde_json::{Value, json};

use super::request::RequestError;
use super::state::Conventions;
use crate::messages::{Account, Operation, Payment};

/// What happens on the wire after a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// How long the answer takes. What it reports has already happened.
        after: Duration,
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection ends without an answer.
    Dropped {
        /// Whether the Gate accepted a payout before.
        accepted: bool,
    },
}

impl Reply {
    pub(super) fn now(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            after: Duration::ZERO,
            status,
            body: body.into(),
        }
    }

    pub(super) fn slowly(self, longer: Duration) -> Self {
        match self {
            Self::Answer {
                after,
                status,
                body,
            } => Self::Answer {
                after: after + longer,
                status,
                body,
            },
            dropped @ Self::Dropped { .. } => dropped,
        }
    }

    /// The HTTP status, when there is an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Dropped { .. } => None,
        }
    }

    /// The body of the answer as JSON, if there is an answer and it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        match self {
            Self::Answer { body, .. } => serde_json::from_slice(body).ok(),
            Self::Dropped { .. } => None,
        }
    }
}

impl fmt::Debug for Reply {
    /// Hides the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { after, status, .. } => f
                .debug_struct("Answer")
                .field("after", after)
                .field("status", status)
                .finish_non_exhaustive(),
            Self::Dropped { accepted } => f
                .debug_struct("Dropped")
                .field("accepted", accepted)
                .finish(),
        }
    }
}

/// The payout is accepted.
#[derive(Serialize)]
pub(super) struct Accepted<'a> {
    pub(super) status: &'static str,
    pub(super) project_id: u64,
    pub(super) payment_id: &'a str,
    pub(super) request_id: &'a str,
}

/// The status of a payment.
#[derive(Serialize)]
pub(super) struct Status {
    pub(super) project_id: u64,
    pub(super) payment: Payment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<Account>,
    pub(super) operations: Vec<Operation>,
}

/// Writes answers, and signs them if the conventions say so.
pub(super) struct Writer<'a> {
    pub(super) keyring: &'a Keyring,
    pub(super) conventions: &'a Conventions,
}

impl Writer<'_> {
    /// HTTP 200 with a message to this project.
    pub(super) fn good(&self, project_id: ProjectId, message: &impl Serialize) -> Reply {
        Reply::now(200, self.written(Some(project_id), message))
    }

    /// `{"status": "error", "code", "message"}`.
    pub(super) fn rejection(
        &self,
        project_id: Option<ProjectId>,
        request_error: &RequestError,
    ) -> Reply {
        let known = OperationCode::from(u64::from(request_error.code));
        let code = if self.conventions.codes_are_numbers {
            json!(request_error.code)
        } else {
            json!(known)
        };
        let message = if request_error.about.is_empty() {
            known.text().to_owned()
        } else {
            format!("{}: {}", known.text(), request_error.about)
        };
        let message = json!({"status": "error", "code": code, "message": message});
        let status = request_error.http.unwrap_or(self.conventions.rejects_with);
        Reply::now(status, self.written(project_id, &message))
    }

    /// HTTP 401, 403 or 429.
    pub(super) fn refusal(status: u16) -> Reply {
        let message = match status {
            401 => "the key is not accepted",
            403 => "this address is not on the list",
            _ => "too many requests",
        };
        let body: Value = json!({"status": "error", "message": message});
        Reply::now(status, body.to_string())
    }

    /// An HTTP status with the page of a proxy in front of the Gate.
    pub(super) fn failure(status: u16) -> Reply {
        Reply::now(status, format!("<html><h1>{status}</h1></html>\n"))
    }

    /// HTTP 200 with JSON that ends too early.
    pub(super) fn garbage() -> Reply {
        Reply::now(200, r#"{"status":"succ"#)
    }

    fn written(&self, project_id: Option<ProjectId>, message: &impl Serialize) -> Vec<u8> {
        let body = serde_json::to_vec(message).expect("a message can be written as JSON");
        match project_id {
            Some(project_id) if self.conventions.signs_answers => {
                signed(self.keyring, project_id, body)
            }
            _ => body,
        }
    }
}

/// Signs a body with the first secret of its project.
pub(super) fn signed(keyring: &Keyring, project_id: ProjectId, body: Vec<u8>) -> Vec<u8> {
    let key = keyring
        .project(project_id)
        .and_then(|project| project.keys().first());
    match key {
        Some(key) => sign(&body, key).expect("a message is an object that can be signed"),
        None => body,
    }
}
