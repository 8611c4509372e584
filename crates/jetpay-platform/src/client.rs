//! A plain HTTP client.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, redirect};
use rustls::{ClientConfig, RootCertStore};

use crate::address::shown_url;
use crate::exchange::{Exchange, NoAnswer};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, when nothing else is said.
const ANSWER: Duration = Duration::from_secs(30);
/// More of an answer than this is not read, in bytes: whoever is asked may be anybody.
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
    pub fn at(&self, base_url: impl Into<String>) -> Self {
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

/// The certificates that this machine trusts, and the cryptography that the workspace has once. They are read once:
/// some clients live no longer than a check.
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
    /// Without what a URL may hold of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = shown_url(&self.base_url);
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

/// The innermost reason is the one that helps: `connection refused` and not `error sending request`.
fn no_answer(url: &str, error: &(dyn std::error::Error + 'static)) -> NoAnswer {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    NoAnswer::new(url, innermost.to_string())
}
