//! HTTP out: one client for one URL. `https`, or `http` to this machine; no redirects; short answers; no secret in a text.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::Failure;
use crate::dialect::{CheckAnswer, Dialect, PayOrder};
use crate::outcome::Delivery;
use crate::webhook::Secrets;

/// The checked URL of a billing or of a receiver: `https`, or `http` to this machine; without user, password and fragment. It
/// may have a path and a query. `Display` and `Debug` leave the query out, which may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct BillingUrl(reqwest::Url);

impl BillingUrl {
    /// Checks a URL.
    ///
    /// # Errors
    /// [`BadUrl`]. Its text does not show the URL.
    pub fn parse(_text: &str) -> Result<Self, BadUrl> {
        todo!()
    }
}

impl std::fmt::Display for BillingUrl {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}

impl std::fmt::Debug for BillingUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BillingUrl({self})")
    }
}

/// Why a text cannot be such a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadUrl {
    /// The text is not a URL with a host.
    #[error("write a whole URL, such as https://billing.example.com/payments")]
    NotAUrl,
}

/// The login of HTTP Basic, `USER:PASSWORD`.
#[derive(Clone)]
pub struct Login(Zeroizing<String>);

impl Login {
    /// Reads `USER:PASSWORD`; `None` without a colon.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.contains(':')
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

/// Why there is no client: this machine has no certificates that can be loaded.
#[derive(Debug, thiserror::Error)]
#[error("this machine has no certificates for a connection to the billing: {0}")]
pub struct NoClient(pub String);

/// Asks and tells a billing in a dialect.
#[derive(Clone, Debug)]
pub struct DialectClient {}

impl DialectClient {
    /// A client of the billing at `url`. `timeout` is for a whole exchange.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(
        _dialect: Dialect,
        _url: BillingUrl,
        _login: Option<Login>,
        _timeout: Duration,
    ) -> Result<Self, NoClient> {
        todo!()
    }

    /// Asks about an account. `txn_id` is digits; `sum` a text such as `1.00`.
    ///
    /// # Errors
    /// [`Failure`].
    #[allow(clippy::unused_async)]
    pub async fn check(
        &self,
        _account: &str,
        _txn_id: &str,
        _sum: &str,
    ) -> Result<CheckAnswer, Failure> {
        todo!()
    }

    /// Tells the billing about a payment.
    #[allow(clippy::unused_async)]
    pub async fn pay(&self, _order: &PayOrder<'_>) -> Delivery {
        todo!()
    }

    /// Takes a payment back, by the billing's own number of it.
    #[allow(clippy::unused_async)]
    pub async fn cancel(&self, _order: &PayOrder<'_>, _receipt: &str) -> Delivery {
        todo!()
    }
}

/// Posts signed JSON.
#[derive(Clone, Debug)]
pub struct WebhookClient {}

/// The merchant's answer to a question about a customer.
#[derive(Clone, PartialEq, Eq)]
pub enum LookupAnswer {
    /// HTTP 200: the body, which should be that of `PUT /v1/customers/{customer_id}`.
    Body(Vec<u8>),
    /// HTTP 404 with `{"error": {"code": "unknown_customer"}}`.
    Unknown,
}

impl WebhookClient {
    /// A client of the receiver at `url`. `timeout` is for a whole exchange.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(_url: BillingUrl, _secrets: Secrets, _timeout: Duration) -> Result<Self, NoClient> {
        todo!()
    }

    /// Posts a body under this id, signed at `now` (whole seconds since 1970-01-01 00:00 UTC).
    #[allow(clippy::unused_async)]
    pub async fn deliver(&self, _id: &str, _body: &[u8], _now: i64) -> Delivery {
        todo!()
    }

    /// Asks about a customer.
    ///
    /// # Errors
    /// [`Failure`].
    #[allow(clippy::unused_async)]
    pub async fn ask(&self, _id: &str, _body: &[u8], _now: i64) -> Result<LookupAnswer, Failure> {
        todo!()
    }
}
