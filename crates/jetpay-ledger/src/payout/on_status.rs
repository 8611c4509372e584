//! The outcome of a status query.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::status::{OperationType, PaymentStatus, PaymentType, StatusClass};

use crate::model::{AlarmKind, Millis};
use crate::payout::decision::{PayoutDecision, StepDetails};
use crate::payout::report::{PayoutReport, StatusOperation};
use crate::payout::retry_policy::{RetryPolicy, after};
use crate::payout::snapshot::{PayoutSnapshot, PayoutState};
use crate::payout::step::StepKind;

/// The outcome of a status query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusAnswer {
    /// The platform does not know the id (3061).
    NotFound,
    /// The platform did not answer.
    Unanswered {
        /// Why, without a payer's data.
        reason: String,
    },
    /// The platform answered with the status.
    Found(Status),
}

/// The status of a payout at the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The status of the whole payout.
    pub payment_status: PaymentStatus,
    /// Payout, if the answer says so.
    pub payment_type: Option<PaymentType>,
    /// How much, in minor units, if the answer says so: what is left after reversals.
    pub sum: Option<Money>,
    /// Its operations, in the platform's order.
    pub operations: Vec<StatusOperation>,
}

impl PayoutSnapshot {
    /// What follows from the answer to the status query that this fencing token began.
    #[must_use]
    pub fn on_status(
        &self,
        fencing_token: i64,
        answer: &StatusAnswer,
        now: Millis,
        policy: &RetryPolicy,
    ) -> PayoutDecision {
        let mut decision = PayoutDecision::none(self);
        let mine = fencing_token == self.fencing_token && self.next.is_some();
        match answer {
            StatusAnswer::NotFound | StatusAnswer::Unanswered { .. } if !mine => {}
            // The person may not have uploaded the file yet, so this permits nothing.
            StatusAnswer::NotFound if self.state == PayoutState::SentByHand => {
                decision.query_later(now, policy);
            }
            StatusAnswer::NotFound => {
                decision.note(StepKind::NotKnown, StepDetails::default());
                decision.send_again(self.resend_at(now, policy));
            }
            StatusAnswer::Unanswered { .. } => decision.query_later(now, policy),
            StatusAnswer::Found(status) => {
                decision.apply_status(status);
                if !self.state.is_open()
                    && status.payment_status.class() == StatusClass::Intermediate
                {
                    // An operator, or another answer, released the money, and the platform is working on the payout.
                    let released =
                        matches!(self.state, PayoutState::Declined | PayoutState::Rejected);
                    if released {
                        decision.alarm(AlarmKind::AcceptedAfterRelease, StepDetails::default());
                    }
                }
                if mine && decision.snapshot.state.is_open() && decision.snapshot.next.is_some() {
                    match status.error() {
                        Some(error) if self.is_new(error) => {
                            self.ended_with_error(&mut decision, error, now, policy);
                        }
                        _ => decision.known(now, policy),
                    }
                }
            }
        }
        decision
    }

    /// The first resend is at once, each further one later: if the platform keeps forgetting the id, the sends become rare.
    fn resend_at(&self, now: Millis, policy: &RetryPolicy) -> Millis {
        let at = match self.sends {
            0 | 1 => now,
            sends => after(now, policy.wait(sends - 2, self.overdue)),
        };
        // Never while another send may be under way.
        self.sending_until.map_or(at, |until| until.max(at))
    }

    /// Whether this `error` permits another send. After the platform accepted another try, an old `error` does not.
    fn is_new(&self, error: Ended<'_>) -> bool {
        let later = |known| error.operation_id() > known;
        !self.taken || self.error_by.is_none_or(later)
    }

    /// The same id may be sent again, until the payout is overdue.
    fn ended_with_error(
        &self,
        decision: &mut PayoutDecision,
        error: Ended<'_>,
        now: Millis,
        policy: &RetryPolicy,
    ) {
        let details = StepDetails {
            operation_id: error.0.map(|operation| operation.id),
            amount: None,
            code: error.0.and_then(|operation| operation.code.as_ref()),
            message: None,
        };
        decision.snapshot.error_by = self.error_by.max(Some(error.operation_id()));
        decision.snapshot.taken = false;
        if self.state == PayoutState::SentByHand {
            // The person may send it again in the Dashboard, so it is not over, and the service does not send it.
            if decision.snapshot.error_by > self.error_by {
                decision.note(StepKind::Error, details);
            }
            decision.query_later(now, policy);
        } else if self.is_overdue(now, policy) {
            decision.release(StepKind::Declined, details);
        } else {
            decision.note(StepKind::Error, details);
            decision.send_again(after(now, policy.wait(self.sends - 1, self.overdue)));
        }
    }
}

/// A payout that ended with `error`, with its newest operation, if it has any.
#[derive(Clone, Copy)]
struct Ended<'a>(Option<&'a StatusOperation>);

impl Ended<'_> {
    /// Distinguishes one `error` from another. No operation has the number 0.
    fn operation_id(self) -> OperationId {
        self.0.map_or(OperationId::new(0), |operation| operation.id)
    }
}

impl Status {
    /// Whether the payout ended with `error`: all its operations failed, and none is under way.
    fn error(&self) -> Option<Ended<'_>> {
        let failed = |operation: &StatusOperation| {
            operation.status.class() == StatusClass::Failed && !operation.waits()
        };
        let is_error = self.payment_status == PaymentStatus::Error;
        let newest = self.operations.iter().max_by_key(|operation| operation.id);
        (is_error && self.operations.iter().all(failed)).then_some(Ended(newest))
    }
}

impl PayoutDecision {
    fn apply_status(&mut self, status: &Status) {
        let payout = status.payment_type.as_ref().unwrap_or(&PaymentType::Payout);
        if *payout != PaymentType::Payout {
            let details = StepDetails {
                amount: status.sum,
                ..StepDetails::default()
            };
            self.differs(AlarmKind::TopUpForPayout, details);
            return;
        }
        let report = |operation| PayoutReport {
            payment_status: &status.payment_status,
            operation,
            sum: status.sum,
        };
        if status.payment_status.class() == StatusClass::Failed && !self.fits(status) {
            return;
        }
        if status.operations.is_empty() {
            self.apply(&report(None));
        }
        for operation in &status.operations {
            self.apply(&report(Some(operation)));
        }
    }

    /// Whether all operations of a failed payout failed. While an operation is under way there is no outcome yet, and a
    /// success contradicts the failure.
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
                        StepDetails {
                            operation_id,
                            amount: operation.amount.or(status.sum),
                            ..StepDetails::default()
                        },
                    );
                    return false;
                }
                _ => fits = false,
            }
        }
        fits
    }

    /// The platform has the payout, and there is no outcome yet.
    fn known(&mut self, now: Millis, policy: &RetryPolicy) {
        if !self.snapshot.is_accepted() {
            self.note(StepKind::Accepted, StepDetails::default());
        }
        self.accepted(now);
        self.query_later(now, policy);
    }

    fn query_later(&mut self, now: Millis, policy: &RetryPolicy) {
        let wait = policy.wait(self.snapshot.waits, self.snapshot.overdue);
        self.snapshot.waits += 1;
        self.snapshot.next = Some((super::Action::QueryStatus, after(now, wait)));
    }
}
