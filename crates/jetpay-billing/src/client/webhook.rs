//! Posts signed JSON.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;

use super::BillingUrl;
use super::http::{self, NoClient, exchange};
use crate::outcome::{Delivery, Failure, Refusal, hint};
use crate::text;
use crate::webhook::Secrets;

const JSON: &str = "application/json";
/// At most this many bytes of a refusal are quoted from.
const MOST_QUOTED: usize = 4 * 1024;

/// Posts signed JSON to the merchant's own web service.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    http: Client,
    url: BillingUrl,
    secrets: Secrets,
}

/// The merchant's answer to a question about a customer. `Debug` does not show the body, which is a payer's data.
#[derive(Clone, PartialEq, Eq)]
pub enum LookupAnswer {
    /// HTTP 200: the body, which should be that of `PUT /v1/customers/{customer_id}`. At most 64 KiB.
    Body(Vec<u8>),
    /// HTTP 404 with `{"error": {"code": "unknown_customer"}}`.
    Unknown,
}

impl std::fmt::Debug for LookupAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Body(body) => write!(f, "Body({} bytes)", body.len()),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

impl WebhookClient {
    /// A client of the receiver at `url`. `timeout` is for a whole exchange.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(url: BillingUrl, secrets: Secrets, timeout: Duration) -> Result<Self, NoClient> {
        let http = http::client(&url, timeout)?;
        Ok(Self { http, url, secrets })
    }

    /// Posts a body under this id, signed at `now` (whole seconds since 1970-01-01 00:00 UTC).
    ///
    /// HTTP 2xx is delivered. 408, 409, 425, 429, 5xx and redirects are tried again, like no answer. 410 is gone. Every other
    /// status refuses the body, and [`Refusal::said`] is then the beginning of the answer's body.
    pub async fn deliver(&self, id: &str, body: &[u8], now: i64) -> Delivery {
        let answer = match exchange(self.request(id, body, now)).await {
            Ok(answer) => answer,
            Err(failure) => return Delivery::again(&failure, None),
        };
        let status = answer.status;
        let why = format!("HTTP status {status}{}", hint(status));
        match status {
            200..=299 => Delivery::Delivered { receipt: None },
            410 => Delivery::Gone { why },
            400..=499 if !matches!(status, 408 | 409 | 425 | 429) => {
                let said = answer.body.unwrap_or_default();
                let said = excerpt(&said, &customer_id(body));
                Delivery::Refused {
                    why: Refusal {
                        meaning: why,
                        said: (!said.is_empty()).then_some(said),
                    },
                }
            }
            _ => Delivery::Again {
                may_have_arrived: Failure::Status(status).may_have_arrived(),
                why,
                after: answer.retry_after,
            },
        }
    }

    /// Asks about a customer. The request is signed as a delivery is.
    ///
    /// # Errors
    /// [`Failure`] for every answer that is neither of [`LookupAnswer`].
    pub async fn ask(&self, id: &str, body: &[u8], now: i64) -> Result<LookupAnswer, Failure> {
        let answer = exchange(self.request(id, body, now)).await?;
        match answer.status {
            200 => answer.body.map(LookupAnswer::Body),
            404 if is_unknown_customer(&answer.body?) => Ok(LookupAnswer::Unknown),
            status => Err(Failure::Status(status)),
        }
    }

    fn request(&self, id: &str, body: &[u8], now: i64) -> RequestBuilder {
        self.http
            .post(self.url.as_url().clone())
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, JSON)
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", self.secrets.sign(id, now, body))
            .body(body.to_vec())
    }
}

/// What a refusal says, for the person who decides: of at most 4 KiB, in one line, without the customer and long numbers.
fn excerpt(answer: &[u8], customer_id: &str) -> String {
    let read = &answer[..answer.len().min(MOST_QUOTED)];
    text::comment(&String::from_utf8_lossy(read), customer_id)
}

/// The customer in a message; empty without one.
fn customer_id(message: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Message {
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        customer_id: String,
    }
    let message = serde_json::from_slice(message);
    message.map_or_else(|_| String::new(), |Message { data }| data.customer_id)
}

/// A page of a web server that has no such path is not the merchant's answer.
fn is_unknown_customer(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Body {
        error: Code,
    }
    #[derive(Deserialize)]
    struct Code {
        code: String,
    }
    serde_json::from_slice(body).is_ok_and(|Body { error }| error.code == "unknown_customer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpt_is_short_and_hides_the_customer_and_long_numbers() {
        let message = br#"{"type":"entry.credit","data":{"customer_id":"ab-1","amount":5}}"#;
        let customer_id = customer_id(message);
        for (answer, shown) in [
            (&b""[..], ""),
            (b" \n ", ""),
            (
                b"{\"error\":\n\"no ab-1, phone +77001234567, code 79\"}",
                "{\"error\": \"no ***, phone +***, code 79\"}",
            ),
            (b"\xff\x1b[31mno", "\u{fffd} [31mno"),
        ] {
            assert_eq!(excerpt(answer, &customer_id), shown);
        }
        let long = [b"a ".repeat(2048), b"beyond".to_vec()].concat();
        assert_eq!(excerpt(&long, "").chars().count(), 200);
        let late = [b" ".repeat(4096), b"beyond".to_vec()].concat();
        assert_eq!(excerpt(&late, ""), "");
    }

    #[test]
    fn message_without_a_customer_hides_no_customer() {
        for message in ["", "{}", r#"{"data":{}}"#, r#"{"data":{"customer_id":5}}"#] {
            assert_eq!(customer_id(message.as_bytes()), "", "{message}");
        }
    }
}
