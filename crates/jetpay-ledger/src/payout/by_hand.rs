//! A payout that a person sends: it is written to a file, which the person uploads in the platform's Dashboard.

use crate::model::Millis;
use crate::payout::Action;
use crate::payout::decision::{PayoutDecision, StepDetails};
use crate::payout::retry_policy::{RetryPolicy, after};
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

/// Why a payout cannot be written to a file that a person uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ByHandError {
    /// No payout has this id.
    #[error("there is no payout with this id")]
    NoSuchPayout,
    /// The payout was sent and its outcome is open, or the platform has or had it.
    #[error("it was sent already, or may have been: the platform may have it")]
    MayBeSent,
    /// The payout was written to a file before.
    #[error("it was written to a file before; write the same file again with --again")]
    SentByHand,
    /// A file is to be written again, and the payout was in none.
    #[error("it was never written to a file; leave out --again")]
    NeverByHand,
    /// The payout has an outcome.
    #[error("it has ended already")]
    Ended,
}

/// Which payouts are written to a file that a person uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// All that are named, for the first time. If one may not be in a file, none is.
    All,
    /// Those of the named ones that may be in a file, for the first time.
    Possible,
    /// All that are named, again: the file was lost.
    Again,
}

impl PayoutSnapshot {
    /// What follows when a person is about to send the payout by a file. From then on no server sends it. `again`: the file
    /// was lost and is written a second time.
    ///
    /// # Errors
    /// [`ByHandError`]: the platform may have the payout, so nothing follows and the payout must not be in the file.
    pub fn send_by_hand(
        &self,
        again: bool,
        now: Millis,
        policy: &RetryPolicy,
    ) -> Result<PayoutDecision, ByHandError> {
        // A lease that lies further ahead than any was stored while a clock was wrong.
        let is_being_sent = |until: Millis| now < until && !policy.is_ahead(until, now);
        match self.state {
            PayoutState::Created if again => return Err(ByHandError::NeverByHand),
            // The next action is missing when an operator must look at the payout.
            PayoutState::Created
                if self.taken
                    || self.error_by.is_some()
                    || self.next.is_none()
                    || self.sending_until.is_some_and(is_being_sent) =>
            {
                return Err(ByHandError::MayBeSent);
            }
            PayoutState::SentByHand if self.taken || self.next.is_none() => {
                return Err(ByHandError::MayBeSent);
            }
            PayoutState::SentByHand if !again => return Err(ByHandError::SentByHand),
            PayoutState::Created | PayoutState::SentByHand => {}
            PayoutState::Unknown | PayoutState::Accepted => return Err(ByHandError::MayBeSent),
            PayoutState::Paid
            | PayoutState::Declined
            | PayoutState::Rejected
            | PayoutState::Reversed => return Err(ByHandError::Ended),
        }
        let mut decision = PayoutDecision::none(self);
        let snapshot = &mut decision.snapshot;
        snapshot.state = PayoutState::SentByHand;
        // What a slow server learns about an older send permits nothing.
        snapshot.fencing_token += 1;
        snapshot.waits = 0;
        snapshot.next = Some((Action::QueryStatus, after(now, policy.longest_wait)));
        decision.note(StepKind::SentByHand, StepDetails::default());
        Ok(decision)
    }
}
