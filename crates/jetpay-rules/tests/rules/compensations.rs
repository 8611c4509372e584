//! Refunds, reversals, refunds taken back, changes by hand.

use super::{
    AMOUNT, History, decline, event, manually_declined, refund, refund_reverse, reversal, sale,
};
use jetpay_rules::{AlarmKind, EntryKind, EventStatus, PaymentState};

#[test]
fn part_refunded_is_partially_refunded() {
    let history = History::of([sale(1), refund(2, 30_000)]);
    assert_eq!(history.snapshot.state, PaymentState::PartiallyRefunded);
    assert_eq!(history.entries[1], (2.into(), EntryKind::Refund, -30_000));
    assert_eq!(history.snapshot.remaining, 70_000);
}

#[test]
fn all_refunded_is_refunded() {
    let history = History::of([sale(1), refund(2, 30_000), refund(3, 70_000)]);
    assert_eq!(
        (history.snapshot.state, history.total()),
        (PaymentState::Refunded, 0)
    );
    assert!(history.alarms.is_empty());
}

#[test]
fn all_reversed_is_reversed() {
    let history = History::of([sale(1), reversal(2, AMOUNT)]);
    assert_eq!(
        (history.snapshot.state, history.total()),
        (PaymentState::Reversed, 0)
    );
    assert_eq!(history.entries[1].1, EntryKind::Reversal);
}

#[test]
fn last_compensation_names_the_state() {
    let reversed = History::of([sale(1), refund(2, 40_000), reversal(3, 60_000)]);
    assert_eq!(reversed.snapshot.state, PaymentState::Reversed);
    let refunded = History::of([sale(1), reversal(2, 40_000), refund(3, 60_000)]);
    assert_eq!(refunded.snapshot.state, PaymentState::Refunded);
    let part = History::of([sale(1), reversal(2, 40_000)]);
    assert_eq!(part.snapshot.state, PaymentState::PartiallyRefunded);
}

#[test]
fn refund_told_again_with_another_status_is_taken_once() {
    let mut history = History::of([sale(1), refund(2, 30_000)]);
    let again = event(2, ["refund", "success", "refunded"], 30_000);
    assert_eq!(history.outcome(&again), EventStatus::Noted);
    assert_eq!(history.total(), 70_000);
}

#[test]
fn refund_of_more_than_remains_is_quarantined_and_takes_nothing() {
    let history = History::of([sale(1), refund(2, 60_000), refund(3, 40_001)]);
    assert_eq!(
        (history.total(), history.snapshot.state),
        (40_000, PaymentState::PartiallyRefunded)
    );
    assert_eq!(history.alarms, [AlarmKind::CompensationTooLarge]);
}

#[test]
fn refund_taken_back_is_given_again() {
    let mut history = History::of([sale(1), refund(2, AMOUNT), refund_reverse(3, 40_000)]);
    assert_eq!(
        (history.total(), history.snapshot.state),
        (40_000, PaymentState::PartiallyRefunded)
    );
    history.happen(&refund_reverse(4, 60_000));
    assert_eq!(
        (history.total(), history.snapshot.state),
        (AMOUNT, PaymentState::Credited)
    );
    history.happen(&refund_reverse(5, 1));
    assert_eq!(
        (history.total(), history.alarms),
        (AMOUNT, vec![AlarmKind::CompensationTooLarge])
    );
}

#[test]
fn reversed_refund_returns_nothing_that_a_reversal_or_a_manual_change_took() {
    for taken in [reversal(2, AMOUNT), manually_declined(2)] {
        let mut history = History::of([sale(1), taken]);
        let outcome = history.outcome(&refund_reverse(3, AMOUNT));
        assert_eq!(outcome, EventStatus::Quarantined);
        assert_eq!((history.total(), history.snapshot.refunded), (0, 0));
        let last = history.alarms.last();
        assert_eq!(last, Some(&AlarmKind::CompensationTooLarge));
    }
    let history = History::of([sale(1), refund(2, 30_000), reversal(3, 70_000)]);
    for (minor, total) in [(30_000, 30_000), (30_001, 0)] {
        let mut history = history.clone();
        history.happen(&refund_reverse(4, minor));
        assert_eq!(history.total(), total);
    }
}

#[test]
fn refund_before_its_credit_waits_and_is_applied_with_it() {
    let mut history = History::new();
    assert_eq!(history.outcome(&refund(2, 30_000)), EventStatus::Early);
    assert_eq!(
        (history.total(), history.snapshot.state),
        (0, PaymentState::Pending)
    );
    let decision = history.happen(&sale(1)).unwrap();
    let amounts: Vec<i64> = decision.entries.iter().map(|entry| entry.amount).collect();
    assert_eq!(amounts, [AMOUNT, -30_000]);
    assert_eq!(
        (decision.snapshot.state, decision.released.len()),
        (PaymentState::PartiallyRefunded, 1)
    );
    assert!(history.snapshot.early.is_empty() && history.alarms.is_empty());
}

#[test]
fn early_refund_told_twice_waits_once() {
    let again = event(2, ["refund", "success", "refunded"], 30_000);
    let history = History::of([refund(2, 30_000), again, sale(1)]);
    assert_eq!(history.total(), 70_000);
}

#[test]
fn early_refund_through_a_decline_still_waits() {
    let history = History::of([refund(2, AMOUNT), decline(1), sale(1)]);
    assert_eq!(
        (history.total(), history.snapshot.state),
        (0, PaymentState::Refunded)
    );
}

#[test]
fn early_refunds_of_more_than_the_credit_are_quarantined_as_far_as_they_do_not_fit() {
    let history = History::of([refund(2, 60_000), refund(3, 60_000), sale(1)]);
    assert_eq!(
        (history.total(), history.alarms),
        (40_000, vec![AlarmKind::CompensationTooLarge])
    );
}

#[test]
fn early_refund_taken_back_finds_its_early_refund() {
    let history = History::of([refund_reverse(3, 20_000), refund(2, 20_000), sale(1)]);
    assert_eq!(
        (history.total(), history.snapshot.state),
        (AMOUNT, PaymentState::Credited)
    );
    assert!(history.alarms.is_empty());
}

#[test]
fn change_by_hand_to_failed_takes_back_what_remains() {
    let history = History::of([sale(1), refund(2, 30_000), manually_declined(3)]);
    assert_eq!(
        history.entries[2],
        (3.into(), EntryKind::ManualChange, -70_000)
    );
    assert_eq!(
        (history.total(), history.snapshot.state),
        (0, PaymentState::Reversed)
    );
    assert_eq!(history.alarms, [AlarmKind::ManualChange]);
}

#[test]
fn change_by_hand_of_a_payment_with_nothing_left_is_an_alarm_only() {
    let history = History::of([sale(1), refund(2, AMOUNT), manually_declined(3)]);
    assert_eq!(
        (history.entries.len(), history.snapshot.state),
        (2, PaymentState::Refunded)
    );
    assert_eq!(history.alarms, [AlarmKind::ManualChange]);
}

#[test]
fn change_by_hand_before_the_credit_waits_and_takes_it_back() {
    let history = History::of([manually_declined(3), sale(1)]);
    assert_eq!((history.total(), history.credits()), (0, 1));
    assert_eq!(history.alarms, [AlarmKind::ManualChange]);
}

#[test]
fn change_by_hand_to_anything_else_is_an_alarm_only() {
    for status in ["success", "refunded", "processing", "awaiting moon"] {
        for before in [vec![], vec![sale(1)]] {
            let mut history = History::of(before);
            let snapshot = history.snapshot.clone();
            let decision = history
                .happen(&event(3, ["manual change", "success", status], AMOUNT))
                .unwrap();
            assert!(decision.entries.is_empty(), "{status}");
            assert_eq!(
                (decision.snapshot.state, decision.outcome),
                (snapshot.state, EventStatus::Noted),
                "{status}"
            );
            assert_eq!(history.alarms, [AlarmKind::ManualChange], "{status}");
        }
    }
}
