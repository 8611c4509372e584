//! What came of asking the platform for the status.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{
    OperationStatus, OperationType, PaymentStatus, PaymentType, StatusClass,
};

use super::change::About;
use super::pace::after;
use super::{Change, News, Pace, PayoutState, Standing, StepKind};
use crate::alarm::AlarmKind;
use crate::millis::Millis;

/// What came of asking the platform for the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusAnswer {
    /// It does not know the id (3061).
    NotKnown,
    /// It did not say.
    Unanswered {
        /// Why, without a payer's data.
        reason: String,
    },
    /// It told where the payout stands.
    Told(Status),
}

/// Where a payout stands at the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The whole payout.
    pub payment_status: PaymentStatus,
    /// Payout, if it says so.
    pub payment_type: Option<PaymentType>,
    /// How much, in minor units, if it says so: what is left after reversals.
    pub sum: Option<Money>,
    /// What was done about it, in the platform's order.
    pub operations: Vec<StatusOperation>,
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
    /// Why it ended so. The platform's words beside it may name the payer, and are not kept.
    pub code: Option<OperationCode>,
}

impl Standing {
    /// What follows from the answer to the question that was begun at `turn`.
    #[must_use]
    pub fn asked(&self, turn: i64, answer: &StatusAnswer, now: Millis, pace: &Pace) -> Change {
        let mut change = Change::none(self);
        let mine = turn == self.turn && self.next.is_some();
        match answer {
            StatusAnswer::NotKnown | StatusAnswer::Unanswered { .. } if !mine => {}
            StatusAnswer::NotKnown => {
                change.note(StepKind::NotKnown, About::default());
                change.send_again(self.resend_at(now, pace));
            }
            StatusAnswer::Unanswered { .. } => change.ask_later(now, pace),
            StatusAnswer::Told(status) => {
                change.told_by_status(status);
                if !self.state.is_open()
                    && status.payment_status.class() == StatusClass::Intermediate
                {
                    // A person, or another answer, released the money, and the platform is at work.
                    let released =
                        matches!(self.state, PayoutState::Declined | PayoutState::Rejected);
                    if released {
                        change.alarm(AlarmKind::AcceptedAfterRelease, None);
                    }
                }
                if mine && change.standing.state.is_open() && change.standing.next.is_some() {
                    match status.error() {
                        Some(error) if self.is_new(error) => {
                            self.ended_with_error(&mut change, error, now, pace);
                        }
                        _ => change.known(now, pace),
                    }
                }
            }
        }
        change
    }

    /// The first time at once, then later each time: a platform that forgets for ever is not sent to for ever.
    fn resend_at(&self, now: Millis, pace: &Pace) -> Millis {
        let at = match self.sends {
            0 | 1 => now,
            sends => after(now, pace.wait(sends - 2, self.overdue)),
        };
        // Not beside a send that may be under way.
        self.sending_until.map_or(at, |until| until.max(at))
    }

    /// Whether this `error` is leave to send it again: once the platform has taken another try, an old one is none.
    fn is_new(&self, error: Ended<'_>) -> bool {
        let later = |known| error.operation_id() > known;
        !self.taken || self.error_by.is_none_or(later)
    }

    /// The same id may be sent again; not for ever.
    fn ended_with_error(&self, change: &mut Change, error: Ended<'_>, now: Millis, pace: &Pace) {
        let about = About {
            operation_id: error.0.map(|operation| operation.id),
            code: error.0.and_then(|operation| operation.code.as_ref()),
            message: None,
        };
        change.standing.error_by = self.error_by.max(Some(error.operation_id()));
        change.standing.taken = false;
        if self.takes_too_long(now, pace) {
            change.release(StepKind::Declined, about);
        } else {
            change.note(StepKind::Error, about);
            change.send_again(after(now, pace.wait(self.sends - 1, self.overdue)));
        }
    }
}

/// A payout that ended with `error`: by its newest operation, if it has any.
#[derive(Clone, Copy)]
struct Ended<'a>(Option<&'a StatusOperation>);

impl Ended<'_> {
    /// What tells one `error` from another. No operation has the number 0.
    fn operation_id(self) -> OperationId {
        self.0.map_or(OperationId::new(0), |operation| operation.id)
    }
}

impl Status {
    /// Whether the payout ended with `error`: all that was done about it failed, and nothing is under way.
    fn error(&self) -> Option<Ended<'_>> {
        let failed = |operation: &StatusOperation| {
            operation.status.class() == StatusClass::Failed && !operation.waits()
        };
        let is_error = self.payment_status == PaymentStatus::Error;
        let newest = self.operations.iter().max_by_key(|operation| operation.id);
        (is_error && self.operations.iter().all(failed)).then_some(Ended(newest))
    }
}

impl Change {
    fn told_by_status(&mut self, status: &Status) {
        let payout = status.payment_type.as_ref().unwrap_or(&PaymentType::Payout);
        if *payout != PaymentType::Payout {
            self.differs(AlarmKind::TopUpForPayout, About::default());
            return;
        }
        let news = |operation| News {
            payment_status: &status.payment_status,
            operation,
            sum: status.sum,
        };
        if status.payment_status.class() == StatusClass::Failed && !self.fits(status) {
            return;
        }
        if status.operations.is_empty() {
            self.told(&news(None));
        }
        for operation in &status.operations {
            self.told(&news(Some(operation)));
        }
    }

    /// Whether all that was done about a payout that failed did fail. While something is under way there is no outcome, and
    /// beside a success the failure does not fit.
    fn fits(&mut self, status: &Status) -> bool {
        let payouts = status.operations.iter();
        let payouts = payouts.filter(|operation| operation.kind == OperationType::Payout);
        let mut fits = true;
        for operation in payouts {
            match operation.status.class() {
                StatusClass::Failed if !operation.waits() => {}
                StatusClass::Succeeded => {
                    let operation_id = Some(operation.id);
                    self.differs(
                        AlarmKind::PayoutContradicts,
                        About {
                            operation_id,
                            ..About::default()
                        },
                    );
                    return false;
                }
                _ => fits = false,
            }
        }
        fits
    }

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
