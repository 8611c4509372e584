//! One exchange over HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, redirect, retry};
use rustls::{ClientConfig, RootCertStore};

use super::BillingUrl;
use crate::Failure;
use crate::text::one_line;

/// At most this many bytes of an answer are read.
pub(super) const LONGEST: usize = 64 * 1024;
/// An idle connection is kept for less than the 5 seconds after which Apache and Node close it.
const IDLE: Duration = Duration::from_secs(4);
/// The longest pause that `Retry-After` may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoClient {
    /// This machine has no certificates that can be loaded.
    #[error(
        "this machine has no certificates to check the billing's with; install them (ca-certificates), or name a file \
         with SSL_CERT_FILE: {0}"
    )]
    NoCertificates(String),
    /// The configured URL sets a parameter that each request sets.
    #[error("remove `{0}` from the query of the URL: each request sets it")]
    Parameter(&'static str),
}

/// Makes a client of this URL. `timeout` is for a whole exchange, the connection included.
pub(super) fn client(url: &BillingUrl, timeout: Duration) -> Result<Client, NoClient> {
    let roots = if url.is_https() {
        of_this_machine()?
    } else {
        RootCertStore::empty()
    };
    let client = Client::builder()
        .tls_backend_preconfigured(tls(roots))
        .timeout(timeout)
        // Less, so that it is known when nothing was sent.
        .connect_timeout(timeout * 2 / 3)
        .pool_idle_timeout(IDLE)
        .retry(retry::never())
        .http1_only()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("jetpay/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(client.unwrap_or_else(|_| unreachable!("its TLS settings are complete")))
}

/// One file that cannot be read is no error, as long as there are other certificates.
fn of_this_machine() -> Result<RootCertStore, NoClient> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let first = found.errors.first().map(ToString::to_string);
        let why = first.unwrap_or_else(|| "none is installed".to_owned());
        return Err(NoClient::NoCertificates(why));
    }
    Ok(roots)
}

/// TLS with the one cryptography library of the workspace.
fn tls(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap_or_else(|_| unreachable!("ring has the cipher suites of TLS 1.2 and 1.3"))
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// An answer as received.
pub(super) struct Answer {
    pub(super) status: u16,
    /// How long the other side asks to wait.
    pub(super) retry_after: Option<Duration>,
    pub(super) content_type: Option<String>,
    /// The body, or why it could not be read.
    pub(super) body: Result<Vec<u8>, Failure>,
}

/// Sends a request and reads the answer.
pub(super) async fn exchange(request: RequestBuilder) -> Result<Answer, Failure> {
    let mut response = request.send().await.map_err(|error| failure(&error))?;
    let header = |name| {
        let value = response.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let (retry_after, content_type) = (header(RETRY_AFTER), header(CONTENT_TYPE));
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after: retry_after.and_then(|text| pause(&text)),
        content_type,
        body: body(&mut response).await,
    })
}

async fn body(response: &mut reqwest::Response) -> Result<Vec<u8>, Failure> {
    let mut received = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if received.len() + chunk.len() > LONGEST {
            return Err(Failure::Unreadable("it is longer than 64 KiB".to_owned()));
        }
        received.extend_from_slice(&chunk);
    }
    Ok(received)
}

/// Reads `Retry-After`: seconds, or a date.
fn pause(text: &str) -> Option<Duration> {
    let wait = if let Ok(seconds) = text.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let until = rfc2822::parse(text.trim()).ok()?.timestamp();
        let wait = until.duration_since(Timestamp::now());
        wait.try_into().unwrap_or_default()
    };
    Some(wait.min(LONGEST_PAUSE))
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::NotConnected(innermost(error))
    } else if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::Broken(innermost(error))
    }
}

/// The text of the innermost error, which names the cause, and unlike the outermost not the URL.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    one_line(&innermost.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_a_day() {
        for (text, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("86401", Some(86_400)),
            ("18446744073709551615", Some(86_400)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("06 Nov 2994 08:49:37 GMT", Some(86_400)),
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
