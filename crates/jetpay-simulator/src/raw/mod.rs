//! HTTP/1.1 by hand: bytes that are written when and as the caller says, which no HTTP client would let him.
//!
//! Only what checks of robustness need: requests in pieces, several on one connection, one that is never ended.

mod address;
mod answer;
mod connection;
mod head;
mod io;
#[cfg(test)]
mod tests;

pub(crate) use answer::Answer;
pub(crate) use connection::Connection;
pub(crate) use head::chunked;

use std::time::Duration;

use thiserror::Error;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take after what was asked is written.
const ANSWER: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Lost {
    /// The address is none, nobody is there, or he is not who he should be.
    #[error("{0}")]
    NotConnected(String),
    /// The connection was ended before an answer was there.
    #[error("the connection was closed before the answer was there")]
    Closed,
    /// The connection stays open, and nothing comes.
    #[error("nothing came within {} s", ANSWER.as_secs())]
    Silent,
    /// What came is no HTTP.
    #[error("no HTTP: {0}")]
    Garbled(&'static str),
}

impl Lost {
    /// Whether the other side has hung up.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}
