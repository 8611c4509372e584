//! What came of sending.

use jetpay_core::codes::OperationCode;

use super::change::About;
use super::pace::after;
use super::{Change, Next, Pace, PayoutState, Standing, StepKind};
use crate::millis::Millis;

/// What came of sending a payout. Texts hold no payer's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The platform has it: by its answer, or because it knows the id already (3041).
    Accepted {
        /// The platform's id of the request.
        request_id: Option<String>,
    },
    /// The platform will not take it: it must not be sent again.
    Rejected {
        /// Why.
        code: Option<OperationCode>,
        /// The same in words.
        message: String,
    },
    /// The platform did not take it now (3613, HTTP 401, 403, 429): the same id later.
    NotNow {
        /// Why.
        code: Option<OperationCode>,
        /// The same in words.
        message: String,
    },
    /// Nobody knows.
    Unknown {
        /// What went wrong.
        reason: String,
    },
}

impl Standing {
    /// What follows from the outcome of the send that was begun at `turn`.
    #[must_use]
    pub fn sent(&self, turn: i64, outcome: &SendOutcome, now: Millis, pace: &Pace) -> Change {
        let mut change = Change::none(self);
        let mine = turn == self.turn;
        match outcome {
            SendOutcome::Accepted { request_id } => {
                if matches!(self.state, PayoutState::Created | PayoutState::Unknown) {
                    change.standing.waits = 0;
                    change.accepted(after(now, pace.ask_after));
                    change.note(StepKind::Accepted, About::default());
                }
                if change.standing.request_id.is_none() {
                    change.standing.request_id.clone_from(request_id);
                }
            }
            // Somebody else took it up since, or a callback was faster: this answer is too old to act on.
            _ if !mine || self.state != PayoutState::Unknown => {}
            SendOutcome::Rejected { code, message } => {
                change.release(StepKind::Rejected, about(code.as_ref(), message));
            }
            SendOutcome::NotNow { code, message } => {
                change.send_again(after(now, pace.wait(self.waits, self.overdue)));
                change.standing.waits += 1;
                change.note(StepKind::Postponed, about(code.as_ref(), message));
            }
            SendOutcome::Unknown { reason } => {
                change.standing.next = Some((Next::Ask, after(now, pace.ask_after)));
                change.note(StepKind::Unknown, about(None, reason));
            }
        }
        change
    }
}

fn about<'a>(code: Option<&'a OperationCode>, message: &'a str) -> About<'a> {
    About {
        operation_id: None,
        code,
        message: Some(message),
    }
}
