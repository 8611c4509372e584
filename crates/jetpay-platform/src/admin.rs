//! The admin interface of the service `jetpay`, which shows payments, entries and balances.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jetpay_core::redacted::Redacted;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use thiserror::Error;

use crate::client::Client;
use crate::client::{Exchange, NoAnswer};

/// A client of the service's admin interface.
#[derive(Debug, Clone)]
pub struct Admin {
    client: Client,
    token: Redacted,
    feed: Feed,
}

/// The admin interface did not give the expected answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// There was no answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The answer was another one than expected.
    #[error("the answer to {path} is HTTP {status}: {text}")]
    Unexpected {
        /// The path of the request.
        path: String,
        /// The HTTP status of the answer.
        status: u16,
        /// The body of the answer.
        text: String,
    },
}

impl Admin {
    /// A client of the admin interface at `base_url`. `token` is its bearer token.
    #[must_use]
    pub fn new(base_url: impl Into<String>, token: &str) -> Self {
        Self {
            client: Client::new(base_url),
            token: Redacted::new(token),
            feed: Feed::default(),
        }
    }

    /// The bearer token.
    #[must_use]
    pub fn token(&self) -> &Redacted {
        &self.token
    }

    /// Sends any request. `path` begins with `/`.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Exchange, NoAnswer> {
        let authorization = format!("Bearer {}", self.token.as_str());
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        let body = body.map(Value::to_string).unwrap_or_default();
        self.client.send(method, path, &headers, body.into()).await
    }

    /// Adds or replaces a customer.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn put_customer(
        &self,
        customer_id: &str,
        customer: &Value,
    ) -> Result<(), AdminError> {
        let path = format!("/v1/customers/{}", path_segment(customer_id));
        self.json("PUT", path, Some(customer)).await.map(drop)
    }

    /// The balance of a customer, in minor units.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn balance(&self, customer_id: &str) -> Result<i64, AdminError> {
        let path = format!("/v1/customers/{}", path_segment(customer_id));
        let (path, exchange) = self.json("GET", path, None).await?;
        let balance = exchange
            .json
            .as_ref()
            .and_then(|customer| customer.get("balance")?.as_i64());
        balance.ok_or_else(|| unexpected(path, &exchange))
    }

    /// A payment as JSON.
    ///
    /// # Errors
    /// [`AdminError`], also when the payment does not exist.
    pub async fn payment(&self, payment_id: &str) -> Result<Value, AdminError> {
        let path = format!("/v1/payments/{}", path_segment(payment_id));
        let (path, exchange) = self.json("GET", path, None).await?;
        exchange
            .json
            .clone()
            .ok_or_else(|| unexpected(path, &exchange))
    }

    /// Reads the feed to its end. Each call continues where the last call ended, as a merchant's billing does.
    ///
    /// # Errors
    /// [`AdminError`]. What was read before is kept.
    pub async fn follow_feed(&self) -> Result<(), AdminError> {
        loop {
            let after = self.feed.read_to();
            let (path, page) = self.json("GET", Feed::path(after), None).await?;
            let entries = entries(&page).ok_or_else(|| unexpected(path, &page))?;
            if !self.feed.read_on(after, entries) {
                return Ok(());
            }
        }
    }

    /// All entries, in the order of their commits, those that were read before included.
    ///
    /// # Errors
    /// As [`follow_feed`](Self::follow_feed).
    pub async fn entries(&self) -> Result<Vec<Entry>, AdminError> {
        self.follow_feed().await?;
        Ok(self.feed.entries().clone())
    }

    /// The entries of a payment, in the order of their commits.
    ///
    /// # Errors
    /// As [`follow_feed`](Self::follow_feed).
    pub async fn entries_of(&self, payment_id: &str) -> Result<Vec<Entry>, AdminError> {
        self.follow_feed().await?;
        Ok(self.feed.of_payment(payment_id))
    }

    async fn json(
        &self,
        method: &str,
        path: String,
        body: Option<&Value>,
    ) -> Result<(String, Exchange), AdminError> {
        let exchange = self.call(method, &path, body).await?;
        if (200..300).contains(&exchange.status) {
            Ok((path, exchange))
        } else {
            Err(unexpected(path, &exchange))
        }
    }
}

fn unexpected(path: String, exchange: &Exchange) -> AdminError {
    AdminError::Unexpected {
        path,
        status: exchange.status,
        text: exchange.text(),
    }
}

/// An id as one segment of a path. Everything but letters, digits and `-._~` is percent-encoded.
#[must_use]
pub fn path_segment(id: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(id, ENCODED).to_string()
}

/// An entry of the customers' ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the fields are the interface's")]
#[non_exhaustive]
pub struct Entry {
    pub seq: i64,
    pub kind: String,
    pub payment_id: String,
    pub operation_id: String,
    pub project_id: u64,
    pub method: String,
    pub customer_id: String,
    /// In minor units. The amount of a refund or a reversal is negative.
    pub amount: i64,
    pub currency: String,
    pub time: String,
}

/// Entries per request. The service gives no more.
const PAGE: usize = 1000;

/// The entries that were read so far. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Feed(Arc<Mutex<Vec<Entry>>>);

impl Feed {
    pub(crate) fn path(after: i64) -> String {
        format!("/v1/entries?after={after}&limit={PAGE}")
    }

    /// The number of the last entry; 0 before the first one.
    pub(crate) fn read_to(&self) -> i64 {
        self.entries().last().map_or(0, |entry| entry.seq)
    }

    /// Adds the page that was requested with `after`. Returns false when the page has no new entry. Does nothing when
    /// another reader added the same page first.
    pub(crate) fn read_on(&self, after: i64, page: Vec<Entry>) -> bool {
        let more = page.last().is_some_and(|entry| entry.seq > after);
        if more && self.read_to() == after {
            self.entries().extend(page);
        }
        more
    }

    pub(crate) fn of_payment(&self, payment_id: &str) -> Vec<Entry> {
        let entries = self.entries();
        entries
            .iter()
            .filter(|entry| entry.payment_id == payment_id)
            .cloned()
            .collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feed {
    /// Shows a number only, because the entries say who paid what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("entries", &self.entries().len())
            .finish()
    }
}

/// The entries of a page; `None` when the page is malformed.
pub(crate) fn entries(page: &Exchange) -> Option<Vec<Entry>> {
    let Value::Array(entries) = page.json.as_ref()?.get("entries")?.clone() else {
        return None;
    };
    entries
        .into_iter()
        .map(|entry| serde_json::from_value(entry).ok())
        .collect()
}

#[cfg(test)]
mod tests {

    #[test]
    fn id_in_a_path_is_percent_encoded() {
        assert_eq!(
            super::path_segment("john.doe@example.com/1 ж"),
            "john.doe%40example.com%2F1%20%D0%B6"
        );
    }
}
