//! What the operator must see: callbacks that do not fit the payment, and what comes with success. It is never silent,
//! because the platform does not repeat an answered callback.

use jetpay_core::status::PaymentType;
use jetpay_core::{Currency, Money};
use jetpay_rules::{
    AlarmKind, Effect, Effects, EventStatus, ManualCreditError, OperationEvent, PaymentState,
    credit_manually, decide,
};

use super::{
    AMOUNT, History, bare, decline, event, kzt, manually_declined, refund, refund_reverse,
    reversal, sale,
};

fn tenge_as_dollars(mut event: OperationEvent) -> OperationEvent {
    let usd = |money: Money| Money::new(money.minor(), Currency::parse("USD").unwrap());
    event.amount = event.amount.map(usd);
    event
}

fn foreign(mut event: OperationEvent) -> OperationEvent {
    event.project_id = 4321.into();
    event
}

fn payout(mut event: OperationEvent) -> OperationEvent {
    event.payment_type = Some(PaymentType::Payout);
    event
}

/// Everything that does not fit, with its alarm, on a payment that was credited or not.
fn misfits(operation_id: u64) -> Vec<(OperationEvent, AlarmKind)> {
    vec![
        (foreign(sale(operation_id)), AlarmKind::ProjectDiffers),
        (foreign(decline(operation_id)), AlarmKind::ProjectDiffers),
        (foreign(refund(operation_id, 1)), AlarmKind::ProjectDiffers),
        (
            tenge_as_dollars(refund(operation_id, 1)),
            AlarmKind::CurrencyDiffers,
        ),
        (
            tenge_as_dollars(manually_declined(operation_id)),
            AlarmKind::CurrencyDiffers,
        ),
        (refund(operation_id, 0), AlarmKind::AmountDiffers),
        (refund(operation_id, -1), AlarmKind::AmountDiffers),
        (reversal(operation_id, i64::MIN), AlarmKind::AmountDiffers),
        (
            refund(operation_id, AMOUNT + 1),
            AlarmKind::CompensationTooLarge,
        ),
        (
            reversal(operation_id, i64::MAX),
            AlarmKind::CompensationTooLarge,
        ),
        (
            event(operation_id, ["sale", "success", "partially paid"], AMOUNT),
            AlarmKind::PartiallyPaid,
        ),
        (
            event(
                operation_id,
                ["sale", "success", "partially_paid_out"],
                AMOUNT,
            ),
            AlarmKind::PartiallyPaid,
        ),
        (payout(sale(operation_id)), AlarmKind::PayoutForTopUp),
        (
            event(operation_id, ["payout", "success", "success"], AMOUNT),
            AlarmKind::PayoutForTopUp,
        ),
        (
            event(
                operation_id,
                ["payout reversal", "success", "success"],
                AMOUNT,
            ),
            AlarmKind::PayoutForTopUp,
        ),
    ]
}

#[test]
fn misfit_before_the_credit_is_quarantined() {
    let amounts = [0, -AMOUNT, AMOUNT - 1, AMOUNT + 1, AMOUNT * 100, i64::MAX];
    let mut all = misfits(1);
    all.push((tenge_as_dollars(sale(1)), AlarmKind::CurrencyDiffers));
    all.extend(amounts.map(|amount| {
        (
            OperationEvent {
                amount: Some(kzt(amount)),
                ..sale(1)
            },
            AlarmKind::AmountDiffers,
        )
    }));
    for before in [vec![], vec![decline(7)]] {
        for (misfit, alarm) in &all {
            let mut history = History::of(before.clone());
            let decision = history.happen(misfit).unwrap();
            let outcome = (decision.snapshot.state, decision.outcome);
            assert_eq!(
                outcome,
                (PaymentState::Quarantined, EventStatus::Quarantined),
                "{misfit:?}"
            );
            assert!(decision.entries.is_empty(), "{misfit:?}");
            assert_eq!(history.alarms, [*alarm], "{misfit:?}");
        }
    }
}

#[test]
fn misfit_after_the_credit_is_quarantined_and_leaves_the_credit() {
    for (misfit, alarm) in misfits(2) {
        let mut history = History::of([sale(1)]);
        let decision = history.happen(&misfit).unwrap();
        assert_eq!(
            (decision.snapshot.state, decision.outcome),
            (PaymentState::Credited, EventStatus::Quarantined),
            "{misfit:?}"
        );
        assert!(decision.entries.is_empty(), "{misfit:?}");
        assert_eq!(history.alarms, [alarm], "{misfit:?}");
    }
}

#[test]
fn decline_of_a_quarantined_payment_leaves_it_quarantined() {
    let mut history = History::of([foreign(sale(1))]);
    assert_eq!(history.outcome(&decline(2)), EventStatus::Noted);
    assert_eq!(history.snapshot.state, PaymentState::Quarantined);
}

#[test]
fn decline_with_another_amount_still_declines() {
    let history = History::of([OperationEvent {
        amount: Some(kzt(5)),
        ..decline(1)
    }]);
    assert_eq!(
        (history.snapshot.state, history.alarms),
        (PaymentState::Declined, vec![])
    );
}

#[test]
fn operation_that_moved_another_payments_money_is_quarantined() {
    for event in [sale(1), refund(1, 5), reversal(1, 5), manually_declined(1)] {
        for before in [vec![], vec![sale(7)]] {
            if before.len() == 1 && event == sale(1) {
                continue; // A second sale, of whichever payment.
            }
            let snapshot = History::of(before).snapshot;
            let decision = decide(&snapshot, &event, &Effect::Elsewhere.into());
            assert_eq!(decision.outcome, EventStatus::Quarantined, "{event:?}");
            assert!(decision.entries.is_empty(), "{event:?}");
            assert_eq!(
                decision.alarms[0].kind,
                AlarmKind::OperationOfAnotherPayment,
                "{event:?}"
            );
        }
    }
}

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

/// Statuses that say that the money of a credit went back, and statuses that are unknown.
const TAKEN_BACK: [&str; 4] = [
    "refunded",
    "partially refunded",
    "reversed",
    "partially_reversed",
];
const UNKNOWN: [&str; 4] = ["chargeback", "disputed", "voided", "awaiting moon"];

#[test]
fn status_that_touches_the_credit_without_an_operation_is_an_alarm_once_an_event() {
    for status in TAKEN_BACK.into_iter().chain(UNKNOWN) {
        let mut history = History::of([sale(1)]);
        assert_eq!(history.outcome(&bare(status)), EventStatus::Noted);
        assert_eq!(history.happen(&bare(status)), None, "a repeat");
        assert_eq!(
            (history.total(), &history.alarms[..]),
            (AMOUNT, &[AlarmKind::UnknownOperation][..]),
            "{status}"
        );
        let uncredited = History::of([decline(1), bare(status)]);
        assert!(uncredited.alarms.is_empty(), "{status}");
    }
}

#[test]
fn unknown_status_of_a_credited_payment_is_an_alarm_unless_its_operation_failed_or_goes_on() {
    for status in UNKNOWN {
        for (id, [kind, word], total) in [
            (1, ["sale", "success"], AMOUNT),
            (9, ["refund", "success"], AMOUNT - 5),
            (9, ["auth", "success"], AMOUNT),
            (9, ["refund", "approved"], AMOUNT),
            (9, ["refund", "unknown"], AMOUNT),
        ] {
            let history = History::of([sale(1), event(id, [kind, word, status], 5)]);
            assert_eq!(
                (history.total(), history.alarms),
                (total, vec![AlarmKind::UnknownOperation]),
                "{kind} {word} {status}"
            );
        }
        for word in ["decline", "processing"] {
            let history = History::of([sale(1), event(9, ["refund", word, status], 5)]);
            assert!(history.alarms.is_empty(), "{word} {status}");
        }
        for word in ["approved", "decline", "processing"] {
            let history = History::of([event(9, ["sale", word, status], AMOUNT)]);
            assert!(history.alarms.is_empty(), "{word} {status}, not credited");
        }
    }
}

#[test]
fn original_sale_with_a_status_after_the_success_is_silent() {
    for status in TAKEN_BACK {
        let again = event(1, ["sale", "success", status], AMOUNT);
        assert!(History::of([sale(1), again]).alarms.is_empty(), "{status}");
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

#[test]
fn money_that_the_balance_cannot_hold_is_quarantined_and_what_fits_is_credited() {
    let with = |balance| Effects {
        balance,
        ..Effects::default()
    };
    let pending = History::of([]).snapshot;
    let fits = i64::MAX - AMOUNT;
    let decision = decide(&pending, &sale(1), &with(fits));
    assert_eq!(decision.outcome, EventStatus::Applied);
    // A compensation that waited takes a part back.
    let waiting = History::of([refund(2, 1)]).snapshot;
    let decision = decide(&waiting, &sale(1), &with(fits + 1));
    assert_eq!(decision.outcome, EventStatus::Applied);
    let refunded = History::of([sale(1), refund(2, AMOUNT)]).snapshot;
    for (snapshot, event) in [(&pending, sale(1)), (&refunded, refund_reverse(3, AMOUNT))] {
        let decision = decide(snapshot, &event, &with(fits + 1));
        assert_eq!(decision.outcome, EventStatus::Quarantined, "{event:?}");
        assert!(decision.entries.is_empty(), "{event:?}");
        assert_eq!(decision.alarms[0].kind, AlarmKind::BalanceOverflow);
    }
    let manual = |balance| credit_manually(&pending, 1.into(), AMOUNT, &with(balance));
    assert!(manual(fits).is_ok());
    assert_eq!(manual(fits + 1), Err(ManualCreditError::BalanceOverflow));
}

#[test]
fn manual_credit_beyond_what_the_sum_of_credits_holds_says_so() {
    let refunded = History::of([sale(1), refund(2, AMOUNT)]).snapshot;
    let manual = |minor| credit_manually(&refunded, 3.into(), minor, &Effects::default());
    assert!(manual(i64::MAX - AMOUNT).is_ok());
    let refused = manual(i64::MAX - AMOUNT + 1).unwrap_err();
    assert_eq!(refused, ManualCreditError::CreditsOverflow);
    assert!(refused.to_string().contains("64 bits"), "{refused}");
    assert_eq!(manual(0), Err(ManualCreditError::NotPositive));
}
