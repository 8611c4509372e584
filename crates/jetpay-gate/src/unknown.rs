//! Why nothing is known.

use std::fmt;

use jetpay_core::operation_code::OperationCode;
use thiserror::Error;

/// No answer that says anything. What was asked for may have happened all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub reason: Reason,
}

impl Unknown {
    /// Whether not a byte of the request can have left. It is treated like any other unknown outcome; but who looks for
    /// the cause finds it on this side, or on the way.
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self.reason, Reason::Unsendable(_) | Reason::NotConnected(_))
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl From<Reason> for Unknown {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

/// Why an outcome is unknown. Its text is for people and logs: it holds neither a secret nor the payer's data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The request could not be made. It never can: this is a mistake of the caller.
    #[error("nothing was sent: {0}")]
    Unsendable(&'static str),
    /// No connection: refused, no such name, no TLS.
    #[error("nothing was sent: no connection to the Gate ({0})")]
    NotConnected(String),
    /// No whole answer in time.
    #[error("the Gate did not answer in time")]
    TimedOut,
    /// The connection ended before the answer did.
    #[error("the connection broke before the Gate had answered ({0})")]
    Broken(String),
    /// An HTTP status that says nothing about what was asked for: 408, 5xx, a redirect, or one that does not belong
    /// here.
    #[error("the Gate answered HTTP {0}")]
    HttpStatus(u16),
    /// Not JSON, or JSON of another shape.
    #[error("the Gate's answer cannot be read: {0}")]
    Unreadable(&'static str),
    /// The answer is signed, and by none of the project's secrets.
    #[error("the Gate's answer is signed with another secret than the project's")]
    BadSignature,
    /// The answer names another payment or project.
    #[error("the Gate's answer is about another payment")]
    OtherPayment,
    /// A code that says that the outcome is still open.
    #[error("the Gate answered code {0}: wait")]
    Waiting(OperationCode),
    /// A code, or none, from which nothing follows.
    #[error("the Gate answered HTTP {http_status}, {}", code_text(code.as_ref()))]
    NotUnderstood {
        /// The HTTP status of the answer.
        http_status: u16,
        /// The code, if there was one.
        code: Option<OperationCode>,
    },
}

fn code_text(code: Option<&OperationCode>) -> String {
    code.map_or_else(
        || "neither a success nor an error".to_owned(),
        |code| format!("code {code}: {}", code.text()),
    )
}
