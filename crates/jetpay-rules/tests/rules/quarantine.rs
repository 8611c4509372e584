//! What does not fit the payment.

use jetpay_core::status::PaymentType;
use jetpay_core::{Currency, Money};

use super::history::{
    AMOUNT, History, decline, event, kzt, manually_declined, refund, refund_reverse, reversal, sale,
};
use jetpay_rules::{
    AlarmKind, Effect, Effects, EventStatus, ManualCreditError, OperationEvent, PaymentState,
    credit_manually, decide,
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
