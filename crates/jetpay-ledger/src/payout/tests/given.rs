//! Payouts, and the callbacks and answers about them, for the tests.

use std::time::Duration;

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_rules::OperationEvent;

use crate::model::Millis;
use crate::payout::decision::PayoutDecision;
use crate::payout::lease::GateAddress;
use crate::payout::on_send::SendOutcome;
use crate::payout::resolve::PayoutResolution;
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

/// What one operation of a payout says: its type, its status, the payout's status. An empty word is absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: Option<u64>,
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) payment: &'static str,
    pub(super) amount: Option<i64>,
    pub(super) code: Option<u64>,
    /// Only the answer to a status query has the payout's own sum and type.
    pub(super) sum: Option<i64>,
    pub(super) payment_type: &'static str,
}

pub(super) const SUCCESS: Told = Told {
    id: Some(OPERATION),
    kind: "payout",
    status: "success",
    payment: "success",
    amount: Some(AMOUNT),
    code: Some(0),
    sum: None,
    payment_type: "payout",
};
pub(super) const DECLINE: Told = Told {
    status: "decline",
    payment: "decline",
    code: Some(20_000),
    ..SUCCESS
};
pub(super) const ERROR: Told = Told {
    status: "error",
    payment: "error",
    ..DECLINE
};
pub(super) const PROCESSING: Told = Told {
    status: "processing",
    payment: "processing",
    code: Some(9_999),
    ..SUCCESS
};
pub(super) const REVERSAL: Told = Told {
    id: Some(31),
    kind: "payout reversal",
    payment: "reversed",
    ..SUCCESS
};

impl Told {
    fn event(&self) -> OperationEvent {
        let word = |word: &'static str| Some(word).filter(|word| !word.is_empty());
        OperationEvent {
            project_id: 1234.into(),
            payment_id: "payment_48".try_into().unwrap(),
            payment_type: Some(PaymentType::from(self.payment_type)),
            payment_status: PaymentStatus::from(self.payment),
            operation_id: self.id.map(Into::into),
            operation_type: word(self.kind).map(OperationType::from),
            operation_status: word(self.status).map(OperationStatus::from),
            amount: self.amount.map(kzt),
        }
    }

    pub(super) fn on_callback(&self, snapshot: &PayoutSnapshot, now: Millis) -> PayoutDecision {
        let code = self.code.map(OperationCode::from);
        snapshot.on_callback(&self.event(), code.as_ref(), now)
    }

    fn operation(&self) -> StatusOperation {
        StatusOperation {
            id: self.id.unwrap_or_default().into(),
            kind: OperationType::from(self.kind),
            status: OperationStatus::from(self.status),
            amount: self.amount.map(kzt),
            code: self.code.map(OperationCode::from),
        }
    }
}

/// An answer with these operations; the last one's payment status is the payout's.
pub(super) fn found(one: Told, another: Option<Told>) -> StatusAnswer {
    let last = another.unwrap_or(one);
    let operations = [Some(one), another].into_iter().flatten();
    StatusAnswer::Found(Status {
        payment_status: PaymentStatus::from(last.payment),
        payment_type: Some(PaymentType::from(last.payment_type)),
        sum: last.sum.map(kzt),
        operations: operations.map(|told| told.operation()).collect(),
    })
}

pub(super) fn unanswered() -> StatusAnswer {
    StatusAnswer::Unanswered {
        reason: "no answer".into(),
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Lease,
    /// A send ends, of this lease or of so many leases before.
    Accepted(i64),
    Rejected(i64),
    NotNow(i64),
    Unknown(i64),
    /// A status query ends.
    NotKnown(i64),
    Unanswered(i64),
    /// The status has one operation or two.
    Found(i64, Told, Option<Told>),
    /// A callback arrives.
    Callback(Told),
    /// An operator decides.
    Resolve(PayoutResolution),
    /// It is written to a file that a person uploads; `true`: again.
    ByHand(bool),
}

/// Reads an event. `+70` before it means that 70 seconds pass first. `-1` after it means that it answers the lease before the
/// last one. What the platform reports of an operation begins with one of the words of [`told`]; `=` changes a field, and
/// `none` leaves it out.
pub(super) fn parse(text: &str) -> (u64, Event) {
    let (seconds, event) = match text.strip_prefix('+') {
        Some(later) => later.split_once(' ').expect("an event"),
        None => ("0", text),
    };
    let (event, older) = match event.rsplit_once(" -") {
        Some((event, older)) => (event, older.parse().expect("a number")),
        None => (event, 0),
    };
    let (verb, rest) = event.split_once(' ').unwrap_or((event, ""));
    let event = match verb {
        "lease" => Event::Lease,
        "accept" => Event::Accepted(older),
        "reject" => Event::Rejected(older),
        "not_now" => Event::NotNow(older),
        "unknown" => Event::Unknown(older),
        "not_known" => Event::NotKnown(older),
        "unanswered" => Event::Unanswered(older),
        "found" => {
            let mut both = rest.split(" and ").map(told);
            Event::Found(older, both.next().expect("an operation"), both.next())
        }
        "callback" => Event::Callback(told(rest)),
        "resolve" => Event::Resolve(rest.parse::<PayoutResolution>().expect("a resolution")),
        "by_hand" => Event::ByHand(rest == "again"),
        other => panic!("no such event: {other}"),
    };
    (seconds.parse().expect("seconds"), event)
}

fn told(text: &str) -> Told {
    let mut words = text.split(' ');
    let told = match words.next() {
        Some("success") => SUCCESS,
        Some("decline") => DECLINE,
        Some("error") => ERROR,
        Some("processing") => PROCESSING,
        Some("reversal") => REVERSAL,
        other => panic!("no such report: {other:?}"),
    };
    words.fold(told, |told, change| {
        let (field, value) = change.split_once('=').expect("a change");
        let number = || value.parse().ok();
        let word = || &*String::leak(value.to_owned());
        match field {
            "id" => Told {
                id: number().map(i64::cast_unsigned),
                ..told
            },
            "code" => Told {
                code: number().map(i64::cast_unsigned),
                ..told
            },
            "amount" => Told {
                amount: number(),
                ..told
            },
            "sum" => Told {
                sum: number(),
                ..told
            },
            "kind" => Told {
                kind: word(),
                ..told
            },
            "status" => Told {
                status: word(),
                ..told
            },
            "payment" => Told {
                payment: word(),
                ..told
            },
            "payment_type" => Told {
                payment_type: word(),
                ..told
            },
            other => panic!("no such field: {other}"),
        }
    })
}
