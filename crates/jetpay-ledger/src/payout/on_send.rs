//! The outcome of sending a payout.

use jetpay_core::operation_code::OperationCode;

use super::Action;
use crate::model::{AlarmKind, Millis};
use crate::payout::decision::{PayoutDecision, StepDetails};
use crate::payout::retry_policy::{RetryPolicy, after};
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

/// The outcome of sending a payout. Its texts hold no payer's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The platform has the payout: it says so, or it knows the id already (3041).
    Accepted {
        /// The platform's id of the request.
        request_id: Option<String>,
    },
    /// The platform refuses the payout. It must not be sent again.
    Rejected {
        /// Why.
        code: Option<OperationCode>,
        /// The same in words.
        message: String,
    },
    /// The platform did not accept the payout now (3613, HTTP 401, 403, 429). Send the same id later.
    NotNow {
        /// Why.
        code: Option<OperationCode>,
        /// The same in words.
        message: String,
    },
    /// It is not known whether the platform has the payout.
    Unknown {
        /// What went wrong.
        reason: String,
    },
}

impl PayoutSnapshot {
    /// What follows from the outcome of the send that this fencing token began.
    #[must_use]
    pub fn on_send(
        &self,
        fencing_token: i64,
        outcome: &SendOutcome,
        now: Millis,
        policy: &RetryPolicy,
    ) -> PayoutDecision {
        let mut decision = PayoutDecision::none(self);
        let mine = fencing_token == self.fencing_token;
        if mine {
            decision.snapshot.sending_until = None;
        }
        match outcome {
            SendOutcome::Accepted { request_id } => {
                decision.snapshot.request_id = self.request_id.clone().or(request_id.clone());
                self.was_accepted(&mut decision, mine, after(now, policy.query_after));
            }
            // Another server has leased it since, a callback was faster, or an operator must look: too late to act.
            _ if !mine || self.state != PayoutState::Unknown || self.next.is_none() => {}
            SendOutcome::Rejected { code, message } => {
                if self.taken {
                    // The platform had accepted it, then did not know it, and refuses it now: an operator should ask.
                    decision.alarm(AlarmKind::PayoutContradicts, StepDetails::default());
                }
                decision.release(StepKind::Rejected, details(code.as_ref(), message));
            }
            SendOutcome::NotNow { code, message } => {
                decision.send_again(after(now, policy.wait(self.waits, self.overdue)));
                decision.snapshot.waits += 1;
                decision.note(StepKind::Postponed, details(code.as_ref(), message));
            }
            SendOutcome::Unknown { reason } => {
                decision.snapshot.next =
                    Some((Action::QueryStatus, after(now, policy.query_after)));
                decision.note(StepKind::Unknown, details(None, reason));
            }
        }
        decision
    }

    /// The platform has the payout.
    fn was_accepted(&self, decision: &mut PayoutDecision, mine: bool, query_at: Millis) {
        match self.state {
            PayoutState::Created | PayoutState::Unknown | PayoutState::SentByHand
                if self.next.is_some() =>
            {
                decision.snapshot.waits = 0;
                // Another server may have leased it meanwhile. What that server learns is older than this, but its send may
                // still be under way.
                decision.snapshot.fencing_token += i64::from(!mine);
                let sending_until = decision.snapshot.sending_until;
                decision.accepted(sending_until.map_or(query_at, |until| until.max(query_at)));
                decision.note(StepKind::Accepted, StepDetails::default());
            }
            // A callback may be faster than the answer. But if another answer, an operator, or a callback of an earlier
            // try released the money, the platform must not have the payout.
            PayoutState::Declined | PayoutState::Rejected if !mine || self.sends > 1 => {
                decision.note(StepKind::Accepted, StepDetails::default());
                decision.alarm(AlarmKind::AcceptedAfterRelease, StepDetails::default());
            }
            _ => {}
        }
    }
}

fn details<'a>(code: Option<&'a OperationCode>, message: &'a str) -> StepDetails<'a> {
    StepDetails {
        operation_id: None,
        amount: None,
        code,
        message: Some(message),
    }
}
