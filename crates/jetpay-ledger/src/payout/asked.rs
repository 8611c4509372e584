//! What came of asking the platform for the status.

use jetpay_core::Money;
use jetpay_core::codes::OperationCode;
use jetpay_core::id::OperationId;
use jetpay_core::words::{OperationStatus, OperationType, PaymentStatus};

use super::change::About;
use super::pace::after;
use super::{Change, News, Pace, Standing, StepKind};
use crate::millis::Millis;

/// What came of asking the platform for the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusAnswer {
    /// It does not know the id (3061).
    NotKnown,
    /// It did not say.
    Unanswered,
    /// It told where the payout stands.
    Told {
        /// The whole payout.
        payment_status: PaymentStatus,
        /// What was done about it, in the platform's order.
        operations: Vec<StatusOperation>,
    },
}

/// An operation in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusOperation {
    /// The platform's number.
    pub id: OperationId,
    /// Payout, reversal and so on.
    pub kind: OperationType,
    /// How it ended, if it did.
    pub status: OperationStatus,
    /// How much, in minor units, if it says so.
    pub amount: Option<Money>,
    /// Why it ended so.
    pub code: Option<OperationCode>,
    /// The same in words.
    pub message: Option<String>,
}

impl Standing {
    /// What follows from the answer to the question that was begun at `turn`.
    #[must_use]
    pub fn asked(&self, turn: i64, answer: &StatusAnswer, now: Millis, pace: &Pace) -> Change {
        let mut change = Change::none(self);
        let mine = turn == self.turn && self.next.is_some();
        match answer {
            StatusAnswer::NotKnown | StatusAnswer::Unanswered if !mine => {}
            StatusAnswer::NotKnown => {
                change.note(StepKind::NotKnown, About::default());
                change.send_again(self.resend_at(now, pace));
            }
            StatusAnswer::Unanswered => change.ask_later(now, pace),
            StatusAnswer::Told {
                payment_status,
                operations,
            } => {
                change = self.told_by_status(payment_status, operations);
                if mine && change.standing.state.is_open() {
                    if change.is_error(payment_status, operations) {
                        self.ended_with_error(&mut change, operations, now, pace);
                    } else if change.standing.next.is_some() {
                        change.known(now, pace);
                    }
                }
            }
        }
        change
    }

    fn told_by_status(
        &self,
        payment_status: &PaymentStatus,
        operations: &[StatusOperation],
    ) -> Change {
        let mut change = Change::none(self);
        if operations.is_empty() {
            let news = News {
                payment_status,
                operation: None,
            };
            change.told(&news);
        }
        for operation in operations {
            let news = News {
                payment_status,
                operation: Some(operation),
            };
            change.told(&news);
        }
        change
    }

    /// The first time at once, then later each time: a platform that forgets for ever is not sent to for ever.
    fn resend_at(&self, now: Millis, pace: &Pace) -> Millis {
        match self.sends {
            0 | 1 => now,
            sends => after(now, pace.wait(sends - 2, self.overdue)),
        }
    }

    /// The same id may be sent again; not for ever.
    fn ended_with_error(
        &self,
        change: &mut Change,
        operations: &[StatusOperation],
        now: Millis,
        pace: &Pace,
    ) {
        let last = operations.last();
        let about = About {
            operation_id: last.map(|operation| operation.id),
            code: last.and_then(|operation| operation.code.as_ref()),
            message: last.and_then(|operation| operation.message.as_deref()),
        };
        if self.takes_too_long(now, pace) {
            change.release(StepKind::Declined, about);
        } else {
            change.note(StepKind::Error, about);
            change.send_again(after(now, pace.wait(self.sends - 1, self.overdue)));
        }
    }
}

impl Change {
    /// The platform has it, and there is no outcome yet.
    fn known(&mut self, now: Millis, pace: &Pace) {
        if self.standing.state != super::PayoutState::Accepted {
            self.note(StepKind::Accepted, About::default());
        }
        self.accepted(now);
        self.ask_later(now, pace);
    }

    fn ask_later(&mut self, now: Millis, pace: &Pace) {
        let wait = pace.wait(self.standing.waits, self.standing.overdue);
        self.standing.waits += 1;
        self.standing.next = Some((super::Next::Ask, after(now, wait)));
    }
}
