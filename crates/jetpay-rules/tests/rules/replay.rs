//! A snapshot from announced data and from a history; what a repeat is.

use jetpay_core::id::PaymentId;
use jetpay_rules::{
    AlarmKind, CorrectionError, Effect, Effects, EntryKind, EventStatus, ManualCreditError,
    NewEntry, OperationEvent, PaymentSnapshot, PaymentState, Record, correct, credit_manually,
    decide,
};

use super::{
    AMOUNT, History, bare, decline, event, kzt, refund, refund_reverse, reversal, sale, without_id,
};

fn announced() -> PaymentSnapshot {
    PaymentSnapshot::announced(1234.into(), kzt(AMOUNT))
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
        Err(ManualCreditError::AlreadyCredited.into())
    );
}

/// The entry of a history, by its place.
fn entry(history: &History, place: usize) -> NewEntry {
    let (operation_id, kind, amount) = history.entries[place];
    NewEntry {
        kind,
        amount,
        operation_id,
    }
}

#[test]
fn corrected_credit_is_taken_back_and_neither_a_repeat_nor_a_refund_moves_money_again() {
    let mut history = History::of([sale(1)]);
    let credit = entry(&history, 0);
    let decision = correct(&history.snapshot, &credit, 0).unwrap();
    history.add(&decision);
    assert_eq!(
        history.entries[1],
        (1.into(), EntryKind::Correction, -AMOUNT)
    );
    assert_eq!(history.snapshot.state, PaymentState::Reversed);
    let sale = sale(1);
    let replayed = announced().replay([Record::from(&sale), Record::Correction(credit)]);
    assert_eq!(replayed.as_ref(), Ok(&history.snapshot));
    let again = event(1, ["sale", "success", "refunded"], AMOUNT);
    assert_eq!(history.outcome(&again), EventStatus::Noted);
    assert_eq!(
        history.outcome(&refund(2, AMOUNT)),
        EventStatus::Quarantined
    );
    assert_eq!(
        history.outcome(&refund_reverse(3, AMOUNT)),
        EventStatus::Quarantined
    );
    let too_large = AlarmKind::CompensationTooLarge;
    assert_eq!(
        (history.total(), &history.alarms[..]),
        (0, &[too_large; 2][..])
    );
    let correction = entry(&history, 1);
    let of_correction = Err(CorrectionError::OfCorrection);
    assert_eq!(correct(&history.snapshot, &correction, 0), of_correction);
}

#[test]
fn correction_fits_what_the_entry_moved_and_no_later_entry_moved_again() {
    let partly = History::of([sale(1), refund(2, 30_000)]);
    let moved = Err(CorrectionError::MovedSince);
    assert_eq!(correct(&partly.snapshot, &entry(&partly, 0), 0), moved);
    let decision = correct(&partly.snapshot, &entry(&partly, 1), 0).unwrap();
    let full = correct(&partly.snapshot, &entry(&partly, 1), i64::MAX - 29_999);
    assert_eq!(full, Err(CorrectionError::BalanceOverflow));
    let after = &decision.snapshot;
    assert_eq!(after.state, PaymentState::Credited);
    assert_eq!((after.remaining, after.refunded), (AMOUNT, 0));
    let returned = History::of([sale(1), refund(2, 30_000), refund_reverse(3, 30_000)]);
    assert_eq!(correct(&returned.snapshot, &entry(&returned, 1), 0), moved);
    let after = correct(&returned.snapshot, &entry(&returned, 2), 0)
        .unwrap()
        .snapshot;
    assert_eq!((after.remaining, after.refunded), (70_000, 30_000));
    let reversed = History::of([sale(1), reversal(2, 40_000)]);
    let after = correct(&reversed.snapshot, &entry(&reversed, 1), 0)
        .unwrap()
        .snapshot;
    assert_eq!(
        (after.remaining, after.state),
        (AMOUNT, PaymentState::Credited)
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

#[test]
fn events_without_an_id_are_one_event_for_each_pair_of_statuses() {
    let stored = bare("decline");
    assert!(stored.repeats(&stored));
    let with_status = without_id(event(1, ["sale", "decline", "decline"], AMOUNT));
    for other in [bare("error"), with_status, decline(1)] {
        assert!(!other.repeats(&stored), "{other:?}");
    }
}

#[test]
fn events_without_an_id_with_other_sums_or_types_do_not_contradict_each_other() {
    let words = ["sale", "decline", "decline"];
    let attempt = |kind, minor| OperationEvent {
        operation_id: None,
        ..event(0, [kind, words[1], words[2]], minor)
    };
    let first = attempt("sale", AMOUNT);
    for other in [attempt("sale", 5), attempt("auth", AMOUNT)] {
        assert!(other.repeats(&first) && !other.contradicts(&first));
    }
    let named = event(1, words, 5);
    assert!(named.contradicts(&event(1, words, AMOUNT)));
}

#[test]
fn repeat_that_has_more_or_less_than_the_stored_event_contradicts_nothing() {
    let whole = decline(1);
    for part in [
        OperationEvent {
            amount: None,
            ..whole.clone()
        },
        OperationEvent {
            operation_type: None,
            ..whole.clone()
        },
    ] {
        assert!(part.repeats(&whole) && whole.repeats(&part));
        assert!(!part.contradicts(&whole) && !whole.contradicts(&part));
    }
}
