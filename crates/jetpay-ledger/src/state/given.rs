//! Facts and standings for the tests of the rules.

use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};

use super::{Decision, Disposition, Effect, Fact, Standing, decide};
use crate::alarm::AlarmKind;
use crate::entry::EntryKind;

/// The payment's amount in minor units: 1 000.00 KZT.
pub(super) const AMOUNT: i64 = 100_000;

pub(super) fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// A fact in words: type and status of the operation, status of the payment.
pub(super) fn fact(operation_id: u64, words: [&str; 3], minor: i64) -> Fact {
    Fact {
        project_id: 1234.into(),
        payment_id: PaymentId::new("payment_47").unwrap(),
        payment_type: Some(PaymentType::Purchase),
        payment_status: PaymentStatus::from(words[2]),
        operation_id: OperationId::new(operation_id),
        operation_type: OperationType::from(words[0]),
        operation_status: OperationStatus::from(words[1]),
        amount: kzt(minor),
    }
}

pub(super) fn sale(operation_id: u64) -> Fact {
    fact(operation_id, ["sale", "success", "success"], AMOUNT)
}

pub(super) fn decline(operation_id: u64) -> Fact {
    fact(operation_id, ["sale", "decline", "decline"], AMOUNT)
}

pub(super) fn refund(operation_id: u64, minor: i64) -> Fact {
    fact(
        operation_id,
        ["refund", "success", "partially refunded"],
        minor,
    )
}

pub(super) fn reversal(operation_id: u64, minor: i64) -> Fact {
    fact(operation_id, ["reversal", "success", "reversed"], minor)
}

pub(super) fn refund_reverse(operation_id: u64, minor: i64) -> Fact {
    fact(
        operation_id,
        ["refund reverse", "success", "success"],
        minor,
    )
}

pub(super) fn declined_by_hand(operation_id: u64) -> Fact {
    fact(
        operation_id,
        ["manual change", "success", "decline"],
        AMOUNT,
    )
}

/// One payment and what happened to it, as a store would keep it: each fact once, each effect known.
#[derive(Clone)]
pub(super) struct History {
    pub(super) standing: Standing,
    pub(super) entries: Vec<(OperationId, EntryKind, i64)>,
    pub(super) alarms: Vec<AlarmKind>,
    facts: Vec<Fact>,
}

impl History {
    pub(super) fn new() -> Self {
        let standing = Standing::pending(1234.into(), kzt(AMOUNT));
        Self {
            standing,
            entries: Vec::new(),
            alarms: Vec::new(),
            facts: Vec::new(),
        }
    }

    pub(super) fn of(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut history = Self::new();
        facts
            .into_iter()
            .for_each(|fact| drop(history.happen(&fact)));
        history
    }

    /// What follows from the fact; nothing if it is a repeat.
    pub(super) fn happen(&mut self, fact: &Fact) -> Option<Decision> {
        if self
            .facts
            .iter()
            .any(|known| identity(known) == identity(fact))
        {
            return None;
        }
        self.facts.push(fact.clone());
        let here = |(id, kind, _): &(OperationId, EntryKind, i64)| {
            *id == fact.operation_id && Some(*kind) == fact.effect()
        };
        self.standing.effect = if self.entries.iter().any(here) {
            Effect::Here
        } else {
            Effect::Free
        };
        let decision = decide(&self.standing, fact);
        self.add(&decision);
        self.alarms
            .extend(decision.alarms.iter().map(|alarm| alarm.kind));
        self.standing = self.standing.after(fact, &decision);
        Some(decision)
    }

    /// Adds the entries of a decision.
    pub(super) fn add(&mut self, decision: &Decision) {
        let entries = decision.entries.iter();
        self.entries
            .extend(entries.map(|entry| (entry.operation_id, entry.kind, entry.amount)));
    }

    /// Whether a person has credited the operation.
    pub(super) fn settled_effect(&self, operation_id: u64) -> Effect {
        let settled = (OperationId::new(operation_id), EntryKind::SettledCredit);
        let made = |(id, kind, _): &(OperationId, EntryKind, i64)| (*id, *kind) == settled;
        if self.entries.iter().any(made) {
            Effect::Here
        } else {
            Effect::Free
        }
    }

    pub(super) fn disposition(&mut self, fact: &Fact) -> Disposition {
        self.happen(fact).expect("a new fact").disposition
    }

    pub(super) fn total(&self) -> i64 {
        self.entries.iter().map(|(_, _, amount)| amount).sum()
    }

    pub(super) fn credits(&self) -> usize {
        self.entries
            .iter()
            .filter(|(_, kind, _)| *kind == EntryKind::Credit)
            .count()
    }
}

fn identity(fact: &Fact) -> (u64, OperationId, &str, &str) {
    let statuses = (fact.operation_status.as_str(), fact.payment_status.as_str());
    (
        fact.project_id.number(),
        fact.operation_id,
        statuses.0,
        statuses.1,
    )
}
