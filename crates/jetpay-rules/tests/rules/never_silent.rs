//! What comes with success is never silent: the platform does not repeat an answered callback.

use super::history::{AMOUNT, History, bare, decline, event, refund, refund_reverse, sale};
use jetpay_rules::{AlarmKind, EventStatus, OperationEvent, PaymentState};

/// Successes of a payment that credit nothing.
fn uncredited_successes() -> Vec<OperationEvent> {
    let words = [
        ["sale", "decline"],
        ["sale", "processing"],
        ["sale", "unknown"],
        ["sale", "approved"],
        ["sale", "Success "],
        ["chargeback", "success"],
        ["sale ", "success"],
        ["auth", "success"],
        ["refund", "decline"],
    ];
    let events = words.map(|[kind, status]| event(9, [kind, status, "success"], AMOUNT));
    events.into_iter().chain([bare("success")]).collect()
}

#[test]
fn success_that_leaves_the_payment_uncredited_is_noted_with_an_alarm() {
    for event in uncredited_successes() {
        for before in [vec![], vec![decline(1)]] {
            let mut history = History::of(before);
            let state = history.snapshot.state;
            assert_eq!(history.outcome(&event), EventStatus::Noted, "{event:?}");
            assert_eq!(history.snapshot.state, state, "{event:?}");
            assert_eq!(history.alarms, [AlarmKind::SuccessNotCredited], "{event:?}");
            history.happen(&sale(1));
            assert_eq!(history.total(), AMOUNT, "the sale is still credited");
        }
    }
}

#[test]
fn success_of_a_credited_payment_without_an_unknown_word_is_silent() {
    for words in [
        ["sale", "processing"],
        ["sale", "unknown"],
        ["auth", "success"],
        ["commission", "success"],
        ["refund", "decline"],
    ] {
        let history = History::of([sale(1), event(9, [words[0], words[1], "success"], AMOUNT)]);
        assert!(history.alarms.is_empty(), "{words:?}");
    }
    assert!(History::of([sale(1), bare("success")]).alarms.is_empty());
}

#[test]
fn unknown_operation_that_succeeded_is_an_alarm_whatever_the_payments_status() {
    for kind in ["chargeback", "dispute", "void", "cancel", "sale ", "Moon"] {
        for status in ["success", "refunded", "processing", "chargeback", "decline"] {
            let history = History::of([sale(1), event(9, [kind, "success", status], AMOUNT)]);
            assert_eq!(
                (history.total(), history.alarms),
                (AMOUNT, vec![AlarmKind::UnknownOperation]),
                "{kind} {status}"
            );
        }
    }
}

#[test]
fn cancel_before_any_credit_is_silent_as_long_as_the_payment_did_not_succeed() {
    let history = History::of([event(9, ["cancel", "success", "canceled"], AMOUNT)]);
    assert!(history.alarms.is_empty());
}

#[test]
fn decline_of_any_operation_but_a_compensation_declines_the_pending_payment() {
    for (kind, state) in [
        ("sale", PaymentState::Declined),
        ("Moon", PaymentState::Declined),
        ("auth", PaymentState::Declined),
        ("refund", PaymentState::Pending),
        ("manual change", PaymentState::Pending),
    ] {
        for status in ["decline", "error"] {
            let history = History::of([event(9, [kind, "decline", status], AMOUNT)]);
            assert_eq!(history.snapshot.state, state, "{kind} {status}");
            assert!(history.alarms.is_empty(), "{kind} {status}");
            // After the credit it changes nothing, and is no more silent than the decline of a sale.
            let after = History::of([sale(1), event(9, [kind, "decline", status], AMOUNT)]);
            let silent = state == PaymentState::Pending;
            let expected = [AlarmKind::DeclineAfterCredit];
            assert_eq!(
                after.alarms,
                expected[usize::from(silent)..],
                "{kind} {status}"
            );
            assert_eq!(
                (after.total(), after.snapshot.state),
                (AMOUNT, PaymentState::Credited)
            );
        }
    }
}

#[test]
fn unknown_status_of_an_operation_is_an_alarm_only_if_the_payment_was_paid() {
    for status in [
        "success",
        "refunded",
        "partially refunded",
        "reversed",
        "partially reversed",
    ] {
        for word in ["approved", "completed", "success "] {
            let history = History::of([sale(1), event(9, ["refund", word, status], AMOUNT)]);
            assert_eq!(
                (history.total(), history.alarms),
                (AMOUNT, vec![AlarmKind::UnknownOperation]),
                "{word} {status}"
            );
        }
    }
    for status in ["decline", "processing", "awaiting moon"] {
        let history = History::of([event(9, ["refund", "approved", status], AMOUNT)]);
        assert!(history.alarms.is_empty(), "{status}");
    }
}

#[test]
fn declined_refund_after_the_credit_is_silent() {
    for status in ["success", "partially refunded"] {
        let declined = event(3, ["refund", "decline", status], 5);
        let history = History::of([sale(1), declined]);
        assert!(history.alarms.is_empty(), "{status}");
    }
}

#[test]
fn compensation_that_waits_for_the_credit_is_silent() {
    let history = History::of([refund_reverse(3, 5), refund(2, 5)]);
    assert!(history.alarms.is_empty());
    assert_eq!(history.snapshot.state, PaymentState::Pending);
}

#[test]
fn alarm_that_says_more_is_the_only_one() {
    for (event, alarm) in [
        (
            event(1, ["sale", "success", "success"], 5),
            AlarmKind::AmountDiffers,
        ),
        (
            event(1, ["capture", "success", "success"], AMOUNT),
            AlarmKind::UnexpectedOperation,
        ),
        (
            event(1, ["sale", "success", "refunded"], AMOUNT),
            AlarmKind::SaleWithoutSuccess,
        ),
        (
            event(1, ["manual change", "success", "success"], AMOUNT),
            AlarmKind::ManualChange,
        ),
    ] {
        assert_eq!(History::of([event]).alarms, [alarm]);
    }
}
