//! What the platform reports about a payout, by a callback or in a status answer. The first outcome ends the payout.

use jetpay_core::Money;
use jetpay_core::id::OperationId;
use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};

use super::decision::{PayoutDecision, StepDetails, mismatch};
use super::snapshot::PayoutState;
use super::step::StepKind;
use crate::model::AlarmKind;

/// What the platform reports: the payout's status, and one operation.
#[derive(Clone, Copy, Debug)]
pub struct PayoutReport<'a> {
    /// The status of the whole payout.
    pub payment_status: &'a PaymentStatus,
    /// The operation, if the report has one.
    pub operation: Option<&'a StatusOperation>,
    /// The payout's sum, for an operation without an amount.
    pub sum: Option<Money>,
}

/// An operation of a payout, as the platform reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusOperation {
    /// The platform's number.
    pub id: OperationId,
    /// Payout, reversal and so on.
    pub kind: OperationType,
    /// Its status.
    pub status: OperationStatus,
    /// How much, in minor units, if the answer says so.
    pub amount: Option<Money>,
    /// Why it has this status. The platform's text beside the code may name the payer, so it is not kept.
    pub code: Option<OperationCode>,
}

impl PayoutDecision {
    /// Does what follows from a report, from a callback or from a status answer.
    pub(super) fn apply(&mut self, report: &PayoutReport<'_>) {
        let Some(operation) = report.operation else {
            if report.fails() {
                self.fail(StepDetails::default());
            }
            return;
        };
        let details = StepDetails {
            operation_id: Some(operation.id),
            amount: operation.amount.or(report.sum),
            code: operation.code.as_ref(),
            message: None,
        };
        let succeeded = operation.status.class() == StatusClass::Succeeded;
        match &operation.kind {
            _ if report.payment_status.class() == StatusClass::PartiallyPaid => {
                self.differs(AlarmKind::PartiallyPaid, details);
            }
            OperationType::Payout if succeeded && report.failed() => {
                self.differs(AlarmKind::PayoutContradicts, details);
            }
            OperationType::Payout if report.fails() => self.fail(details),
            OperationType::Payout if succeeded => self.success(report, operation, details),
            OperationType::PayoutReversal | OperationType::Reversal | OperationType::Refund
                if succeeded =>
            {
                self.reversal(operation, details);
            }
            OperationType::Payout => {}
            // The type word of a payout's reversal is not documented, so any other type may be one.
            _ if succeeded => self.differs(AlarmKind::UnexpectedOperation, details),
            _ => {}
        }
    }

    fn success(
        &mut self,
        report: &PayoutReport<'_>,
        operation: &StatusOperation,
        details: StepDetails<'_>,
    ) {
        let snapshot = &self.snapshot;
        let amount = match report.payment_status.class() {
            StatusClass::Succeeded => operation.amount.or(report.sum),
            // A reversed payout was paid before. The sum is what is left, so only the operation's amount counts.
            StatusClass::AfterSuccess => operation.amount,
            _ => None,
        };
        if snapshot.was_paid() {
            let mismatch = amount.and_then(|amount| mismatch(snapshot.amount, amount));
            match (snapshot.paid_by, mismatch) {
                (Some(known), _) if known != operation.id => {
                    self.alarm(AlarmKind::SecondPayout, details);
                }
                (Some(_), _) => {}
                // An operator or a reversal said that it was paid. This report is the first with the amount.
                (None, Some(why)) => self.differs(why, details),
                (None, None) => self.snapshot.paid_by = Some(operation.id),
            }
            return;
        }
        // Without an amount it is not known how much was paid. The status query goes on, and a callback has the amount.
        let Some(amount) = amount else { return };
        if let Some(why) = mismatch(snapshot.amount, amount) {
            self.differs(why, details);
        } else {
            self.snapshot.paid_by = Some(operation.id);
            self.pay(details);
        }
    }

    pub(super) fn fail(&mut self, details: StepDetails<'_>) {
        if self.waits_for_a_person() {
            self.differs(AlarmKind::PayoutContradicts, details);
            return;
        }
        match self.snapshot.state {
            PayoutState::Created
            | PayoutState::Unknown
            | PayoutState::SentByHand
            | PayoutState::Accepted => {
                self.release(StepKind::Declined, details);
            }
            PayoutState::Declined | PayoutState::Rejected => {}
            PayoutState::Paid | PayoutState::Reversed => {
                self.alarm(AlarmKind::DeclineAfterPaid, details);
            }
        }
    }

    /// Something did not fit before. Only a success that fits, or an operator, ends the payout.
    const fn waits_for_a_person(&self) -> bool {
        self.snapshot.state.is_open() && self.snapshot.next.is_none()
    }

    /// Money came back. So it had left before, even if no report said so.
    fn reversal(&mut self, operation: &StatusOperation, details: StepDetails<'_>) {
        if self.snapshot.reversed_by.contains(&operation.id) {
            return;
        }
        if self.waits_for_a_person() {
            // It is not known how much money had left.
            self.differs(AlarmKind::PayoutContradicts, details);
            return;
        }
        let amount = self.snapshot.amount;
        let back = operation.amount.unwrap_or(amount);
        let left = if self.snapshot.was_paid() {
            self.snapshot.paid
        } else {
            amount.minor()
        };
        if back.currency() != amount.currency() || !(1..=left).contains(&back.minor()) {
            self.differs(AlarmKind::CompensationTooLarge, details);
            return;
        }
        if !self.snapshot.was_paid() {
            self.pay(StepDetails::default());
        }
        self.reverse(back.minor(), operation.id, details);
    }
}

impl PayoutReport<'_> {
    /// Whether the payout as a whole failed.
    fn failed(&self) -> bool {
        self.payment_status.class() == StatusClass::Failed
    }

    /// Whether the payout and the operation failed for good: this id must not be tried again.
    fn fails(&self) -> bool {
        let over = |operation: &StatusOperation| {
            operation.status.class() == StatusClass::Failed && !operation.waits()
        };
        self.failed()
            && *self.payment_status != PaymentStatus::Error
            && self.operation.is_none_or(over)
    }
}

impl StatusOperation {
    /// Whether the code says that there is no outcome yet.
    pub(super) fn waits(&self) -> bool {
        let code = self.code.as_ref();
        code.is_some_and(|code| code.advice() == Advice::Wait)
    }
}
