//! The bodies of the Gate's answers.

use jetpay_core::id::ProjectId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::signature::{Keyring, sign};
use serde::Serialize;
use serde_json::{Value, json};

use super::request::RequestError;
use super::state::Conventions;
use crate::messages::{Account, Operation, Payment};
use crate::serving::Reply;

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
