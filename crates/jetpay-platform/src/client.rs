//! A plain HTTP client.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use thiserror::Error;

use crate::visible;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take by default.
const ANSWER: Duration = Duration::from_secs(30);
/// The client reads no more of an answer than this, in bytes. The other side may be any server.
const MOST: usize = 1024 * 1024;

/// Sends requests to one address. Cheap to clone: the clones share connections.
#[derive(Clone)]
pub struct Client {
    base_url: String,
    timeout: Duration,
    http: reqwest::Client,
}

impl Client {
    /// A client for an address. It follows no redirect and uses no proxy: the checks are about this address alone.
    ///
    /// # Panics
    /// Never: the TLS settings are complete.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(TLS.clone())
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client with TLS settings of its own can be built");
        Self {
            base_url: base_url.into(),
            timeout: ANSWER,
            http,
        }
    }

    /// The same connections to another address.
    #[must_use]
    pub fn with_base_url(&self, base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            ..self.clone()
        }
    }

    /// The same connections; the client waits this long for an answer.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The URL of a path. An empty path gives the address unchanged, since a slash at its end may matter.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        if path.is_empty() {
            self.base_url.clone()
        } else {
            format!("{}{path}", self.base_url.trim_end_matches('/'))
        }
    }

    /// The address.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a request. `path` is added to the address.
    ///
    /// # Errors
    /// [`NoAnswer`], also for an HTTP method that does not exist.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Exchange, NoAnswer> {
        let url = self.url(path);
        let method =
            Method::from_bytes(method.as_bytes()).map_err(|error| no_answer(&url, &error))?;
        let mut request = self
            .http
            .request(method, &url)
            .timeout(self.timeout)
            .body(body.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let begun = Instant::now();
        let (status, answer) = answer(request)
            .await
            .map_err(|error| no_answer(&url, &error.without_url()))?;
        Ok(Exchange::new(body, status, answer, begun.elapsed()))
    }
}

/// The certificates that this machine trusts. They are read once, because some clients live no longer than one check.
pub(crate) static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
});

impl fmt::Debug for Client {
    /// Hides the secrets that a URL may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = visible::url(&self.base_url);
        f.debug_struct("Client")
            .field("base_url", &base_url)
            .finish_non_exhaustive()
    }
}

async fn answer(request: RequestBuilder) -> reqwest::Result<(u16, Vec<u8>)> {
    let mut response = request.send().await?;
    let mut body = Vec::new();
    while body.len() < MOST
        && let Some(chunk) = response.chunk().await?
    {
        body.extend_from_slice(&chunk);
    }
    Ok((response.status().as_u16(), body))
}

/// Uses the innermost reason, which helps most: `connection refused` and not `error sending request`.
fn no_answer(url: &str, error: &(dyn std::error::Error + 'static)) -> NoAnswer {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    NoAnswer::new(url, innermost.to_string())
}

/// A request and its answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The body of the request.
    pub request: Vec<u8>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub body: Vec<u8>,
    /// The body of the answer as JSON; `None` when it is not JSON.
    pub json: Option<Value>,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
    /// The number that a [`Recorder`](crate::Recorder) gave to the request; 0 without one.
    pub number: usize,
}

/// There was no answer to read: the connection failed or broke, the time was over, or the URL is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no answer from {url}: {reason}")]
pub struct NoAnswer {
    /// The URL without user, password and query values.
    pub url: String,
    /// The reason that the client gives.
    pub reason: String,
}

impl NoAnswer {
    /// No answer from `url`. User, password and query values of the URL are dropped.
    #[must_use]
    pub fn new(url: &str, reason: impl Into<String>) -> Self {
        Self {
            url: visible::url(url),
            reason: reason.into(),
        }
    }
}

impl Exchange {
    /// An exchange. The body is parsed when it is JSON.
    #[must_use]
    pub fn new(request: Vec<u8>, status: u16, body: Vec<u8>, elapsed: Duration) -> Self {
        let json = serde_json::from_slice(&body).ok();
        Self {
            request,
            status,
            body,
            json,
            elapsed,
            number: 0,
        }
    }

    /// `code` of the answer, when it is an integer.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.json.as_ref()?.get("code")?.as_i64()
    }

    /// `payment_id` of the answer, when it is a text.
    #[must_use]
    pub fn payment_id(&self) -> Option<&str> {
        self.json.as_ref()?.get("payment_id")?.as_str()
    }

    /// The body of the answer as text. Bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Exchange {
    /// Hides the bodies, because they hold the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("status", &self.status)
            .field("code", &self.code())
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
