//! What holds whatever comes, in whatever order: every short history and long random ones, against the model.

use jetpay_rules::{
    EffectKey, EntryKind, EventStatus, OperationEvent, PaymentState, credit_manually,
};
use proptest::prelude::*;

use super::model::{self, Outcome, Step};
use super::{
    AMOUNT, History, bare, decline, event, kzt, manually_declined, refund, refund_reverse,
    reversal, sale, without_id,
};

impl History {
    /// What the rules make of a step.
    fn take(&mut self, step: &Step) {
        match step {
            Step::Event(event) => drop(self.happen(event)),
            Step::ManualCredit(operation, amount) => self.credit_manually(*operation, *amount),
        }
    }

    fn credit_manually(&mut self, operation: u64, amount: i64) {
        let key = EffectKey::new(1234.into(), operation.into(), EntryKind::ManualCredit);
        let effects = self.effects(Some(key));
        if let Ok(decision) = credit_manually(&self.snapshot, operation.into(), amount, &effects) {
            self.add(&decision);
        }
    }

    fn outcome_of_all(&self) -> Outcome {
        Outcome {
            credited: self.snapshot.credited,
            remaining: self.snapshot.remaining,
            state: self.snapshot.state,
        }
    }
}

fn amount(mut event: OperationEvent, minor: i64) -> OperationEvent {
    event.amount = Some(super::kzt(minor));
    event
}

fn foreign(mut event: OperationEvent) -> OperationEvent {
    event.project_id = 4321.into();
    event
}

/// One of each kind of thing that can happen.
fn alphabet() -> Vec<Step> {
    let events = [
        sale(1),
        sale(2),
        amount(sale(3), AMOUNT - 1),
        foreign(sale(4)),
        decline(1),
        decline(5),
        event(1, ["sale", "processing", "processing"], AMOUNT),
        event(6, ["sale", "success", "partially paid"], AMOUNT),
        event(7, ["sale", "success", "processing"], AMOUNT),
        refund(10, 60_000),
        refund(11, 60_000),
        refund(12, AMOUNT + 1),
        refund(13, 0),
        event(10, ["refund", "success", "refunded"], 60_000),
        refund_reverse(10, 60_000),
        reversal(14, AMOUNT),
        manually_declined(15),
        event(16, ["manual change", "success", "success"], AMOUNT),
        event(17, ["payout", "success", "success"], AMOUNT),
        event(18, ["capture", "success", "success"], AMOUNT),
        event(19, ["chargeback", "success", "success"], AMOUNT),
        event(20, ["sale", "approved", "success"], AMOUNT),
        event(10, ["refund", "decline", "success"], 60_000),
        without_id(decline(1)),
        without_id(refund(10, 60_000)),
        bare("decline"),
        bare("success"),
        bare("processing"),
        bare("refunded"),
        event(1, ["sale", "success", "chargeback"], AMOUNT),
    ];
    let manual_credits = [
        Step::ManualCredit(3, 90_000),
        Step::ManualCredit(2, AMOUNT),
        Step::ManualCredit(9, -5),
    ];
    events
        .into_iter()
        .map(Step::Event)
        .chain(manual_credits)
        .collect()
}

/// Walks all histories of at most so many more steps, and compares after each step.
fn walk(history: &History, steps: &mut Vec<Step>, alphabet: &[Step], more: usize) -> u64 {
    let mut walked = 0;
    for step in alphabet {
        let mut next = history.clone();
        next.take(step);
        steps.push(step.clone());
        assert_eq!(next.outcome_of_all(), model::after(steps), "{steps:#?}");
        walked += 1;
        if more > 1 {
            walked += walk(&next, steps, alphabet, more - 1);
        }
        steps.pop();
    }
    walked
}

#[test]
fn every_history_of_four_steps_ends_as_the_model_says() {
    let alphabet = alphabet();
    let walked = walk(&History::new(), &mut Vec::new(), &alphabet, 4);
    let letters = alphabet.len() as u64;
    assert_eq!(
        walked,
        (1..=4).map(|length| letters.pow(length)).sum::<u64>()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_history_ends_as_the_model_says(
        steps in prop::collection::vec(proptest::sample::select(alphabet()), 1..30),
    ) {
        let mut history = History::new();
        for step in &steps {
            history.take(step);
        }
        prop_assert_eq!(history.outcome_of_all(), model::after(&steps));
        prop_assert_eq!(history.total(), history.snapshot.remaining);
    }
}

/// Facts of all kinds, with few operations and few amounts, so that they collide.
pub(super) fn any_event() -> impl Strategy<Value = OperationEvent> {
    const TYPES: &[&str] = &[
        "sale",
        "refund",
        "reversal",
        "refund reverse",
        "manual change",
        "payout",
        "capture",
        "moon",
        "auth",
    ];
    const OPERATION: &[&str] = &[
        "success",
        "success",
        "success",
        "decline",
        "processing",
        "unknown",
        "approved",
    ];
    const PAYMENT: &[&str] = &[
        "success",
        "success",
        "decline",
        "refunded",
        "partially refunded",
        "reversed",
        "processing",
        "partially paid",
        "canceled",
        "chargeback",
        "voided",
    ];
    let amounts = prop_oneof![
        4 => Just(AMOUNT),
        1 => Just(AMOUNT / 2),
        1 => Just(AMOUNT / 3),
        1 => Just(0),
        1 => Just(-AMOUNT),
        1 => Just(i64::MAX),
        1 => Just(i64::MIN),
    ];
    let words = (
        proptest::sample::select(TYPES),
        proptest::sample::select(OPERATION),
        proptest::sample::select(PAYMENT),
    );
    let odds = (
        prop::bool::weighted(0.05),
        prop::array::uniform4(prop::bool::weighted(0.1)),
    );
    (1..6_u64, words, amounts, odds).prop_map(|(id, words, minor, (foreign, absent))| {
        let mut event = event(id, [words.0, words.1, words.2], minor);
        if foreign {
            event.project_id = 4321.into();
        }
        let [id, kind, status, amount] = absent.map(|absent| !absent);
        event.operation_id = event.operation_id.filter(|_| id);
        event.operation_type = event.operation_type.filter(|_| kind);
        event.operation_status = event.operation_status.filter(|_| status);
        event.amount = event.amount.filter(|_| amount);
        event
    })
}

/// A sale and refunds that fit into it, shuffled, some of them told more than once.
fn sale_and_refunds() -> impl Strategy<Value = (Vec<OperationEvent>, i64)> {
    prop::collection::vec(1..AMOUNT / 4, 0..4).prop_flat_map(|refunds| {
        let total = AMOUNT - refunds.iter().sum::<i64>();
        let mut events: Vec<OperationEvent> = (2..)
            .zip(&refunds)
            .map(|(id, minor)| refund(id, *minor))
            .collect();
        events.push(sale(1));
        events.extend(events.clone());
        (Just(events).prop_shuffle(), Just(total))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_credits_at_most_once_and_stays_within_the_amount(
        events in prop::collection::vec(any_event(), 0..24),
        room in prop_oneof![4 => Just(i64::MAX), 1 => 0..2 * AMOUNT],
    ) {
        let mut history = History::new();
        history.others = i64::MAX - room;
        for event in events {
            let before = history.clone();
            let decision = history.happen(&event);
            prop_assert!(history.credits() <= 1);
            let silent = decision.is_none_or(|decision| {
                decision.alarms.is_empty() && decision.outcome != EventStatus::Early
            });
            let must_be_seen = model::must_be_seen(&event, history.credits() == 1);
            prop_assert!(!silent || !must_be_seen || before.has(&event), "{:?}", event);
            prop_assert!((0..=AMOUNT.min(room)).contains(&history.total()));
            prop_assert_eq!(history.total(), history.snapshot.remaining);
            prop_assert_eq!(history.snapshot.state.was_credited(), history.credits() == 1);
            if before.snapshot.state.was_credited() {
                prop_assert!(history.snapshot.state.was_credited(), "{:?}", event);
            }
            if before.snapshot.state != PaymentState::Pending {
                prop_assert_ne!(history.snapshot.state, PaymentState::Pending);
            }
            prop_assert!(history.entries.starts_with(&before.entries));
            prop_assert!(history.entries.iter().all(|(_, _, amount)| *amount != 0));
        }
    }

    #[test]
    fn any_event_told_again_at_once_moves_no_money(events in prop::collection::vec(any_event(), 1..12)) {
        let mut history = History::of(events);
        // Not even when a store forgot that it has it: other statuses make it another event, with the same effect.
        for status in ["success", "refunded", "decline"] {
            for (operation_id, kind, amount) in history.entries.clone() {
                let words = [&*kind.as_str().replace('_', " ").replace("credit", "sale"), "success", status];
                let before = history.total();
                history.happen(&OperationEvent { amount: Some(kzt(amount.abs())), ..event(operation_id.number(), words, 0) });
                prop_assert_eq!(history.total(), before);
            }
        }
    }

    #[test]
    fn sale_and_its_refunds_give_the_same_total_in_any_order((events, total) in sale_and_refunds()) {
        let history = History::of(events);
        prop_assert_eq!(history.total(), total);
        prop_assert!(history.alarms.is_empty());
        let state = if total == AMOUNT { PaymentState::Credited } else { PaymentState::PartiallyRefunded };
        prop_assert_eq!(history.snapshot.state, state);
    }
}
