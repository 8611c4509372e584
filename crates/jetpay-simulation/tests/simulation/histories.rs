//! Every history of a few steps, every combination of words, and long random histories: the rules decide each step as the
//! model says.

use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money, OperationId};
use jetpay_rules::{
    Decision, Effect, EffectKey, Effects, EntryKind, OperationEvent, PaymentSnapshot, PaymentState,
    credit_manually, decide,
};
use jetpay_simulation::model::{self, Event, Outcome, Verdict};
use proptest::prelude::*;

/// The payment's amount in minor units: 1 000.00 KZT.
const AMOUNT: i64 = 100_000;
const PROJECT: u64 = 1234;

/// Something that happens to a payment.
#[derive(Clone, Copy, Debug)]
enum Step {
    Callback(Event),
    /// An operator credits an operation with an amount in minor units.
    ManualCredit(u64, i64),
}

/// A payment as the rules have it, and as the model has it.
#[derive(Clone)]
struct Payment {
    snapshot: PaymentSnapshot,
    made: Vec<model::Entry>,
    model: model::Payment,
}

impl Payment {
    fn announced() -> Self {
        Self {
            snapshot: PaymentSnapshot::announced(PROJECT.into(), kzt(AMOUNT)),
            made: Vec::new(),
            model: model::Payment::announced(PROJECT, kzt(AMOUNT)),
        }
    }

    fn of(history: &[Step]) -> Self {
        let mut payment = Self::announced();
        for step in history {
            payment.take(*step);
        }
        payment
    }

    /// Does the step by the rules and by the model. Panics if they differ.
    fn take(&mut self, step: Step) {
        match step {
            Step::Callback(event) => self.callback(&event),
            Step::ManualCredit(operation, minor) => {
                self.model.credit_manually(operation, minor);
                let effects = self.effects(operation, EntryKind::Credit);
                let credit = credit_manually(&self.snapshot, operation.into(), minor, &effects);
                if let Ok(decision) = credit {
                    self.store(&decision);
                }
            }
        }
        let PaymentSnapshot {
            credited,
            remaining,
            state,
            ..
        } = self.snapshot;
        let outcome = Outcome {
            credited,
            remaining,
            state,
        };
        assert_eq!(outcome, self.model.outcome(), "{step:?}");
    }

    fn callback(&mut self, event: &Event) {
        let Some(expected) = self.model.callback(event, |_, _| false) else {
            return; // A store does not decide a repeat.
        };
        let kind = operation_event(event).entry_kind();
        let effects = kind
            .zip(event.operation)
            .map(|(kind, operation)| self.effects(operation, kind));
        let decision = decide(
            &self.snapshot,
            &operation_event(event),
            &effects.unwrap_or_default(),
        );
        let entries = decision.entries.iter();
        let alarms = decision.alarms.iter();
        let decided = Verdict {
            status: decision.outcome,
            entries: entries
                .map(|it| (it.operation_id.number(), it.kind, it.amount))
                .collect(),
            alarms: alarms
                .map(|it| (it.operation_id.map(OperationId::number), it.kind))
                .collect(),
        };
        assert_eq!(decided, expected, "{event:?}");
        self.store(&decision);
    }

    /// Adds what was decided, and checks what holds whatever the model says.
    fn store(&mut self, decision: &Decision) {
        let before = self.snapshot.state;
        let entries = decision.entries.iter();
        self.made
            .extend(entries.map(|it| (it.operation_id.number(), it.kind, it.amount)));
        self.snapshot = decision.snapshot.clone();
        let (now, made) = (self.snapshot.state, || self.made.iter());
        let total: i64 = made().map(|it| it.2).sum();
        assert_eq!(total, self.snapshot.remaining);
        assert!((0..=self.snapshot.credited).contains(&total) && made().all(|it| it.2 != 0));
        assert!(made().filter(|it| it.1 == EntryKind::Credit).count() <= 1);
        assert_eq!(now.was_credited(), made().any(|it| it.1.is_credit()));
        assert!(now.was_credited() || !before.was_credited());
        assert!(now != PaymentState::Pending || before == PaymentState::Pending);
    }

    fn effects(&self, operation: u64, kind: EntryKind) -> Effects {
        let key = |operation: u64, kind| EffectKey::new(PROJECT.into(), operation.into(), kind);
        let same = |made: &&model::Entry| key(made.0, made.1) == key(operation, kind);
        self.made
            .iter()
            .find(same)
            .map_or(Effect::None, |_| Effect::Here)
            .into()
    }
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

fn told(operation: u64, words: [&'static str; 3], minor: i64) -> Event {
    Event {
        project: PROJECT,
        payment_type: "purchase",
        words,
        operation: Some(operation),
        amount: Some(kzt(minor)),
    }
}

/// A callback without an operation.
fn bare(payment_status: &'static str) -> Event {
    Event {
        operation: None,
        amount: None,
        ..told(0, ["", "", payment_status], 0)
    }
}

fn operation_event(event: &Event) -> OperationEvent {
    let [operation, status, payment] = event.words;
    OperationEvent {
        project_id: event.project.into(),
        payment_id: "payment_47".try_into().expect("an id"),
        payment_type: Some(PaymentType::from(event.payment_type)),
        payment_status: PaymentStatus::from(payment),
        operation_id: event.operation.map(Into::into),
        operation_type: Some(operation)
            .filter(|word| !word.is_empty())
            .map(OperationType::from),
        operation_status: Some(status)
            .filter(|word| !word.is_empty())
            .map(OperationStatus::from),
        amount: event.amount,
    }
}

/// One of each kind of thing that can happen.
fn alphabet() -> Vec<Step> {
    let without_id = |event| Event {
        operation: None,
        amount: None,
        ..event
    };
    let sale = ["sale", "success", "success"];
    let refund = ["refund", "success", "partially refunded"];
    let decline = ["sale", "decline", "decline"];
    let events = [
        told(1, sale, AMOUNT),
        told(2, sale, AMOUNT),
        told(3, sale, AMOUNT - 1),
        Event {
            project: 4321,
            ..told(4, sale, AMOUNT)
        },
        told(1, decline, AMOUNT),
        told(5, decline, AMOUNT),
        told(1, ["sale", "processing", "processing"], AMOUNT),
        told(6, ["sale", "success", "partially paid"], AMOUNT),
        told(7, ["sale", "success", "processing"], AMOUNT),
        told(10, refund, 60_000),
        told(11, refund, 60_000),
        told(12, refund, AMOUNT + 1),
        told(13, refund, 0),
        told(10, ["refund", "success", "refunded"], 60_000),
        told(10, ["refund reverse", "success", "success"], 60_000),
        told(14, ["reversal", "success", "reversed"], AMOUNT),
        told(15, ["manual change", "success", "decline"], AMOUNT),
        told(16, ["manual change", "success", "success"], AMOUNT),
        told(17, ["payout", "success", "success"], AMOUNT),
        told(18, ["capture", "success", "success"], AMOUNT),
        told(19, ["chargeback", "success", "success"], AMOUNT),
        told(20, ["sale", "approved", "success"], AMOUNT),
        told(10, ["refund", "decline", "success"], 60_000),
        without_id(told(1, decline, AMOUNT)),
        without_id(told(10, refund, 60_000)),
        bare("decline"),
        bare("success"),
        bare("processing"),
        bare("refunded"),
        told(1, ["sale", "success", "chargeback"], AMOUNT),
    ];
    let manual_credits = [(3, 90_000), (2, AMOUNT), (9, -5)];
    let manual_credits =
        manual_credits.map(|(operation, minor)| Step::ManualCredit(operation, minor));
    events
        .into_iter()
        .map(Step::Callback)
        .chain(manual_credits)
        .collect()
}

/// Walks all histories of at most so many more steps. Returns their number.
fn walk(payment: &Payment, alphabet: &[Step], more: usize) -> u64 {
    let each = alphabet.iter().map(|step| {
        let mut next = payment.clone();
        next.take(*step);
        1 + if more > 1 {
            walk(&next, alphabet, more - 1)
        } else {
            0
        }
    });
    each.sum()
}

#[test]
fn every_history_of_four_steps_is_decided_as_the_model_says() {
    let alphabet = alphabet();
    let walked = walk(&Payment::announced(), &alphabet, 4);
    let letters = alphabet.len() as u64;
    assert_eq!(
        walked,
        (1..=4).map(|length| letters.pow(length)).sum::<u64>()
    );
}

/// Each between commas; an empty one is absent.
const TYPES: &str = ",sale,refund,reversal,refund reverse,manual change,payout,payout reversal,\
    capture,recurring,cancel,auth,commission,chargeback,sale ,Moon";
const OPERATION_STATUSES: &str =
    ",success,decline,error,processing,awaiting customer,unknown,approved,success ";
const PAYMENT_STATUSES: &str = "success,decline,error,cancelled,invoice canceled,expired,\
    internal error,external error,decline renewal,processing,awaiting_capture,partially paid,\
    partially_paid_out,refunded,partially refunded,reversed,partially_reversed,chargeback,voided,\
    awaiting moon";

/// Every combination of an operation's type and status with a payment's status.
fn words() -> Vec<[&'static str; 3]> {
    let mut words = Vec::new();
    for kind in TYPES.split(',') {
        for status in OPERATION_STATUSES.split(',') {
            words.extend(
                PAYMENT_STATUSES
                    .split(',')
                    .map(|payment| [kind, status, payment]),
            );
        }
    }
    words
}

#[test]
fn every_combination_of_words_is_decided_as_the_model_says_whatever_came_before() {
    let sale = Step::Callback(told(1, ["sale", "success", "success"], AMOUNT));
    let refund = |minor| Step::Callback(told(2, ["refund", "success", "refunded"], minor));
    let decline = Step::Callback(told(1, ["sale", "decline", "decline"], AMOUNT));
    let quarantine = Step::Callback(told(3, ["sale", "success", "success"], 5));
    let befores: [&[Step]; 7] = [
        &[],
        &[decline],
        &[quarantine],
        &[refund(5)],
        &[sale],
        &[sale, refund(AMOUNT)],
        &[sale, refund(5)],
    ];
    let usd = Money::new(AMOUNT, Currency::parse("USD").expect("a currency"));
    let amounts =
        [AMOUNT, 5, 0, -AMOUNT, AMOUNT + 1, i64::MAX, i64::MIN].map(|minor| Some(kzt(minor)));
    let amounts: Vec<_> = amounts.into_iter().chain([Some(usd), None]).collect();
    for before in befores {
        let payment = Payment::of(before);
        for words in words() {
            for operation in [Some(1), Some(2), Some(9), None] {
                for &amount in &amounts {
                    let event = told(0, words, 0);
                    payment.clone().callback(&Event {
                        operation,
                        amount,
                        ..event
                    });
                }
            }
        }
    }
}

/// Events of all kinds, with few operations and few amounts, so that they collide.
fn any_step() -> impl Strategy<Value = Step> {
    use proptest::sample::select;
    let amounts = [AMOUNT, AMOUNT, AMOUNT / 2, AMOUNT / 3, 0, -AMOUNT, i64::MAX];
    let some = prop::bool::weighted;
    let event = (
        1..6_u64,
        select(words()),
        select(amounts.to_vec()),
        some(0.05),
        some(0.1),
        some(0.1),
    );
    let event = event.prop_map(|(operation, words, minor, foreign, no_id, no_amount)| {
        let event = told(operation, words, minor);
        Step::Callback(Event {
            project: if foreign { 4321 } else { PROJECT },
            operation: event.operation.filter(|_| !no_id),
            amount: event.amount.filter(|_| !no_amount),
            ..event
        })
    });
    prop_oneof![event, select(alphabet())]
}

/// A sale and refunds that fit into it, each told twice, in any order; and what remains.
fn sale_and_refunds() -> impl Strategy<Value = (Vec<Step>, i64)> {
    prop::collection::vec(1..AMOUNT / 4, 0..4).prop_flat_map(|refunds| {
        let total = AMOUNT - refunds.iter().sum::<i64>();
        let refund = ["refund", "success", "partially refunded"];
        let refunds = (2..).zip(refunds);
        let refunds = refunds.map(|(operation, minor)| told(operation, refund, minor));
        let sale = told(1, ["sale", "success", "success"], AMOUNT);
        let once: Vec<_> = refunds.chain([sale]).map(Step::Callback).collect();
        (Just(once.repeat(2)).prop_shuffle(), Just(total))
    })
}

fn after_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_history_is_decided_as_the_model_says(steps in prop::collection::vec(any_step(), 1..30)) {
        Payment::of(&steps);
    }

    #[test]
    fn sale_and_its_refunds_give_the_same_total_in_any_order((steps, total) in sale_and_refunds()) {
        let snapshot = Payment::of(&steps).snapshot;
        let state = if total == AMOUNT { PaymentState::Credited } else { PaymentState::PartiallyRefunded };
        prop_assert_eq!((snapshot.remaining, snapshot.state), (total, state));
    }

    #[test]
    fn replay_of_stored_events_gives_the_snapshot_that_their_decisions_gave_also_from_json(
        steps in prop::collection::vec(any_step(), 0..24),
    ) {
        let (mut payment, mut stored) = (Payment::announced(), Vec::new());
        for step in steps {
            if let Step::Callback(event) = step {
                payment.take(step);
                stored.push(after_json(&operation_event(&event)));
            }
        }
        let announced = PaymentSnapshot::announced(PROJECT.into(), kzt(AMOUNT));
        let replayed = announced.replay(&stored);
        prop_assert_eq!(replayed.as_ref(), Ok(&payment.snapshot));
        prop_assert_eq!(after_json(&payment.snapshot), payment.snapshot);
    }
}
