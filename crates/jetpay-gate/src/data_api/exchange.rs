//! One question to the Data API, asked again until there is an answer.

use std::time::Duration;

use jetpay_core::id::ProjectId;
use jetpay_core::signature::sign;
use serde_json::{Value, json};

use super::{DataApi, DataApiError};
use crate::http::{self, NoResponse};
use crate::redact::Redactor;

const PATH: &str = "/v1/operations/get";
/// The most operations of a page: the Data API's maximum.
pub(super) const LIMIT: usize = 1000;
/// The most bytes of an answer that are read: a page has about one MiB.
const MAX_RESPONSE: usize = 16 * 1024 * 1024;
/// How often a question is asked.
const ATTEMPTS: u32 = 6;
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause that the platform can ask for. After a longer one, the client gives up at once.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(600);

/// The fields of an operation that the client asks for: those that a comparison needs, and no data of the payer.
const FIELDS: [&str; 9] = [
    "project_id",
    "operation_id",
    "payment_id",
    "operation_type",
    "operation_status",
    "operation_created_at",
    "operation_completed_at",
    "sum_initial.amount",
    "sum_initial.currency",
];

/// What is asked: all pages of a window have the same question.
pub(super) struct Question<'a> {
    /// The first second of the window.
    pub(super) from: String,
    /// Its last second.
    pub(super) to: String,
    pub(super) projects: &'a [ProjectId],
}

impl Question<'_> {
    /// The request of the page that begins with this row, without a signature.
    fn request(&self, token: &str, offset: u64) -> Value {
        let mut request = json!({
            "token": token,
            "interval": {"from": self.from, "to": self.to},
            "tz": "UTC",
            "limit": LIMIT,
            "offset": offset,
            "fields": FIELDS,
        });
        if !self.projects.is_empty() {
            request["project_id"] = json!(self.projects);
        }
        request
    }
}

impl DataApi {
    /// The body of the answer, HTTP 200.
    ///
    /// # Panics
    /// Never: the client makes the request.
    pub(super) async fn ask(
        &self,
        question: &Question<'_>,
        offset: u64,
    ) -> Result<Vec<u8>, DataApiError> {
        let request = question.request(self.token.as_str(), offset).to_string();
        let request = sign(request.as_bytes(), &self.key).expect("the request can be signed");
        let mut attempts = 0;
        loop {
            attempts += 1;
            let url = self.base_url.join(PATH);
            let request = request.clone();
            let response = http::post(&self.http, url, request, self.timeout, MAX_RESPONSE).await;
            let (why, retry_after) = match response {
                Ok(response) if response.status == 200 => return Ok(response.body),
                Ok(response) if is_temporary(response.status) => {
                    (format!("HTTP {}", response.status), response.retry_after)
                }
                Ok(response) => return Err(self.refusal(response.status, &response.body)),
                Err(NoResponse::NotConnected(cause)) => (format!("no connection: {cause}"), None),
                Err(NoResponse::Broken(cause)) => (format!("the connection broke: {cause}"), None),
                Err(NoResponse::TimedOut) => {
                    let why = format!("no answer within {:?}", self.timeout);
                    (why, None)
                }
            };
            let retry_after = retry_after.unwrap_or_default();
            if attempts == ATTEMPTS || retry_after > LONGEST_RETRY_AFTER {
                return Err(DataApiError::Unanswered { attempts, why });
            }
            tokio::time::sleep(self.pause(attempts).max(retry_after)).await;
        }
    }

    /// The pause after so many attempts.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        let pause = self.first_pause.saturating_mul(1 << (attempts - 1));
        pause.min(LONGEST_PAUSE)
    }

    fn refusal(&self, http_status: u16, body: &[u8]) -> DataApiError {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let redactor = Redactor::of(&json!({"token": self.token}));
        let message = body["message"].as_str().map(|text| redactor.redact(text));
        let message = message
            .filter(|text| !text.is_empty())
            .map_or_else(String::new, |text| format!(": {text}"));
        match http_status {
            401 => DataApiError::Token { message },
            403 => DataApiError::Forbidden { message },
            _ => DataApiError::Refused {
                http_status,
                message,
            },
        }
    }
}

/// Whether the same question may have an answer later.
fn is_temporary(http_status: u16) -> bool {
    matches!(http_status, 408 | 429 | 500..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jetpay_core::signature::{Canonical, Key};

    #[test]
    fn request_signs_as_computed_from_the_protocol() {
        let question = Question {
            from: "2024-08-01 00:00:00".to_owned(),
            to: "2024-08-01 23:59:59".to_owned(),
            projects: &[ProjectId::new(1234)],
        };
        let mut request = question.request("ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv", 0);
        let fields = request.as_object_mut().unwrap().remove("fields").unwrap();
        assert_eq!(fields.as_array().unwrap().len(), FIELDS.len());
        let signed = sign(request.to_string().as_bytes(), &Key::new("secret").unwrap()).unwrap();
        let signed = Canonical::parse(&signed).unwrap();
        assert_eq!(
            signed.string_to_sign(),
            "interval:from:2024-08-01 00:00:00;interval:to:2024-08-01 23:59:59;limit:1000;offset:0;project_id:0:1234;\
             token:ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv;tz:UTC"
        );
        assert_eq!(
            signed.signature().text(),
            Some(
                "g0VyUEFD+T+jEoVgmoiFmxzAy6TeE+2w4erd6GHOzOooZxvHTev5J/fWJOxPSE7BwPIRrIkohuXefT5kcl81LA=="
            )
        );
    }
}
