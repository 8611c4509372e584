//! Sales: what credits, and what does not. Callbacks without an operation, or without its id, are about the payment alone.

use jetpay_rules::{AlarmKind, EntryKind, EventStatus, OperationEvent, PaymentState};

use super::{AMOUNT, History, bare, decline, event, refund, sale, without_id};

#[test]
fn success_of_a_pending_payment_is_credited() {
    let mut history = History::new();
    let decision = history.happen(&sale(1)).unwrap();
    assert_eq!(decision.outcome, EventStatus::Applied);
    assert_eq!(decision.snapshot.state, PaymentState::Credited);
    assert_eq!(history.entries, [(1.into(), EntryKind::Credit, AMOUNT)]);
    assert!(history.alarms.is_empty());
}

#[test]
fn success_after_a_decline_is_credited() {
    let history = History::of([decline(1), sale(1)]);
    assert_eq!(
        (history.snapshot.state, history.total()),
        (PaymentState::Credited, AMOUNT)
    );
    assert!(history.alarms.is_empty());
}

#[test]
fn success_after_a_quarantined_one_is_credited() {
    let mut wrong = sale(1);
    wrong.amount = Some(super::kzt(AMOUNT - 1));
    let history = History::of([wrong, sale(2)]);
    assert_eq!(
        (history.snapshot.state, history.total()),
        (PaymentState::Credited, AMOUNT)
    );
}

#[test]
fn second_success_of_another_operation_is_an_alarm_and_no_entry() {
    let mut history = History::of([sale(1)]);
    let decision = history.happen(&sale(2)).unwrap();
    assert!(decision.entries.is_empty());
    assert_eq!(decision.snapshot.state, PaymentState::Credited);
    assert_eq!(history.alarms, [AlarmKind::SecondSale]);
}

#[test]
fn second_success_after_a_full_refund_is_an_alarm_and_no_entry() {
    let history = History::of([sale(1), refund(2, AMOUNT), sale(3)]);
    assert_eq!(
        (history.snapshot.state, history.total()),
        (PaymentState::Refunded, 0)
    );
    assert_eq!(history.alarms, [AlarmKind::SecondSale]);
}

#[test]
fn decline_of_a_pending_payment_is_declined() {
    for status in [
        "decline",
        "error",
        "canceled",
        "invoice canceled",
        "expired",
        "internal error",
        "external error",
    ] {
        let mut history = History::new();
        let decision = history
            .happen(&event(1, ["sale", "decline", status], AMOUNT))
            .unwrap();
        assert_eq!(
            (decision.snapshot.state, decision.outcome),
            (PaymentState::Declined, EventStatus::Applied),
            "{status}"
        );
        assert!(
            decision.entries.is_empty() && decision.alarms.is_empty(),
            "{status}"
        );
    }
}

#[test]
fn decline_after_the_credit_changes_nothing_and_raises_an_alarm() {
    for (before, state) in [
        (vec![sale(1)], PaymentState::Credited),
        (vec![sale(1), refund(2, 1)], PaymentState::PartiallyRefunded),
        (vec![sale(1), refund(2, AMOUNT)], PaymentState::Refunded),
    ] {
        let mut history = History::of(before);
        let decision = history.happen(&decline(1)).unwrap();
        assert_eq!(
            (decision.snapshot.state, decision.outcome),
            (state, EventStatus::Noted)
        );
        assert!(decision.entries.is_empty());
        assert_eq!(history.alarms, [AlarmKind::DeclineAfterCredit]);
    }
}

#[test]
fn sale_that_succeeded_in_a_payment_that_failed_is_an_alarm() {
    let contradiction = event(1, ["sale", "success", "decline"], AMOUNT);
    let history = History::of([contradiction.clone()]);
    assert_eq!(
        (history.snapshot.state, history.alarms),
        (PaymentState::Pending, vec![AlarmKind::SaleWithoutSuccess])
    );
    let history = History::of([sale(1), contradiction]);
    assert_eq!(
        (history.snapshot.state, history.alarms),
        (PaymentState::Credited, vec![AlarmKind::DeclineAfterCredit])
    );
}

#[test]
fn success_of_a_payment_with_another_status_is_an_alarm_and_no_credit() {
    for status in [
        "refunded",
        "partially refunded",
        "reversed",
        "processing",
        "awaiting moon",
    ] {
        let mut history = History::new();
        let decision = history
            .happen(&event(1, ["sale", "success", status], AMOUNT))
            .unwrap();
        assert!(decision.entries.is_empty(), "{status}");
        assert_eq!(decision.snapshot.state, PaymentState::Pending, "{status}");
        assert_eq!(history.alarms, [AlarmKind::SaleWithoutSuccess], "{status}");
        history.happen(&sale(1));
        assert_eq!(
            history.total(),
            AMOUNT,
            "{status}: the success that comes late is credited"
        );
    }
}

#[test]
fn success_told_again_with_the_status_after_a_refund_is_noted() {
    let mut history = History::of([sale(1), refund(2, 1)]);
    let again = event(1, ["sale", "success", "partially refunded"], AMOUNT);
    assert_eq!(history.outcome(&again), EventStatus::Noted);
    assert!(history.alarms.is_empty());
}

#[test]
fn intermediate_and_unknown_words_without_success_change_nothing_whenever_they_come() {
    let words = [
        ["sale", "processing", "processing"],
        ["sale", "awaiting customer", "awaiting moon"],
        ["sale", "Success!", "processing"],
        ["sale", "decline", "processing"],
        ["auth", "success", "processing"],
        ["auth", "decline", "processing"],
        ["moon landing", "decline", "processing"],
        ["moon landing", "processing", "refunded"],
        ["refund", "decline", "partially refunded"],
        ["manual change", "processing", "decline"],
    ];
    for before in [
        vec![],
        vec![decline(1)],
        vec![sale(1)],
        vec![sale(1), refund(2, 5)],
    ] {
        for words in words {
            let mut history = History::of(before.clone());
            let snapshot = history.snapshot.clone();
            let decision = history.happen(&event(9, words, AMOUNT)).unwrap();
            assert_eq!(
                (decision.snapshot.state, decision.outcome),
                (snapshot.state, EventStatus::Noted),
                "{words:?}"
            );
            assert!(
                decision.entries.is_empty() && decision.alarms.is_empty(),
                "{words:?}"
            );
        }
    }
}

#[test]
fn money_in_by_an_operation_that_no_top_up_has_is_an_alarm() {
    for kind in ["capture", "recurring"] {
        let history = History::of([event(1, [kind, "success", "success"], AMOUNT)]);
        assert_eq!(
            (history.total(), history.alarms),
            (0, vec![AlarmKind::UnexpectedOperation])
        );
    }
}

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
    for status in ["processing", "awaiting customer"] {
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
