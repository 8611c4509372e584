//! What the platform tells of a payout, by a callback or when it is asked: whichever comes first settles it.

use jetpay_core::Money;
use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::status::{OperationType, PaymentStatus, PaymentType, StatusClass};

use super::change::{About, mismatch};
use super::{Change, PayoutState, Standing, StatusOperation, StepKind};
use crate::alarm::AlarmKind;
use crate::millis::Millis;
use crate::state::{Disposition, Fact};

/// What the platform tells: where the payout stands, and what one operation of it did.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The whole payout.
    pub payment_status: &'a PaymentStatus,
    /// The operation, if one is told of.
    pub operation: Option<&'a StatusOperation>,
    /// The payout's sum, for an operation that does not tell its own.
    pub sum: Option<Money>,
}

impl Standing {
    /// What follows from a callback.
    #[must_use]
    pub fn callback(&self, fact: &Fact, code: Option<&OperationCode>, now: Millis) -> Change {
        let mut change = Change::none(self);
        let about = About {
            operation_id: Some(fact.operation_id),
            code,
            message: None,
        };
        let foreign = if fact.project_id != self.project_id {
            Some(AlarmKind::ProjectDiffers)
        } else if is_of_top_up(fact) {
            Some(AlarmKind::TopUpForPayout)
        } else {
            None
        };
        if let Some(why) = foreign {
            change.disposition = Disposition::Quarantined;
            change.alarm(why, about.operation_id);
            return change;
        }
        let operation = StatusOperation {
            id: fact.operation_id,
            kind: fact.operation_type.clone(),
            status: fact.operation_status.clone(),
            amount: Some(fact.amount),
            code: code.cloned(),
        };
        change.told(&News {
            payment_status: &fact.payment_status,
            operation: Some(&operation),
            sum: None,
        });
        // A callback may be old, so `error` is no leave to send again: ask. Only while nothing is being sent.
        if fact.payment_status == PaymentStatus::Error
            && let (PayoutState::Accepted, Some((next, due))) =
                (change.standing.state, change.standing.next)
        {
            change.standing.next = Some((next, due.min(now)));
        }
        change
    }
}

impl Change {
    /// Does what follows from news, whoever brings them.
    pub(super) fn told(&mut self, news: &News<'_>) {
        let Some(operation) = news.operation else {
            if news.fails() {
                self.fail(About::default());
            }
            return;
        };
        let about = About {
            operation_id: Some(operation.id),
            code: operation.code.as_ref(),
            message: None,
        };
        let succeeded = operation.status.class() == StatusClass::Succeeded;
        match &operation.kind {
            _ if news.payment_status.class() == StatusClass::PartiallyPaid => {
                self.differs(AlarmKind::PartiallyPaid, about);
            }
            OperationType::Payout if succeeded && news.failed() => {
                self.differs(AlarmKind::PayoutContradicts, about);
            }
            OperationType::Payout if news.fails() => self.fail(about),
            OperationType::Payout if succeeded => self.success(news, operation, about),
            OperationType::PayoutReversal | OperationType::Reversal | OperationType::Refund
                if succeeded =>
            {
                self.reversal(operation, about);
            }
            OperationType::Payout => {}
            // Its type is open: how a payout's reversal is called is not documented.
            _ if succeeded => self.differs(AlarmKind::UnexpectedOperation, about),
            _ => {}
        }
    }

    fn success(&mut self, news: &News<'_>, operation: &StatusOperation, about: About<'_>) {
        let standing = &self.standing;
        let amount = match news.payment_status.class() {
            StatusClass::Succeeded => operation.amount.or(news.sum),
            // What was reversed was paid before; the sum is what is left of it.
            StatusClass::AfterSuccess => operation.amount,
            _ => None,
        };
        if standing.was_paid() {
            let mismatch = amount.and_then(|amount| mismatch(standing.amount, amount));
            match (standing.paid_by, mismatch) {
                (Some(known), _) if known != operation.id => {
                    self.alarm(AlarmKind::SecondPayout, about.operation_id);
                }
                (Some(_), _) => {}
                // A person or a reversal said that it was paid: this is the first to tell how much.
                (None, Some(why)) => self.differs(why, about),
                (None, None) => self.standing.paid_by = Some(operation.id),
            }
            return;
        }
        // Without an amount nobody knows what was paid: it is asked about on, and a callback tells it.
        let Some(amount) = amount else { return };
        if let Some(why) = mismatch(standing.amount, amount) {
            self.differs(why, about);
        } else {
            self.standing.paid_by = Some(operation.id);
            self.pay(about);
        }
    }

    fn fail(&mut self, about: About<'_>) {
        if self.waits_for_a_person() {
            self.differs(AlarmKind::PayoutContradicts, about);
            return;
        }
        match self.standing.state {
            PayoutState::Created | PayoutState::Unknown | PayoutState::Accepted => {
                self.release(StepKind::Declined, about);
            }
            PayoutState::Declined | PayoutState::Rejected => {}
            PayoutState::Paid | PayoutState::Reversed => {
                self.alarm(AlarmKind::DeclineAfterPaid, about.operation_id);
            }
        }
    }

    /// Something did not fit before: only a success that fits, or a person, ends it.
    const fn waits_for_a_person(&self) -> bool {
        self.standing.state.is_open() && self.standing.next.is_none()
    }

    /// Money that came back had left before, whether or not that was told.
    fn reversal(&mut self, operation: &StatusOperation, about: About<'_>) {
        if self.standing.reversed_by.contains(&operation.id) {
            return;
        }
        if self.waits_for_a_person() {
            // It is not known how much had left.
            self.differs(AlarmKind::PayoutContradicts, about);
            return;
        }
        let amount = self.standing.amount;
        let back = operation.amount.unwrap_or(amount);
        let left = if self.standing.was_paid() {
            self.standing.paid
        } else {
            amount.minor()
        };
        if back.currency() != amount.currency() || !(1..=left).contains(&back.minor()) {
            self.differs(AlarmKind::CompensationTooLarge, about);
            return;
        }
        if !self.standing.was_paid() {
            self.pay(About::default());
        }
        self.reverse(back.minor(), operation.id, about);
    }
}

/// Whether a callback is of money that comes in.
fn is_of_top_up(fact: &Fact) -> bool {
    fact.payment_type == Some(PaymentType::Purchase) || fact.operation_type == OperationType::Sale
}

impl News<'_> {
    /// Whether the payout as a whole failed.
    fn failed(&self) -> bool {
        self.payment_status.class() == StatusClass::Failed
    }

    /// Whether it failed for good, in a way that permits no other try under this id; and so did the operation.
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
    /// Whether its code says that there is no outcome yet.
    pub(super) fn waits(&self) -> bool {
        let code = self.code.as_ref();
        code.is_some_and(|code| code.advice() == Advice::Wait)
    }
}
