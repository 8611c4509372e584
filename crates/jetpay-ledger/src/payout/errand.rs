//! Taking a payout up: what is done now, and what is kept before it is done.

use jetpay_core::id::{PaymentId, ProjectId};

use super::change::About;
use super::pace::after;
use super::{Change, Next, Pace, PayoutState, Standing, StepKind};
use crate::alarm::AlarmKind;
use crate::millis::Millis;

/// What is to be done now. Nobody else does it meanwhile, unless it takes longer than [`Pace::lease`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Send it: what is kept says already that it was sent.
    Send,
    /// Ask the platform about it.
    Ask,
}

/// A payout that was taken up: whoever got this does the errand, and records what came of it with this turn.
///
/// The request holds the payer's data; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct TakenUp {
    /// Our id of it.
    pub payment_id: PaymentId,
    /// The project that pays.
    pub project_id: ProjectId,
    /// The payment method's name.
    pub method: String,
    /// What is to be done.
    pub errand: Errand,
    /// Whose turn it is.
    pub turn: i64,
    /// The request as it is sent each time, as JSON without a signature; none for asking.
    pub request: Option<String>,
}

impl std::fmt::Debug for TakenUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TakenUp")
            .field("payment_id", &self.payment_id)
            .field("errand", &self.errand)
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

impl Standing {
    /// What is to be done now, and what must be kept before it is begun. None: nothing, or not yet.
    #[must_use]
    pub fn take_up(&self, now: Millis, pace: &Pace) -> Option<(Errand, Change)> {
        let (next, due) = self.next?;
        if due > now {
            return None;
        }
        let mut change = Change::none(self);
        let standing = &mut change.standing;
        standing.turn += 1;
        // If nobody comes back with an answer, the platform is asked: a send that was cut off may have arrived.
        standing.next = Some((Next::Ask, after(now, pace.lease())));
        if next == Next::Send {
            standing.state = PayoutState::Unknown;
            standing.sends += 1;
            change.note(StepKind::Sent, About::default());
        }
        if !self.overdue && self.takes_too_long(now, pace) {
            change.standing.overdue = true;
            change.note(StepKind::Overdue, About::default());
            change.alarm(AlarmKind::PayoutOverdue, None);
        }
        let errand = match next {
            Next::Send => Errand::Send,
            Next::Ask => Errand::Ask,
        };
        Some((errand, change))
    }
}
