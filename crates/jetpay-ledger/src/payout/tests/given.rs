//! Payouts and what is told of them, for the tests.

use std::time::Duration;

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};

use crate::millis::Millis;
use crate::payout::{
    Change, Errand, GateAddress, Pace, SendOutcome, Standing, Status, StatusAnswer, StatusOperation,
};
use crate::state::Fact;

/// 100.00 KZT.
pub(super) const AMOUNT: i64 = 10_000;
pub(super) const START: Millis = Millis(1_733_000_000_000);
pub(super) const OPERATION: u64 = 29;

pub(super) fn pace() -> Pace {
    Pace::default()
}

pub(super) fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

pub(super) fn created() -> Standing {
    Standing::created(1234.into(), kzt(AMOUNT), START)
}

pub(super) fn at(seconds: u64) -> Millis {
    super::super::pace::after(START, Duration::from_secs(seconds))
}

pub(super) fn gate() -> GateAddress {
    GateAddress::new("https://gate.example")
}

/// What is to be done at the one Gate.
pub(super) fn taken_up(standing: &Standing, now: Millis) -> Option<(Errand, Change)> {
    let (errand, change) = standing.take_up(&gate(), now, &pace())?;
    Some((errand?, change))
}

/// Begun to be sent at the start.
pub(super) fn begun() -> Standing {
    let (errand, change) = taken_up(&created(), START).unwrap();
    assert_eq!(errand, Errand::Send);
    change.standing
}

pub(super) fn accepted() -> Standing {
    begun().sent(1, &accept(), START, &pace()).standing
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
    pub(super) fn fact(&self) -> Fact {
        Fact {
            project_id: 1234.into(),
            payment_id: "payment_48".try_into().unwrap(),
            payment_type: Some(PaymentType::Payout),
            payment_status: PaymentStatus::from(self.payment),
            operation_id: self.id.into(),
            operation_type: OperationType::from(self.kind),
            operation_status: OperationStatus::from(self.status),
            amount: kzt(self.amount),
        }
    }

    pub(super) fn callback(&self, standing: &Standing, now: Millis) -> Change {
        let code = OperationCode::from(self.code);
        standing.callback(&self.fact(), Some(&code), now)
    }

    fn operation(&self) -> StatusOperation {
        let fact = self.fact();
        StatusOperation {
            id: fact.operation_id,
            kind: fact.operation_type,
            status: fact.operation_status,
            amount: Some(fact.amount),
            code: Some(OperationCode::from(self.code)),
        }
    }
}

/// An answer with these operations; the last one's payment status is the payout's.
pub(super) fn told(operations: &[Told]) -> StatusAnswer {
    StatusAnswer::Told(status(operations))
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
