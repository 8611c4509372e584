//! What came of sending.

use jetpay_core::operation_code::OperationCode;

use super::change::About;
use super::pace::after;
use super::{Change, Next, Pace, PayoutState, Standing, StepKind};
use crate::alarm::AlarmKind;
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
        if mine {
            change.standing.sending_until = None;
        }
        match outcome {
            SendOutcome::Accepted { request_id } => {
                change.standing.request_id = self.request_id.clone().or(request_id.clone());
                self.was_accepted(&mut change, mine, after(now, pace.ask_after));
            }
            // Somebody else took it up since, a callback was faster, or a person must look: too late to act on.
            _ if !mine || self.state != PayoutState::Unknown || self.next.is_none() => {}
            SendOutcome::Rejected { code, message } => {
                if self.taken {
                    // It was taken before, then not known, and now it is refused: a person should ask.
                    change.alarm(AlarmKind::PayoutContradicts, None);
                }
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

    /// The platform has it, whoever's answer says so.
    fn was_accepted(&self, change: &mut Change, mine: bool, ask_at: Millis) {
        match self.state {
            PayoutState::Created | PayoutState::Unknown if self.next.is_some() => {
                change.standing.waits = 0;
                // What others learn who took it up meanwhile is older than this; but a send of theirs may be under way.
                change.standing.turn += i64::from(!mine);
                let sending_until = change.standing.sending_until;
                change.accepted(sending_until.map_or(ask_at, |until| until.max(ask_at)));
                change.note(StepKind::Accepted, About::default());
            }
            // A callback may be faster than the answer. But after another answer, a person, or a callback of an earlier
            // try released the money, the platform must not have it.
            PayoutState::Declined | PayoutState::Rejected if !mine || self.sends > 1 => {
                change.note(StepKind::Accepted, About::default());
                change.alarm(AlarmKind::AcceptedAfterRelease, None);
            }
            _ => {}
        }
    }
}

fn about<'a>(code: Option<&'a OperationCode>, message: &'a str) -> About<'a> {
    About {
        operation_id: None,
        code,
        message: Some(message),
    }
}
