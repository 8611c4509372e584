//! A payout's callback, and what follows from it.

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationType, PaymentStatus, PaymentType};
use jetpay_rules::{EventStatus, OperationEvent};

use super::decision::{PayoutDecision, StepDetails};
use super::report::{PayoutReport, StatusOperation};
use super::snapshot::PayoutSnapshot;
use super::snapshot::PayoutState;
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
            operation_id: Some(event.operation_id),
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
            decision.alarm(why, details.operation_id);
            return decision;
        }
        let operation = StatusOperation {
            id: event.operation_id,
            kind: event.operation_type.clone(),
            status: event.operation_status.clone(),
            amount: Some(event.amount),
            code: code.cloned(),
        };
        decision.apply(&PayoutReport {
            payment_status: &event.payment_status,
            operation: Some(&operation),
            sum: None,
        });
        // A callback may be old, so its `error` does not permit another send: query the status at once, but only while
        // nothing is being sent.
        if event.payment_status == PaymentStatus::Error
            && let (PayoutState::Accepted, Some((next, due))) =
                (decision.snapshot.state, decision.snapshot.next)
        {
            decision.snapshot.next = Some((next, due.min(now)));
        }
        decision
    }
}

/// Whether a callback is about money that comes in.
fn is_top_up(event: &OperationEvent) -> bool {
    event.payment_type == Some(PaymentType::Purchase) || event.operation_type == OperationType::Sale
}
