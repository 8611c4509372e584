//! What an operator decides about a payout without an outcome.

use jetpay_rules::closed_words;

use crate::model::{Millis, ResolveError};
use crate::payout::decision::{PayoutDecision, StepDetails};
use crate::payout::retry_policy::RetryPolicy;
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

closed_words! {
    /// What the operator learned from the platform's support.
    PayoutResolution {
        /// The money left.
        Paid = "paid",
        /// It did not, and will not.
        Declined = "declined",
    }
}

impl PayoutSnapshot {
    /// What follows when an operator says how the payout ended.
    ///
    /// # Errors
    /// [`ResolveError`]: nothing follows.
    pub fn resolve(
        &self,
        resolution: PayoutResolution,
        reason: &str,
        now: Millis,
    ) -> Result<PayoutDecision, ResolveError> {
        if !self.state.is_open() {
            return Err(ResolveError::PayoutEnded);
        }
        let by_hand = self.state == PayoutState::SentByHand;
        if resolution == PayoutResolution::Paid && self.sends == 0 && !by_hand {
            return Err(ResolveError::NeverSent);
        }
        // No lease of any configuration reaches as far ahead as the default policy allows: beyond that, a clock was wrong.
        let policy = RetryPolicy::default();
        let sending = |until: Millis| now < until && !policy.is_ahead(until, now);
        if self.sending_until.is_some_and(sending) {
            return Err(ResolveError::BeingSent);
        }
        let mut decision = PayoutDecision::none(self);
        // A server that was paused meanwhile has an older fencing token.
        decision.snapshot.fencing_token += 1;
        let details = StepDetails {
            message: Some(reason),
            ..StepDetails::default()
        };
        match resolution {
            PayoutResolution::Paid => decision.pay(details),
            PayoutResolution::Declined => decision.release(StepKind::Declined, details),
        }
        Ok(decision)
    }
}
