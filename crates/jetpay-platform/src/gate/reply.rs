//! What happens on the wire after a request.

use std::fmt;
use std::time::Duration;

/// What happens on the wire after a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// How long it takes; what the answer tells of is done already.
        after: Duration,
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection ends without an answer.
    Dropped {
        /// Whether a payout was accepted before.
        accepted: bool,
    },
}

impl Reply {
    pub(super) fn now(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            after: Duration::ZERO,
            status,
            body: body.into(),
        }
    }

    pub(super) fn slowly(self, longer: Duration) -> Self {
        match self {
            Self::Answer {
                after,
                status,
                body,
            } => Self::Answer {
                after: after + longer,
                status,
                body,
            },
            dropped @ Self::Dropped { .. } => dropped,
        }
    }

    /// The HTTP status, when there is an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Dropped { .. } => None,
        }
    }

    /// The answer's body as JSON, when there is an answer and it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        match self {
            Self::Answer { body, .. } => serde_json::from_slice(body).ok(),
            Self::Dropped { .. } => None,
        }
    }
}

impl fmt::Debug for Reply {
    /// Without the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { after, status, .. } => f
                .debug_struct("Answer")
                .field("after", after)
                .field("status", status)
                .finish_non_exhaustive(),
            Self::Dropped { accepted } => f
                .debug_struct("Dropped")
                .field("accepted", accepted)
                .finish(),
        }
    }
}
