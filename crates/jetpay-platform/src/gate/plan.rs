//! What happens to a payout, as a script.

use std::time::Duration;

/// What happens to a payout. Every payment id goes through a copy of its own.
///
/// The lists say what happens in turn; what comes after the end of a list is the plain thing: sends are accepted,
/// questions answered, and what was accepted is paid.
///
/// ```
/// use jetpay_platform::gate::{Ending, OnSend, Plan};
///
/// // The connection breaks after the first send was accepted, and the payout is declined in the end.
/// let plan = Plan {
///     sends: vec![OnSend::DropAfter],
///     endings: vec![Ending::Decline { code: 20_000 }],
///     ..Plan::default()
/// };
/// # let _ = plan;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What happens to the first send, the second, and so on.
    pub sends: Vec<OnSend>,
    /// What happens to the first question about the status, the second, and so on.
    pub asks: Vec<OnAsk>,
    /// What becomes of it once accepted; the second is for when it was accepted anew, after
    /// [`Ending::Error`] or [`Ending::Forget`], and so on.
    pub endings: Vec<Ending>,
    /// From being accepted to the first thing that happens.
    pub after: Duration,
    /// From there to the second thing, when there is one: a reversal, a late success.
    pub later: Duration,
    /// How it is told in callbacks.
    pub telling: Telling,
}

/// What happens to one send. A send that would be accepted, of an id that is accepted already, is answered with
/// code 3041 in the same way: at once, slowly, with a broken connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnSend {
    /// Accepted, and answered at once.
    Accept,
    /// Accepted at once, and answered so much later.
    AcceptSlowly(Duration),
    /// The connection breaks, nothing was accepted.
    DropBefore,
    /// Accepted; then the connection breaks.
    DropAfter,
    /// This HTTP status and no more, nothing was accepted.
    FailBefore(u16),
    /// Accepted, and answered with this HTTP status and no more.
    FailAfter(u16),
    /// Accepted, and answered with HTTP 200 and what nobody can read.
    Garbage,
    /// Rejected by a code, usually 2xxx or 3xxx. Nothing was accepted.
    Reject {
        /// The code of the answer.
        code: u32,
    },
    /// Not even looked at: HTTP 401 (key), 403 (address) or 429 (too many).
    Refuse(u16),
    /// Rejected with 3613: the same customer and amount are under way.
    InFlight,
}

/// What happens to one question about the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnAsk {
    /// It is answered.
    Answer,
    /// It is answered so much later, with what was true when it came.
    Slowly(Duration),
    /// The connection breaks.
    Drop,
    /// This HTTP status and no more.
    Fail(u16),
    /// HTTP 200, and what nobody can read.
    Garbage,
}

/// What becomes of a payout that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// Paid.
    Succeed,
    /// Declined: final.
    Decline {
        /// `operation.code`.
        code: u32,
    },
    /// The status `error`: final, and the same id may be sent again.
    Error,
    /// Paid; later it comes back.
    SucceedThenReverse,
    /// Declined; later it is paid after all, by an operation of its own. Nothing says that the platform never does it.
    DeclineThenSucceed,
    /// The platform forgets it: its status is 3061, and the same id is taken as new.
    Forget,
    /// Stays `external processing` for so long with this code, one of those that say to wait; then it is paid.
    Linger {
        /// 9999, 19999, 29999, 20802 or 20899.
        code: u32,
        /// How long, after [`Plan::after`].
        how_long: Duration,
    },
    /// Stays `processing` for ever.
    Never,
}

/// How the platform tells what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// How many callbacks each fact gets even when they are acknowledged. None: only the status knows.
    pub times: u32,
    /// Between two callbacks of one fact. The dates in the second differ by a second, as they may.
    pub gap: Duration,
    /// From a fact to its first callback.
    pub delay: Duration,
    /// Whether there is a callback that it is under way.
    pub processing: bool,
    /// Whether the last fact is told first, and the others after it.
    pub backwards: bool,
}

impl Default for Plan {
    /// Accepted and answered at once, paid after a second, and told once.
    fn default() -> Self {
        Self {
            sends: Vec::new(),
            asks: Vec::new(),
            endings: Vec::new(),
            after: Duration::from_secs(1),
            later: Duration::from_secs(5),
            telling: Telling::default(),
        }
    }
}

impl Default for Telling {
    fn default() -> Self {
        Self {
            times: 1,
            gap: Duration::from_secs(1),
            delay: Duration::ZERO,
            processing: false,
            backwards: false,
        }
    }
}

impl Plan {
    /// This happens to the first send; the others are accepted.
    #[must_use]
    pub fn once(send: OnSend) -> Self {
        Self {
            sends: vec![send],
            ..Self::default()
        }
    }

    /// Accepted, and then this; when it is accepted anew, it is paid.
    #[must_use]
    pub fn ending(ending: Ending) -> Self {
        Self {
            endings: vec![ending],
            ..Self::default()
        }
    }

    /// The same with all times divided, for tests that use a real clock.
    ///
    /// # Panics
    /// When `by` is 0.
    #[must_use]
    pub fn hurried(mut self, by: u32) -> Self {
        for send in &mut self.sends {
            if let OnSend::AcceptSlowly(time) = send {
                *time /= by;
            }
        }
        for ask in &mut self.asks {
            if let OnAsk::Slowly(time) = ask {
                *time /= by;
            }
        }
        for ending in &mut self.endings {
            if let Ending::Linger { how_long, .. } = ending {
                *how_long /= by;
            }
        }
        let Telling { gap, delay, .. } = &mut self.telling;
        for time in [&mut self.after, &mut self.later, gap, delay] {
            *time /= by;
        }
        self
    }

    pub(super) fn on_send(&self, number: usize) -> OnSend {
        self.sends.get(number).copied().unwrap_or(OnSend::Accept)
    }

    pub(super) fn on_ask(&self, number: usize) -> OnAsk {
        self.asks.get(number).copied().unwrap_or(OnAsk::Answer)
    }

    pub(super) fn ending_of(&self, accepted: usize) -> Ending {
        self.endings
            .get(accepted)
            .copied()
            .unwrap_or(Ending::Succeed)
    }
}
