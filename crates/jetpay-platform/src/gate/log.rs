//! What the Gate received and answered, for checks after a test, and events while the Gate runs.

use std::fmt;
use std::sync::Arc;

use jetpay_core::id::ProjectId;

use super::Millis;
use crate::client::NoAnswer;

/// A signed request about one payout or top-up and its answer, or a callback.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The time, in milliseconds since 1970.
    pub at: Millis,
    /// What was received or sent.
    pub kind: EntryKind,
    /// The project.
    pub project_id: ProjectId,
    /// The id of the payout. Empty when a status request names an unknown request id.
    pub payment_id: String,
    /// The account number in the body. For a status request: the account of the payout, if there is one.
    pub account: String,
    /// The body that was received or sent.
    pub body: Vec<u8>,
    /// What was answered, or the status in a callback.
    pub answer: Answer,
    /// Whether this request made the Gate accept a payout.
    pub accepted: bool,
    /// For a send: the number of earlier sends of the id.
    pub earlier_sends: usize,
    /// For a send: what the Gate answered since the previous send that allows this one.
    pub may_resend: Option<ResendReason>,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A payout was sent.
    Send,
    /// A request for the status of a payment id.
    Status,
    /// A request for the status of a request id.
    StatusOfRequest,
    /// A callback was taken for its first delivery.
    Callback,
}

/// The answer, as far as the merchant received it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Accepted.
    Accepted,
    /// `status: error` with this code.
    Rejected(u32),
    /// `payment.status`.
    Status(&'static str),
    /// `payment.status` of a top-up.
    TopUp(String),
    /// An HTTP status without a usable body.
    Http(u16),
    /// HTTP 200 with an unreadable body.
    Unreadable,
    /// No answer: the connection broke.
    None,
}

/// An answer that allows the merchant to send an id again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResendReason {
    /// 3061: the platform does not know the id.
    Unknown,
    /// 3613: a payout to the same customer with the same amount is in progress.
    InFlight,
    /// The status `error`.
    Error,
    /// HTTP 401, 403 or 429: the Gate did not process the request.
    Refused(u16),
}

impl Answer {
    /// Whether this answer to a request of this kind allows another send.
    pub(super) fn may_resend(&self, kind: EntryKind) -> Option<ResendReason> {
        match (kind, self) {
            (EntryKind::Send, Self::Rejected(3613)) => Some(ResendReason::InFlight),
            (EntryKind::Send, Self::Http(status @ (401 | 403 | 429))) => {
                Some(ResendReason::Refused(*status))
            }
            (EntryKind::Status | EntryKind::StatusOfRequest, Self::Rejected(3061)) => {
                Some(ResendReason::Unknown)
            }
            (_, Self::Status("error")) => Some(ResendReason::Error),
            _ => None,
        }
    }
}

impl LogEntry {
    /// An entry without an answer yet.
    pub(super) fn new(at: Millis, kind: EntryKind, project_id: ProjectId, body: &[u8]) -> Self {
        Self {
            at,
            kind,
            project_id,
            payment_id: String::new(),
            account: String::new(),
            body: body.to_owned(),
            answer: Answer::None,
            accepted: false,
            earlier_sends: 0,
            may_resend: None,
        }
    }

    /// Whether an id was sent again although no answer allowed it. Such a send can pay twice.
    #[must_use]
    pub fn is_unsafe_resend(&self) -> bool {
        self.kind == EntryKind::Send && self.earlier_sends > 0 && self.may_resend.is_none()
    }
}

impl fmt::Debug for LogEntry {
    /// Hides the account and the body, which are the payee's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogEntry")
            .field("at", &self.at)
            .field("what", &self.kind)
            .field("payment_id", &self.payment_id)
            .field("answer", &self.answer)
            .field("accepted", &self.accepted)
            .field("earlier_sends", &self.earlier_sends)
            .field("may_resend", &self.may_resend)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for LogEntry {
    /// One line for an operator: `payout p-1: accepted`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            EntryKind::Send => "payout",
            EntryKind::Status => "status of",
            EntryKind::StatusOfRequest => "status of the request of",
            EntryKind::Callback => "callback of",
        };
        write!(f, "{what} {}: ", self.payment_id)?;
        let accepted = if self.accepted { "accepted, but " } else { "" };
        match &self.answer {
            Answer::Accepted => f.write_str("accepted"),
            Answer::Rejected(code) => write!(f, "code {code}"),
            Answer::Status(status) => f.write_str(status),
            Answer::TopUp(status) => write!(f, "the top-up is {status}"),
            Answer::Http(status) => write!(f, "{accepted}HTTP {status}"),
            Answer::Unreadable => write!(f, "{accepted}unreadable"),
            Answer::None => write!(f, "{accepted}the connection broke"),
        }
    }
}

/// Something happened at the Gate. The text names neither accounts nor customers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The Gate answered a request about a payout.
    Request(Box<LogEntry>),
    /// The Gate rejected a request before it looked at any payout.
    Rejected {
        /// The HTTP status of the answer.
        status: u16,
        /// `message` of the answer: what is wrong, without values.
        why: String,
    },
    /// The Data API answered a request.
    Reported {
        /// The HTTP status of the answer; none if the connection was dropped.
        status: Option<u16>,
    },
    /// A callback was sent.
    Delivered {
        /// The id of the payout.
        payment_id: String,
        /// `payment.status`.
        status: &'static str,
        /// The HTTP status of the answer. Any status but 200 leads to a repeat.
        answer: Result<u16, NoAnswer>,
    },
}

/// A function that is called for each event.
#[derive(Clone, Default)]
pub struct EventHandler(Option<Arc<dyn Fn(Event) + Send + Sync>>);

impl EventHandler {
    /// Calls `on_event` for each event, on any thread. It must return quickly.
    #[must_use]
    pub fn new(on_event: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(on_event)))
    }

    pub(super) fn call(&self, event: Event) {
        if let Some(on_event) = &self.0 {
            on_event(event);
        }
    }
}

impl fmt::Debug for EventHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let watched = self.0.is_some();
        f.debug_tuple("EventHandler").field(&watched).finish()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(entry) => entry.fmt(f),
            Self::Rejected { status, why } => write!(f, "turned down, HTTP {status}: {why}"),
            Self::Reported { status: Some(it) } => write!(f, "operations asked for: HTTP {it}"),
            Self::Reported { status: None } => {
                f.write_str("operations asked for: the connection broke")
            }
            Self::Delivered {
                payment_id,
                status,
                answer,
            } => {
                write!(f, "callback of {payment_id}, {status}: ")?;
                match answer {
                    Ok(200) => f.write_str("acknowledged"),
                    Ok(answer) => write!(f, "HTTP {answer}, will be repeated"),
                    Err(_) => f.write_str("no answer, will be repeated"),
                }
            }
        }
    }
}
