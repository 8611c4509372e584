//! What a person decides about a payout whose outcome nobody tells.

use super::change::About;
use super::{Change, PayoutState, Standing, StepKind};
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

impl Standing {
    /// What follows when a person says how it ended. None: it has ended already.
    #[must_use]
    pub fn settle(&self, ending: Ending, reason: &str) -> Option<Change> {
        if !self.state.is_open()
            || (self.state == PayoutState::Created && ending == Ending::Paid && self.sends == 0)
        {
            return None;
        }
        let mut change = Change::none(self);
        let about = About {
            message: Some(reason),
            ..About::default()
        };
        match ending {
            Ending::Paid => change.pay(about),
            Ending::Declined => change.release(StepKind::Declined, about),
        }
        Some(change)
    }
}
