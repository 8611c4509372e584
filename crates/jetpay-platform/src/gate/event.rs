//! What happens at a Gate behind HTTP, for whoever looks on.

use std::fmt;
use std::sync::Arc;

use super::seen::Seen;
use crate::exchange::NoAnswer;

/// What happened. Its text names neither accounts nor customers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A request about a payout was taken.
    Asked(Box<Seen>),
    /// A request was turned down before any payout was looked at, with this HTTP status.
    TurnedDown {
        /// The HTTP status of the answer.
        status: u16,
        /// `message` of the answer: what is wrong, without values.
        why: String,
    },
    /// A callback was sent.
    Delivered {
        /// The payout.
        payment_id: String,
        /// `payment.status`.
        status: &'static str,
        /// The HTTP status of the answer; anything but 200 repeats it.
        answer: Result<u16, NoAnswer>,
    },
}

/// Who is told of events.
#[derive(Clone, Default)]
pub struct Watch(Option<Arc<dyn Fn(Event) + Send + Sync>>);

impl Watch {
    /// Calls this for each event, from whatever thread it happens on: it should be quick.
    #[must_use]
    pub fn new(on_event: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(on_event)))
    }

    pub(super) fn tell(&self, event: Event) {
        if let Some(on_event) = &self.0 {
            on_event(event);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let watched = self.0.is_some();
        f.debug_tuple("Watch").field(&watched).finish()
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(seen) => seen.fmt(f),
            Self::TurnedDown { status, why } => write!(f, "turned down, HTTP {status}: {why}"),
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
