//! What the Gate saw and said, for checks.

use std::fmt;

use jetpay_core::id::ProjectId;

use super::Millis;

/// A request with a good signature about one payout, or a callback; and what was said.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// What was asked or told.
    pub what: What,
    /// The project.
    pub project_id: ProjectId,
    /// The id of the payout; empty where a status was asked by a request id that nobody has.
    pub payment_id: String,
    /// The account number that the body names; of a status, that of the payout, when there is one.
    pub account: String,
    /// The body, received or told.
    pub body: Vec<u8>,
    /// What was answered, or told.
    pub said: Said,
    /// Whether a payout was accepted by this.
    pub accepted: bool,
    /// Of a send: how often the id was sent before.
    pub earlier_sends: usize,
    /// Of a send: how often the id was accepted before.
    pub earlier_accepted: usize,
    /// Of a send: what had been said since the send before that lets it come again.
    pub leave: Option<Leave>,
}

/// What was asked or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A payout was sent.
    Send,
    /// The status was asked for, by the payment's id.
    Status,
    /// The status was asked for, by a request's id.
    StatusOfRequest,
    /// A callback was given out to be told for the first time.
    Callback,
}

/// What was said, as far as the merchant can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Said {
    /// Accepted.
    Accepted,
    /// `status: error` with this code.
    Rejected(u32),
    /// `payment.status`.
    Stands(&'static str),
    /// An HTTP status that is no answer to the question.
    Http(u16),
    /// HTTP 200 that nobody can read.
    Garbage,
    /// Nothing: the connection broke.
    Nothing,
}

/// What lets a merchant send an id again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// 3061: the platform does not know the id.
    Unknown,
    /// 3613: the same customer and amount are under way.
    InFlight,
    /// The status `error`.
    Error,
    /// HTTP 401, 403 or 429: not even looked at.
    Refused(u16),
}

impl Said {
    /// What this lets the merchant do, said about a send or about a status.
    pub(super) fn leave(&self, what: What) -> Option<Leave> {
        match (what, self) {
            (What::Send, Self::Rejected(3613)) => Some(Leave::InFlight),
            (What::Send, Self::Http(status @ (401 | 403 | 429))) => Some(Leave::Refused(*status)),
            (What::Status | What::StatusOfRequest, Self::Rejected(3061)) => Some(Leave::Unknown),
            (_, Self::Stands("error")) => Some(Leave::Error),
            _ => None,
        }
    }
}

impl Seen {
    /// Whether an id was sent again though nothing had been said that lets it: the mistake that pays twice.
    #[must_use]
    pub fn is_rash(&self) -> bool {
        self.what == What::Send && self.earlier_sends > 0 && self.leave.is_none()
    }
}

impl fmt::Debug for Seen {
    /// Without the account and the body: the payee's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("at", &self.at)
            .field("what", &self.what)
            .field("payment_id", &self.payment_id)
            .field("said", &self.said)
            .field("accepted", &self.accepted)
            .field("earlier_sends", &self.earlier_sends)
            .field("earlier_accepted", &self.earlier_accepted)
            .field("leave", &self.leave)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Seen {
    /// For a person who looks on: `payout p-1: accepted`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Send => "payout",
            What::Status => "status of",
            What::StatusOfRequest => "status of the request of",
            What::Callback => "callback of",
        };
        write!(f, "{what} {}: ", self.payment_id)?;
        let accepted = if self.accepted { "accepted, but " } else { "" };
        match &self.said {
            Said::Accepted => f.write_str("accepted"),
            Said::Rejected(code) => write!(f, "code {code}"),
            Said::Stands(word) => f.write_str(word),
            Said::Http(status) => write!(f, "{accepted}HTTP {status}"),
            Said::Garbage => write!(f, "{accepted}unreadable"),
            Said::Nothing => write!(f, "{accepted}the connection broke"),
        }
    }
}
