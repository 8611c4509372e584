//! HTTP/1.1 without an HTTP client: the caller decides which bytes are written, and when.
//!
//! It can send a request in pieces, several requests on one connection, and a request that never ends.

mod address;
mod connection;
#[cfg(test)]
mod tests;

pub use address::chunked;
pub use connection::Answer;
pub use connection::Connection;

use std::time::Duration;

use thiserror::Error;

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
