//! Callbacks without an operation, or without its id: they are about the payment alone.

use super::history::{AMOUNT, History, bare, decline, event, refund, sale, without_id};
use jetpay_rules::{AlarmKind, EventStatus, OperationEvent, PaymentState};

/// Declines that lack more and more.
fn declines(status: &str) -> Vec<OperationEvent> {
    let whole = event(1, ["sale", "decline", status], AMOUNT);
    let without_type = OperationEvent {
        operation_type: None,
        ..without_id(whole.clone())
    };
    vec![without_id(whole), without_type, bare(status)]
}

#[test]
fn decline_without_an_operation_declines_the_pending_payment() {
    for status in ["decline", "error", "expired", "canceled"] {
        for event in declines(status) {
            let mut history = History::new();
            assert_eq!(history.outcome(&event), EventStatus::Applied, "{event:?}");
            assert_eq!(history.snapshot.state, PaymentState::Declined);
            assert!(history.entries.is_empty() && history.alarms.is_empty());
            history.happen(&sale(1));
            assert_eq!(history.total(), AMOUNT, "a late success is credited");
        }
    }
}

#[test]
fn decline_without_an_operation_after_the_credit_is_an_alarm() {
    for event in declines("decline") {
        let history = History::of([sale(1), event]);
        assert_eq!(
            (history.snapshot.state, history.alarms),
            (PaymentState::Credited, vec![AlarmKind::DeclineAfterCredit])
        );
    }
}

#[test]
fn intermediate_event_without_an_operation_is_noted() {
    for status in ["processing", "awaiting customer", "awaiting moon"] {
        for before in [vec![], vec![decline(1)], vec![sale(1)]] {
            let mut history = History::of(before);
            let state = history.snapshot.state;
            assert_eq!(history.outcome(&bare(status)), EventStatus::Noted);
            assert_eq!(history.snapshot.state, state);
            assert!(history.alarms.is_empty(), "{status}");
        }
    }
}

#[test]
fn partially_paid_without_an_operation_is_quarantined() {
    let history = History::of([bare("partially paid")]);
    assert_eq!(
        (history.snapshot.state, history.alarms),
        (PaymentState::Quarantined, vec![AlarmKind::PartiallyPaid])
    );
}

#[test]
fn refund_without_an_id_or_amount_is_an_alarm_and_takes_nothing() {
    for before in [vec![], vec![sale(1)]] {
        let mut history = History::of(before);
        let total = history.total();
        let decision = history.happen(&without_id(refund(2, 5))).unwrap();
        assert_eq!(decision.outcome, EventStatus::Noted);
        assert_eq!(history.total(), total);
        assert_eq!(history.alarms, [AlarmKind::UnknownOperation]);
    }
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
