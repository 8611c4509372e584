//! What a person decides about a payout whose outcome nobody tells.

use super::change::About;
use super::{Change, Standing, StepKind};
use crate::millis::Millis;
use crate::words::closed_words;

closed_words! {
    /// What a person found out from the platform's support.
    Ending {
        /// The money left.
        Paid = "paid",
        /// It did not, and will not.
        Declined = "declined",
    }
}

/// Why a person's word about a payout is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettleable {
    /// It has an outcome.
    Ended,
    /// It was never sent, so that nobody can have paid it.
    NeverSent,
    /// It is being sent right now.
    Sending,
}

impl Standing {
    /// What follows when a person says how it ended.
    ///
    /// # Errors
    /// [`Unsettleable`]: nothing follows.
    pub fn settle(
        &self,
        ending: Ending,
        reason: &str,
        now: Millis,
    ) -> Result<Change, Unsettleable> {
        if !self.state.is_open() {
            return Err(Unsettleable::Ended);
        }
        if ending == Ending::Paid && self.sends == 0 {
            return Err(Unsettleable::NeverSent);
        }
        if self.sending_until.is_some_and(|until| now < until) {
            return Err(Unsettleable::Sending);
        }
        let mut change = Change::none(self);
        // Whatever a server learns that was paused meanwhile comes from an older turn.
        change.standing.turn += 1;
        let about = About {
            message: Some(reason),
            ..About::default()
        };
        match ending {
            Ending::Paid => change.pay(about),
            Ending::Declined => change.release(StepKind::Declined, about),
        }
        Ok(change)
    }
}
