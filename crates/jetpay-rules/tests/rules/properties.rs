//! What holds for any sequence of events, whatever the model says of it.

use jetpay_rules::{OperationEvent, PaymentState};
use proptest::prelude::*;

use super::{AMOUNT, History, event, kzt, refund, sale};

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
            history.happen(&event);
            prop_assert!(history.credits() <= 1);
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
