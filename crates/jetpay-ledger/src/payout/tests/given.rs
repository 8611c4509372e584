//! Payouts and what is told of them, for the tests.

use std::time::Duration;

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_rules::OperationEvent;

use crate::model::Millis;
use crate::payout::decision::PayoutDecision;
use crate::payout::lease::GateAddress;
use crate::payout::on_send::SendOutcome;
use crate::payout::retry_policy::RetryPolicy;
use crate::payout::snapshot::{Action, PayoutSnapshot};
use crate::payout::{Status, StatusAnswer, StatusOperation};

/// 100.00 KZT.
pub(super) const AMOUNT: i64 = 10_000;
pub(super) const START: Millis = Millis(1_733_000_000_000);
pub(super) const OPERATION: u64 = 29;

pub(super) fn policy() -> RetryPolicy {
    RetryPolicy::default()
}

pub(super) fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

pub(super) fn created() -> PayoutSnapshot {
    PayoutSnapshot::created(1234.into(), kzt(AMOUNT), START)
}

pub(super) fn at(seconds: u64) -> Millis {
    super::super::retry_policy::after(START, Duration::from_secs(seconds))
}

pub(super) fn gate() -> GateAddress {
    GateAddress::new("https://gate.example")
}

/// What is to be done at the one Gate.
pub(super) fn lease(snapshot: &PayoutSnapshot, now: Millis) -> Option<(Action, PayoutDecision)> {
    let (action, decision) = snapshot.lease(&gate(), now, &policy())?;
    Some((action?, decision))
}

/// Begun to be sent at the start.
pub(super) fn begun() -> PayoutSnapshot {
    let (action, decision) = lease(&created(), START).unwrap();
    assert_eq!(action, Action::Send);
    decision.snapshot
}

pub(super) fn accepted() -> PayoutSnapshot {
    begun().on_send(1, &accept(), START, &policy()).snapshot
}

pub(super) fn accept() -> SendOutcome {
    SendOutcome::Accepted {
        request_id: Some("r".into()),
    }
}

pub(super) fn not_now(code: u64) -> SendOutcome {
    SendOutcome::NotNow {
        code: Some(OperationCode::from(code)),
        message: String::new(),
    }
}

pub(super) fn rejected() -> SendOutcome {
    SendOutcome::Rejected {
        code: Some(OperationCode::from(3115)),
        message: "no".into(),
    }
}

pub(super) fn unknown() -> SendOutcome {
    SendOutcome::Unknown {
        reason: "the connection broke".into(),
    }
}

/// What one operation of a payout says: its type, its status, the payout's status.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: u64,
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) payment: &'static str,
    pub(super) amount: i64,
    pub(super) code: u64,
}

pub(super) const SUCCESS: Told = Told {
    id: OPERATION,
    kind: "payout",
    status: "success",
    payment: "success",
    amount: AMOUNT,
    code: 0,
};
pub(super) const DECLINE: Told = Told {
    status: "decline",
    payment: "decline",
    code: 20_000,
    ..SUCCESS
};
pub(super) const ERROR: Told = Told {
    status: "error",
    payment: "error",
    code: 20_000,
    ..SUCCESS
};
pub(super) const PROCESSING: Told = Told {
    status: "processing",
    payment: "processing",
    code: 9_999,
    ..SUCCESS
};
pub(super) const REVERSAL: Told = Told {
    id: 31,
    kind: "payout reversal",
    payment: "reversed",
    ..SUCCESS
};

impl Told {
    pub(super) fn event(&self) -> OperationEvent {
        OperationEvent {
            project_id: 1234.into(),
            payment_id: "payment_48".try_into().unwrap(),
            payment_type: Some(PaymentType::Payout),
            payment_status: PaymentStatus::from(self.payment),
            operation_id: Some(self.id.into()),
            operation_type: Some(OperationType::from(self.kind)),
            operation_status: Some(OperationStatus::from(self.status)),
            amount: Some(kzt(self.amount)),
        }
    }

    pub(super) fn on_callback(&self, snapshot: &PayoutSnapshot, now: Millis) -> PayoutDecision {
        let code = OperationCode::from(self.code);
        snapshot.on_callback(&self.event(), Some(&code), now)
    }

    fn operation(&self) -> StatusOperation {
        StatusOperation {
            id: self.id.into(),
            kind: OperationType::from(self.kind),
            status: OperationStatus::from(self.status),
            amount: Some(kzt(self.amount)),
            code: Some(OperationCode::from(self.code)),
        }
    }
}

/// An answer with these operations; the last one's payment status is the payout's.
pub(super) fn found(operations: &[Told]) -> StatusAnswer {
    StatusAnswer::Found(status(operations))
}

pub(super) fn status(operations: &[Told]) -> Status {
    Status {
        payment_status: PaymentStatus::from(operations.last().unwrap().payment),
        payment_type: Some(PaymentType::Payout),
        sum: None,
        operations: operations.iter().map(Told::operation).collect(),
    }
}

pub(super) fn unanswered() -> StatusAnswer {
    StatusAnswer::Unanswered {
        reason: "no answer".into(),
    }
}
