//! The admin interface of the service `jetpay`, which shows payments, entries and balances.

use std::fmt::Write;

use jetpay_core::redacted::Redacted;
use serde_json::Value;
use thiserror::Error;

use crate::client::Client;
use crate::exchange::{Exchange, NoAnswer};
use crate::feed::{self, Entry, Feed};

/// The interface of the service `jetpay` for the merchant.
#[derive(Debug, Clone)]
pub struct Admin {
    client: Client,
    token: Redacted,
    feed: Feed,
}

/// What was asked of the merchant's interface was not answered as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Not at all.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// With something else.
    #[error("{path} was answered with HTTP {status}: {text}")]
    Unexpected {
        /// What was asked.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The body.
        text: String,
    },
}

impl Admin {
    /// The interface at `base_url`, opened by a token.
    #[must_use]
    pub fn new(base_url: impl Into<String>, token: &str) -> Self {
        Self {
            client: Client::new(base_url),
            token: Redacted::new(token),
            feed: Feed::default(),
        }
    }

    /// The token that opens it.
    #[must_use]
    pub fn token(&self) -> &Redacted {
        &self.token
    }

    /// Asks anything. `path` begins with `/`.
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

    /// Inserts or replaces a customer.
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

    /// What a customer has, in minor units.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn balance(&self, customer_id: &str) -> Result<i64, AdminError> {
        let (path, exchange) = self
            .json(
                "GET",
                format!("/v1/customers/{}", path_segment(customer_id)),
                None,
            )
            .await?;
        let balance = exchange
            .json
            .as_ref()
            .and_then(|customer| customer.get("balance")?.as_i64());
        balance.ok_or_else(|| unexpected(path, &exchange))
    }

    /// A payment.
    ///
    /// # Errors
    /// [`AdminError`], also when there is none.
    pub async fn payment(&self, payment_id: &str) -> Result<Value, AdminError> {
        let (path, exchange) = self
            .json(
                "GET",
                format!("/v1/payments/{}", path_segment(payment_id)),
                None,
            )
            .await?;
        exchange
            .json
            .clone()
            .ok_or_else(|| unexpected(path, &exchange))
    }

    /// The entries of a payment, in order of commit. The feed is read on from where it was read to, as a merchant's
    /// billing reads it.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn entries_of(&self, payment_id: &str) -> Result<Vec<Entry>, AdminError> {
        loop {
            let after = self.feed.read_to();
            let (path, page) = self.json("GET", Feed::path(after), None).await?;
            let entries = feed::entries(&page).ok_or_else(|| unexpected(path, &page))?;
            if !self.feed.read_on(after, entries) {
                return Ok(self.feed.of_payment(payment_id));
            }
        }
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

/// An id as a segment of a path: everything but letters, digits and `-._~` is percent-encoded.
#[must_use]
pub fn path_segment(id: &str) -> String {
    id.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").expect("a String takes all");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn id_in_a_path_is_percent_path_segment() {
        assert_eq!(
            super::path_segment("john.doe@example.com/1 ж"),
            "john.doe%40example.com%2F1%20%D0%B6"
        );
    }
}
