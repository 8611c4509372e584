//! What happens to a payout, as a script.

use std::time::Duration;

/// What happens to a payout. Every payment id has its own copy of the plan.
///
/// Each list says what happens first, second and so on. After the end of a list, sends are accepted, status requests
/// are answered, and accepted payouts are paid.
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
    /// What happens to each send.
    pub sends: Vec<OnSend>,
    /// What happens to each status request.
    pub status_requests: Vec<OnStatus>,
    /// How each attempt ends. There is a second attempt when the payout is accepted again after [`Ending::Error`] or
    /// [`Ending::Forget`], and so on.
    pub endings: Vec<Ending>,
    /// The time from the acceptance to the first transition.
    pub after: Duration,
    /// The time from there to the second transition, such as a reversal or a late success.
    pub later: Duration,
    /// Which callbacks are sent.
    pub callbacks: CallbackPlan,
}

/// What happens to one send. When the id is accepted already, a send that would be accepted gets code 3041 in the same
/// way: at once, late, or with a broken connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnSend {
    /// The Gate accepts it and answers at once.
    Accept,
    /// The Gate accepts it at once and answers after this time.
    AcceptSlowly(Duration),
    /// The connection breaks before the Gate accepts anything.
    DropBefore,
    /// The Gate accepts it; then the connection breaks.
    DropAfter,
    /// The Gate answers with this HTTP status only and accepts nothing.
    FailBefore(u16),
    /// The Gate accepts it and answers with this HTTP status only.
    FailAfter(u16),
    /// The Gate accepts it and answers with HTTP 200 and an unreadable body.
    Unreadable,
    /// The Gate rejects it with a code, usually 2xxx or 3xxx.
    Reject {
        /// The code of the answer.
        code: u32,
    },
    /// The Gate refuses to process it: HTTP 401 (key), 403 (address) or 429 (too many requests).
    Refuse(u16),
    /// The Gate rejects it with 3613: a payout to the same customer with the same amount is in progress.
    InFlight,
}

/// What happens to one status request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStatus {
    /// The Gate answers.
    Answer,
    /// The Gate answers after this time, with the status at the time of the request.
    Slowly(Duration),
    /// The connection breaks.
    Drop,
    /// The Gate answers with this HTTP status only.
    Fail(u16),
    /// The Gate answers with HTTP 200 and an unreadable body.
    Unreadable,
}

/// How an accepted payout ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// Paid.
    Succeed,
    /// Declined, which is final.
    Decline {
        /// `operation.code`.
        code: u32,
    },
    /// The status `error`, which is final and allows another send of the same id.
    Error,
    /// Paid, and reversed later.
    SucceedThenReverse,
    /// Declined, and later paid by another operation. No document rules this out.
    DeclineThenSucceed,
    /// The platform forgets the payout: its status is 3061, and the same id counts as new.
    Forget,
    /// `external processing` for a while, with a code that asks the merchant to wait; then paid.
    Linger {
        /// 9999, 19999, 29999, 20802 or 20899.
        code: u32,
        /// How long, counted from the end of [`Plan::after`].
        how_long: Duration,
    },
    /// `processing` for ever.
    Never,
}

/// Which callbacks the platform sends about a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackPlan {
    /// How many callbacks each transition gets, even when they are acknowledged. With 0, only a status request shows
    /// the outcome.
    pub times: u32,
    /// The time between two callbacks about the same transition. Their dates differ by a second.
    pub gap: Duration,
    /// The time from a transition to its first callback.
    pub delay: Duration,
    /// Whether there is also a callback about `processing`.
    pub processing: bool,
    /// Whether the last transition is reported first.
    pub backwards: bool,
}

impl Default for Plan {
    /// Accepted and answered at once, paid after a second, and reported by one callback.
    fn default() -> Self {
        Self {
            sends: Vec::new(),
            status_requests: Vec::new(),
            endings: Vec::new(),
            after: Duration::from_secs(1),
            later: Duration::from_secs(5),
            callbacks: CallbackPlan::default(),
        }
    }
}

impl Default for CallbackPlan {
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
    /// This happens to the first send; later ones are accepted.
    #[must_use]
    pub fn once(send: OnSend) -> Self {
        Self {
            sends: vec![send],
            ..Self::default()
        }
    }

    /// The first attempt ends like this; later ones are paid.
    #[must_use]
    pub fn ending(ending: Ending) -> Self {
        Self {
            endings: vec![ending],
            ..Self::default()
        }
    }

    /// Divides all times, for tests with a real clock.
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
        for ask in &mut self.status_requests {
            if let OnStatus::Slowly(time) = ask {
                *time /= by;
            }
        }
        for ending in &mut self.endings {
            if let Ending::Linger { how_long, .. } = ending {
                *how_long /= by;
            }
        }
        let CallbackPlan { gap, delay, .. } = &mut self.callbacks;
        for time in [&mut self.after, &mut self.later, gap, delay] {
            *time /= by;
        }
        self
    }

    pub(super) fn on_send(&self, number: usize) -> OnSend {
        self.sends.get(number).copied().unwrap_or(OnSend::Accept)
    }

    pub(super) fn on_status(&self, number: usize) -> OnStatus {
        self.status_requests
            .get(number)
            .copied()
            .unwrap_or(OnStatus::Answer)
    }

    pub(super) fn ending_of(&self, accepted: usize) -> Ending {
        self.endings
            .get(accepted)
            .copied()
            .unwrap_or(Ending::Succeed)
    }
}
