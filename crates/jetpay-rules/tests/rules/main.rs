//! The rules, through the public API alone: named examples. `jetpay-simulation` runs every short history and random long
//! ones against a model that says the same in other words.

mod effects;
mod examples;
mod replay;
mod status_answers;

use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_rules::{
    AlarmKind, Decision, EffectKey, Effects, EntryKind, EventStatus, OperationEvent,
    PaymentSnapshot, decide,
};

/// The payment's amount in minor units: 1 000.00 KZT.
const AMOUNT: i64 = 100_000;

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// A event in words: type and status of the operation, status of the payment.
fn event(operation_id: u64, words: [&str; 3], minor: i64) -> OperationEvent {
    OperationEvent {
        project_id: 1234.into(),
        payment_id: payment_47(),
        payment_type: Some(PaymentType::Purchase),
        payment_status: PaymentStatus::from(words[2]),
        operation_id: Some(OperationId::new(operation_id)),
        operation_type: Some(OperationType::from(words[0])),
        operation_status: Some(OperationStatus::from(words[1])),
        amount: Some(kzt(minor)),
    }
}

/// An event without an operation.
fn bare(payment_status: &str) -> OperationEvent {
    OperationEvent {
        operation_id: None,
        operation_type: None,
        operation_status: None,
        amount: None,
        ..event(0, ["", "", payment_status], 0)
    }
}

/// The event without the operation's id, and what needs it.
fn without_id(event: OperationEvent) -> OperationEvent {
    OperationEvent {
        operation_id: None,
        amount: None,
        ..event
    }
}

const SALE: [&str; 3] = ["sale", "success", "success"];
const REFUND: [&str; 3] = ["refund", "success", "partially refunded"];
const REFUND_REVERSE: [&str; 3] = ["refund reverse", "success", "success"];
const MANUAL_DECLINE: [&str; 3] = ["manual change", "success", "decline"];

fn sale(operation_id: u64) -> OperationEvent {
    event(operation_id, SALE, AMOUNT)
}

fn decline(operation_id: u64) -> OperationEvent {
    event(operation_id, ["sale", "decline", "decline"], AMOUNT)
}

fn refund(operation_id: u64, minor: i64) -> OperationEvent {
    event(operation_id, REFUND, minor)
}

fn reversal(operation_id: u64, minor: i64) -> OperationEvent {
    event(operation_id, ["reversal", "success", "reversed"], minor)
}

fn refund_reverse(operation_id: u64, minor: i64) -> OperationEvent {
    event(operation_id, REFUND_REVERSE, minor)
}

fn manually_declined(operation_id: u64) -> OperationEvent {
    event(operation_id, MANUAL_DECLINE, AMOUNT)
}

/// One payment and its history, as a store keeps it: each event once, each effect known.
#[derive(Clone)]
struct History {
    snapshot: PaymentSnapshot,
    entries: Vec<(OperationId, EntryKind, i64)>,
    alarms: Vec<AlarmKind>,
    events: Vec<OperationEvent>,
}

impl History {
    fn new() -> Self {
        Self {
            snapshot: PaymentSnapshot::announced(1234.into(), kzt(AMOUNT)),
            entries: Vec::new(),
            alarms: Vec::new(),
            events: Vec::new(),
        }
    }

    fn of(events: impl IntoIterator<Item = OperationEvent>) -> Self {
        let mut history = Self::new();
        events
            .into_iter()
            .for_each(|event| drop(history.happen(&event)));
        history
    }

    /// What follows from the event; nothing if it is a repeat.
    fn happen(&mut self, event: &OperationEvent) -> Option<Decision> {
        if self.has(event) {
            return None;
        }
        self.events.push(event.clone());
        let decision = decide(&self.snapshot, event, &self.effects(event.effect_key()));
        self.add(&decision);
        Some(decision)
    }

    /// Whether the event is stored already.
    fn has(&self, event: &OperationEvent) -> bool {
        self.events.iter().any(|known| event.repeats(known))
    }

    /// What this history knows about the operation with this key.
    fn effects(&self, key: Option<EffectKey>) -> Effects {
        let payment_id = payment_47();
        let find = |key: EffectKey| -> Result<_, std::convert::Infallible> {
            let made = |(operation_id, kind, _): &(OperationId, EntryKind, i64)| {
                EffectKey::new(1234.into(), *operation_id, *kind) == key
            };
            Ok(self.entries.iter().any(made).then(payment_47))
        };
        let Ok(effects) = Effects::of_key((&payment_id, &self.snapshot), key, find);
        Effects {
            balance: self.snapshot.remaining,
            ..effects
        }
    }

    /// Does what was decided.
    fn add(&mut self, decision: &Decision) {
        let entries = decision.entries.iter();
        self.entries
            .extend(entries.map(|entry| (entry.operation_id, entry.kind, entry.amount)));
        self.alarms
            .extend(decision.alarms.iter().map(|alarm| alarm.kind));
        self.snapshot = decision.snapshot.clone();
    }

    fn outcome(&mut self, event: &OperationEvent) -> EventStatus {
        self.happen(event).expect("a new event").outcome
    }

    fn total(&self) -> i64 {
        self.entries.iter().map(|(_, _, amount)| amount).sum()
    }
}

fn payment_47() -> PaymentId {
    PaymentId::new("payment_47").unwrap()
}
