//! One exchange with the Gate, never two.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Url, redirect, retry};
use rustls::{ClientConfig, RootCertStore};

use crate::Reason;
use crate::redact::Redactor;

/// How long a connection may take, with TLS.
const CONNECT: Duration = Duration::from_secs(10);
/// More of an answer than this is not read, in bytes. One that is cut is no JSON.
const MOST: usize = 64 * 1024;
const JSON: &str = "application/json";

/// A client that sends each request at most once, to nobody but its address.
///
/// # Panics
/// Never: a client with TLS settings of its own can be built.
pub(crate) fn client() -> Client {
    Client::builder()
        .tls_backend_preconfigured(tls())
        .connect_timeout(CONNECT)
        // A connection that was used before may be closed by the other side at any moment: then nobody knows whether a
        // request was read, and HTTP libraries like to send it again on a new one. So each has a connection of its own.
        .pool_max_idle_per_host(0)
        .retry(retry::never())
        .http1_only()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("jetpay-gate/", env!("CARGO_PKG_VERSION")))
        .build()
        .expect("a client with TLS settings of its own can be built")
}

/// The certificates that this machine trusts, and the cryptography that the workspace has once.
fn tls() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The HTTP status and the body of the answer.
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
    let mut answer = Vec::new();
    while answer.len() < MOST
        && let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))?
    {
        answer.extend_from_slice(&chunk);
    }
    answer.truncate(MOST);
    Ok((response.status().as_u16(), answer))
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

/// The innermost text is the one that helps: `connection refused` and not `error sending request`.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    Redactor::default().clean(&innermost.to_string())
}
