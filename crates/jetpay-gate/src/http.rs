//! One exchange with the Gate. It is never repeated.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Proxy, Url, redirect, retry};
use rustls::{ClientConfig, RootCertStore};

use crate::Reason;
use crate::redact::Redactor;

/// The time limit for connecting, including TLS.
const CONNECT: Duration = Duration::from_secs(10);
/// The most bytes of a response that are read. A response that is cut off is not JSON.
const MAX_RESPONSE: usize = 64 * 1024;
const JSON: &str = "application/json";

/// Makes a client that sends each request at most once, and only to the address of the request.
///
/// # Panics
/// Never: a client with TLS settings of its own can be built.
pub(crate) fn client(roots: RootCertStore, proxy: Option<Proxy>) -> Client {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls(roots))
        .connect_timeout(CONNECT)
        // The other side may close a used connection at any time. Then it is unknown whether it read the request, and
        // HTTP libraries send the request again on a new connection. Therefore each request has its own connection.
        .pool_max_idle_per_host(0)
        .retry(retry::never())
        .http1_only()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("jetpay-gate/", env!("CARGO_PKG_VERSION")));
    match proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder,
    }
    .build()
    .expect("a client with TLS settings of its own can be built")
}

/// TLS with the one cryptography library of the workspace.
fn tls(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Sends a request and returns the HTTP status and the body of the response.
pub(crate) async fn post(
    http: &Client,
    url: Url,
    body: Vec<u8>,
    timeout: Duration,
) -> Result<(u16, Vec<u8>), Reason> {
    let request = http
        .post(url)
        .header(CONTENT_TYPE, JSON)
        .header(ACCEPT, JSON)
        .timeout(timeout)
        .body(body);
    let mut response = request.send().await.map_err(|error| reason(&error))?;
    let mut received = Vec::new();
    while received.len() < MAX_RESPONSE
        && let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))?
    {
        received.extend_from_slice(&chunk);
    }
    received.truncate(MAX_RESPONSE);
    Ok((response.status().as_u16(), received))
}

fn reason(error: &reqwest::Error) -> Reason {
    if error.is_connect() {
        Reason::NotConnected(innermost(error))
    } else if error.is_timeout() {
        Reason::TimedOut
    } else {
        Reason::Broken(innermost(error))
    }
}

/// The text of the innermost error, which names the cause: `connection refused`, not `error sending request`.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Redactor::default().redact(&innermost.to_string())
}
