//! One exchange with the platform. It is never repeated.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Proxy, Url, redirect, retry};
use rustls::{ClientConfig, RootCertStore};

use crate::Reason;
use crate::redact::Redactor;

/// The time limit for connecting, including TLS.
const CONNECT: Duration = Duration::from_secs(10);
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

/// A response as received.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// How long the other side asks to wait. Source: the head `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no response.
pub(crate) enum NoResponse {
    NotConnected(String),
    TimedOut,
    Broken(String),
}

impl From<NoResponse> for Reason {
    fn from(why: NoResponse) -> Self {
        match why {
            NoResponse::NotConnected(cause) => Self::NotConnected(cause),
            NoResponse::TimedOut => Self::TimedOut,
            NoResponse::Broken(cause) => Self::Broken(cause),
        }
    }
}

/// Sends a request. At most `longest` bytes of the response's body are read. A response that is cut off is not JSON.
pub(crate) async fn post(
    http: &Client,
    url: Url,
    body: Vec<u8>,
    timeout: Duration,
    longest: usize,
) -> Result<HttpResponse, NoResponse> {
    let request = http
        .post(url)
        .header(CONTENT_TYPE, JSON)
        .header(ACCEPT, JSON)
        .timeout(timeout)
        .body(body);
    let mut response = request.send().await.map_err(|error| reason(&error))?;
    let mut received = Vec::new();
    while received.len() < longest
        && let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))?
    {
        received.extend_from_slice(&chunk);
    }
    received.truncate(longest);
    let retry_after = response.headers().get(RETRY_AFTER);
    Ok(HttpResponse {
        status: response.status().as_u16(),
        retry_after: retry_after.and_then(|wait| pause(wait.to_str().ok()?)),
        body: received,
    })
}

/// Reads `Retry-After`: seconds, or a date.
fn pause(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text.trim()).ok()?.timestamp();
    let wait = until.duration_since(Timestamp::now());
    Some(wait.try_into().unwrap_or_default())
}

fn reason(error: &reqwest::Error) -> NoResponse {
    if error.is_connect() {
        NoResponse::NotConnected(innermost(error))
    } else if error.is_timeout() {
        NoResponse::TimedOut
    } else {
        NoResponse::Broken(innermost(error))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_a_past_date_is_no_pause() {
        for (text, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(pause(text), seconds.map(Duration::from_secs), "{text:?}");
        }
        let soon = Timestamp::now() + Duration::from_secs(100);
        let date = soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let pause = pause(&date).expect("a date").as_secs();
        assert!((90..=100).contains(&pause), "{date}: {pause}");
    }
}
