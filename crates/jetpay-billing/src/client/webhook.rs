//! Posts signed JSON.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;

use super::BillingUrl;
use super::http::{self, NoClient, exchange};
use crate::outcome::{Delivery, Failure, hint};
use crate::webhook::Secrets;

const JSON: &str = "application/json";

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
    /// status refuses the body. The answer's own body is not looked at.
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
                Delivery::Refused { why: why.into() }
            }
            _ => Delivery::Again {
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
