//! A payout's callback, and what follows from it.

use jetpay_core::operation_code::{Advice, OperationCode};
use jetpay_core::status::{
    OperationStatus, OperationType, PaymentStatus, PaymentType, StatusClass,
};
use jetpay_rules::{EventStatus, OperationEvent};

use super::decision::{PayoutDecision, StepDetails};
use super::report::{PayoutReport, StatusOperation};
use super::snapshot::{PayoutSnapshot, PayoutState};
use crate::model::{AlarmKind, Millis};

impl PayoutSnapshot {
    /// What follows from a callback.
    #[must_use]
    pub fn on_callback(
        &self,
        event: &OperationEvent,
        code: Option<&OperationCode>,
        now: Millis,
    ) -> PayoutDecision {
        let mut decision = PayoutDecision::none(self);
        let details = StepDetails {
            operation_id: event.operation_id,
            amount: event.amount,
            code,
            message: None,
        };
        let foreign = if event.project_id != self.project_id {
            Some(AlarmKind::ProjectDiffers)
        } else if is_top_up(event) {
            Some(AlarmKind::TopUpForPayout)
        } else {
            None
        };
        if let Some(why) = foreign {
            decision.outcome = EventStatus::Quarantined;
            decision.alarm(why, details);
            return decision;
        }
        match StatusOperation::of(event, code) {
            Some(operation) => decision.apply(&PayoutReport {
                payment_status: &event.payment_status,
                operation: Some(&operation),
                sum: None,
            }),
            None => decision.apply_payment(event, details),
        }
        decision.notice_success(event, details);
        // A callback may be old, so its `error` does not permit another send: query the status at once, but only while
        // nothing is being sent. So does a success that does not say which operation succeeded.
        let asks = event.payment_status == PaymentStatus::Error
            || event.payment_status == PaymentStatus::Success && event.operation_id.is_none();
        if asks
            && let (PayoutState::Accepted | PayoutState::SentByHand, Some((next, due))) =
                (decision.snapshot.state, decision.snapshot.next)
        {
            decision.snapshot.next = Some((next, due.min(now)));
        }
        decision
    }
}

impl StatusOperation {
    /// The operation of a callback, if it has what identifies one.
    fn of(event: &OperationEvent, code: Option<&OperationCode>) -> Option<Self> {
        Some(Self {
            id: event.operation_id?,
            kind: event.operation_type.clone()?,
            status: event.operation_status.clone()?,
            amount: event.amount,
            code: code.cloned(),
        })
    }
}

impl PayoutDecision {
    /// Does what follows from a callback that is about the payout alone: its operation is absent, or lacks its id, type or
    /// status.
    fn apply_payment(&mut self, event: &OperationEvent, details: StepDetails<'_>) {
        let operation = event.operation_status.as_ref().map(OperationStatus::class);
        let over = operation.is_none_or(|class| class == StatusClass::Failed)
            && details
                .code
                .is_none_or(|code| code.advice() != Advice::Wait);
        match event.payment_status.class() {
            StatusClass::PartiallyPaid => self.differs(AlarmKind::PartiallyPaid, details),
            StatusClass::Failed
                if !matches!(event.operation_type, None | Some(OperationType::Payout)) => {}
            StatusClass::Failed if operation == Some(StatusClass::Succeeded) => {
                self.differs(AlarmKind::PayoutContradicts, details);
            }
            StatusClass::Failed if over && event.payment_status != PaymentStatus::Error => {
                self.fail(details);
            }
            _ => {}
        }
    }

    /// Raises an alarm for a success that changed nothing, and must not be silent: its callback will not come again.
    fn notice_success(&mut self, event: &OperationEvent, details: StepDetails<'_>) {
        let class = event.payment_status.class();
        let paid = matches!(class, StatusClass::Succeeded | StatusClass::AfterSuccess);
        if !paid || !self.alarms.is_empty() || self.outcome != EventStatus::Noted {
            return;
        }
        let released = !self.snapshot.state.is_open() && !self.snapshot.was_paid();
        if matches!(event.operation_status, Some(OperationStatus::Other(_))) {
            self.alarm(AlarmKind::UnknownOperation, details);
        } else if released && class == StatusClass::Succeeded {
            self.alarm(AlarmKind::PayoutContradicts, details);
        }
    }
}

/// Whether a callback is about money that comes in.
fn is_top_up(event: &OperationEvent) -> bool {
    event.payment_type == Some(PaymentType::Purchase)
        || event.operation_type == Some(OperationType::Sale)
}
