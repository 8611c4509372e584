//! HTTP/1.1 without an HTTP client: the caller decides which bytes are written, and when.
//!
//! It can send a request in pieces, several requests on one connection, and a request that never ends.

mod connection;
#[cfg(test)]
mod tests;

pub use connection::Answer;
pub use connection::Connection;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use thiserror::Error;

use crate::visible;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take after the request is written.
const ANSWER: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The URL is wrong, the host refuses the connection, or its certificate is not trusted.
    #[error("{0}")]
    NotConnected(String),
    /// The other side closed the connection before it had answered.
    #[error("the connection was closed before the answer was there")]
    Closed,
    /// The connection is open, but no answer comes.
    #[error("nothing came within {} s", ANSWER.as_secs())]
    Silent,
    /// The bytes that came are not HTTP.
    #[error("no HTTP: {0}")]
    NotHttp(&'static str),
}

impl ConnectionError {
    /// Whether the other side closed the connection.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

/// A URL, split into what a connection and a request need.
#[derive(Debug, Clone)]
struct Address {
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    tls: bool,
    /// The value of `Host`, without the default port of the scheme.
    authority: String,
    /// The path and the query.
    target: String,
    /// The value of `Authorization`, when the URL names a user.
    authorization: Option<String>,
}

impl Address {
    fn of(url: &str) -> Result<Self, ConnectionError> {
        let none =
            |why: &str| ConnectionError::NotConnected(format!("{why}: {}", visible::url(url)));
        let url = Url::parse(url).map_err(|error| none(&error.to_string()))?;
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(none("neither http nor https")),
        };
        let host = url.host_str().ok_or_else(|| none("no host"))?;
        let port = url.port_or_known_default();
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.ok_or_else(|| none("no port"))?,
            tls,
            authority: url
                .port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            target: match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
            authorization: authorization(&url),
        })
    }
}

/// What HTTP clients send for `https://user:password@host`.
fn authorization(url: &Url) -> Option<String> {
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    if user.is_empty() && password.is_empty() {
        return None;
    }
    let decoded = |text| percent_decode_str(text).collect::<Vec<u8>>();
    let pair = [decoded(user), b":".to_vec(), decoded(password)].concat();
    Some(format!("Basic {}", STANDARD.encode(pair)))
}

/// The head of a request with these headers, including the empty line.
fn head(method: &str, address: &Address, headers: &[(&str, &str)]) -> String {
    let Address {
        target, authority, ..
    } = address;
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\nAccept: */*\r\n");
    let authorization = address.authorization.as_deref();
    let authorization = authorization.map(|value| ("Authorization", value));
    for (name, value) in headers.iter().copied().chain(authorization) {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}

/// A body for `Transfer-Encoding: chunked`, in chunks of `size` bytes.
///
/// # Panics
/// When `size` is 0.
#[must_use]
pub fn chunked(body: &[u8], size: usize) -> Vec<Vec<u8>> {
    let chunk =
        |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let mut chunks: Vec<_> = body.chunks(size).map(chunk).collect();
    chunks.push(b"0\r\n\r\n".to_vec());
    chunks
}
