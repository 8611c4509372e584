//! Taking a payout up: what is done now, and what is kept before it is done.

use jetpay_core::id::{PaymentId, ProjectId};

use super::change::About;
use super::pace::after;
use super::{Change, GateAddress, Next, Pace, PayoutState, Standing, StepKind};
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
    /// What is to be done now at this Gate, and what must be kept before it is begun. No errand: nothing is to be done,
    /// or not yet, or not here.
    #[must_use]
    pub fn take_up(
        &self,
        at: &GateAddress,
        now: Millis,
        pace: &Pace,
    ) -> Option<(Option<Errand>, Change)> {
        let (next, due) = self.next?;
        if due > now {
            return None;
        }
        let mut change = Change::none(self);
        if self.gate.as_ref().is_some_and(|gate| !at.is(gate)) {
            change.wait_for_its_gate(after(now, pace.longest_wait));
            return Some((None, change));
        }
        let standing = &mut change.standing;
        standing.turn += 1;
        // If nobody comes back with an answer, the platform is asked: a send that was cut off may have arrived.
        standing.next = Some((Next::Ask, after(now, pace.lease())));
        if next == Next::Send {
            standing.state = PayoutState::Unknown;
            standing.sends += 1;
            standing.sending_until = Some(after(now, pace.lease()));
            standing.gate.get_or_insert_with(|| at.as_str().to_owned());
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
        Some((Some(errand), change))
    }
}

impl Change {
    /// The service may be configured for its Gate again: look again then.
    fn wait_for_its_gate(&mut self, until: Millis) {
        let next = self.standing.next.map(|(next, _)| (next, until));
        self.standing.next = next;
        if !self.standing.elsewhere {
            self.standing.elsewhere = true;
            let gate = self.standing.gate.clone();
            let message = gate.as_deref();
            self.note(
                StepKind::Elsewhere,
                About {
                    message,
                    ..About::default()
                },
            );
            self.alarm(AlarmKind::PayoutOfAnotherGate, None);
        }
    }
}
