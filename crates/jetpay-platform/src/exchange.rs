//! One request and its answer.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use crate::address::shown_url;

/// One request and its answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The body that was sent.
    pub request: Vec<u8>,
    /// The answer's HTTP status.
    pub status: u16,
    /// The answer's body.
    pub body: Vec<u8>,
    /// The same as JSON, when it is JSON.
    pub json: Option<Value>,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

/// There was no answer to read: no connection, a broken one, a time-out, an address that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no answer from {url}: {reason}")]
pub struct NoAnswer {
    /// Where to: without a user's name and password, and without what the query says.
    pub url: String,
    /// Why, in the words of the client.
    pub reason: String,
}

impl NoAnswer {
    /// No answer from a URL. Only the part of the URL that may be shown is kept.
    #[must_use]
    pub fn new(url: &str, reason: impl Into<String>) -> Self {
        Self {
            url: shown_url(url),
            reason: reason.into(),
        }
    }
}

impl Exchange {
    /// An exchange; the body is parsed if it is JSON.
    #[must_use]
    pub fn new(request: Vec<u8>, status: u16, body: Vec<u8>, elapsed: Duration) -> Self {
        let json = serde_json::from_slice(&body).ok();
        Self {
            request,
            status,
            body,
            json,
            elapsed,
        }
    }

    /// The answer's `code`, when it is an integer.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.json.as_ref()?.get("code")?.as_i64()
    }

    /// The answer's `payment_id`, when it is a text.
    #[must_use]
    pub fn payment_id(&self) -> Option<&str> {
        self.json.as_ref()?.get("payment_id")?.as_str()
    }

    /// The answer's body as text, for people: what is not UTF-8 in it is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Exchange {
    /// Without the bodies, which hold the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("status", &self.status)
            .field("code", &self.code())
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
