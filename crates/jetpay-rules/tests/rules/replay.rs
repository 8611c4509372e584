//! A snapshot from announced data, from a history, and from JSON; what a repeat is.

use jetpay_core::id::PaymentId;
use jetpay_rules::{
    AlarmKind, Effect, Effects, EntryKind, EventStatus, ManualCreditError, OperationEvent,
    PaymentSnapshot, PaymentState, Record, credit_manually, decide,
};
use proptest::prelude::*;

use super::properties::any_event;
use super::{AMOUNT, History, decline, event, kzt, refund, sale};

fn announced() -> PaymentSnapshot {
    PaymentSnapshot::announced(1234.into(), kzt(AMOUNT))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn replay_of_stored_events_gives_the_snapshot_that_their_decisions_gave(
        events in prop::collection::vec(any_event(), 0..24),
    ) {
        let history = History::of(events.clone());
        prop_assert_eq!(announced().replay(&events), Ok(history.snapshot));
    }

    #[test]
    fn snapshot_and_event_survive_json(events in prop::collection::vec(any_event(), 1..12)) {
        let snapshot = History::of(events.clone()).snapshot;
        let json = serde_json::to_string(&snapshot).unwrap();
        prop_assert_eq!(serde_json::from_str::<PaymentSnapshot>(&json).unwrap(), snapshot);
        let json = serde_json::to_string(&events[0]).unwrap();
        prop_assert_eq!(&serde_json::from_str::<OperationEvent>(&json).unwrap(), &events[0]);
    }
}

#[test]
fn replay_with_a_manual_credit_gives_the_credited_payment() {
    let wrong = event(3, ["sale", "success", "success"], AMOUNT - 1);
    let credit = Record::ManualCredit {
        operation_id: 3.into(),
        amount: 90_000,
    };
    let refund = refund(4, 90_000);
    let history = [Record::from(&wrong), credit.clone(), (&refund).into()];
    let snapshot = announced().replay(history).unwrap();
    assert_eq!(
        (snapshot.state, snapshot.credited),
        (PaymentState::Refunded, 90_000)
    );
    assert_eq!(
        announced().replay([credit.clone(), credit]),
        Err(ManualCreditError::AlreadyCredited)
    );
}

#[test]
fn replay_of_an_operation_of_another_payment_credits_nothing() {
    let sale = sale(1);
    let record = Record::Event {
        event: &sale,
        elsewhere: Effect::Elsewhere.into(),
    };
    let snapshot = announced().replay([record]).unwrap();
    assert_eq!(snapshot.state, PaymentState::Quarantined);
}

#[test]
fn early_refund_that_another_payment_took_meanwhile_is_quarantined_with_the_credit() {
    let waiting = History::of([refund(2, 30_000)]).snapshot;
    let effects = Effects {
        early_elsewhere: vec![(2.into(), EntryKind::Refund)],
        ..Effects::default()
    };
    let decision = decide(&waiting, &sale(1), &effects);
    assert_eq!(decision.snapshot.remaining, AMOUNT);
    assert_eq!(decision.released[0].status, EventStatus::Quarantined);
    assert_eq!(
        decision.alarms[0].kind,
        AlarmKind::OperationOfAnotherPayment
    );
}

#[test]
fn same_event_with_another_amount_or_type_repeats_and_contradicts() {
    let stored = sale(1);
    assert!(stored.repeats(&stored) && !stored.contradicts(&stored));
    for (words, minor) in [
        (["sale", "success", "success"], AMOUNT - 1),
        (["refund", "success", "success"], AMOUNT),
    ] {
        let again = event(1, words, minor);
        assert!(again.repeats(&stored) && again.contradicts(&stored));
    }
    let mut elsewhere = stored.clone();
    elsewhere.payment_id = PaymentId::new("payment_48").unwrap();
    for other in [sale(2), decline(1), elsewhere] {
        assert!(!other.repeats(&stored), "{other:?}");
    }
}

#[test]
fn manual_credit_and_credit_of_one_operation_have_one_key() {
    let manual = jetpay_rules::EffectKey::new(1234.into(), 1.into(), EntryKind::ManualCredit);
    assert_eq!(sale(1).effect_key(), Some(manual));
    let credited = History::of([sale(1)]);
    let effects = credited.effects(Some(manual));
    let refused = credit_manually(&credited.snapshot, 1.into(), 5, &effects);
    assert_eq!(refused, Err(ManualCreditError::AlreadyCredited));
}
