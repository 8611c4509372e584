//! What does not fit the payment.

use jetpay_core::status::PaymentType;
use jetpay_core::{Currency, Money};

use super::super::given::{
    AMOUNT, History, decline, declined_by_hand, fact, kzt, refund, reversal, sale,
};
use super::super::{Disposition, Effect, Fact, State, decide};
use crate::alarm::AlarmKind;

fn tenge_as_dollars(mut fact: Fact) -> Fact {
    fact.amount = Money::new(fact.amount.minor(), Currency::parse("USD").unwrap());
    fact
}

fn foreign(mut fact: Fact) -> Fact {
    fact.project_id = 4321.into();
    fact
}

fn payout(mut fact: Fact) -> Fact {
    fact.payment_type = Some(PaymentType::Payout);
    fact
}

/// Everything that does not fit, with its alarm, on a payment that was credited or not.
fn misfits(operation_id: u64) -> Vec<(Fact, AlarmKind)> {
    vec![
        (foreign(sale(operation_id)), AlarmKind::ProjectDiffers),
        (foreign(decline(operation_id)), AlarmKind::ProjectDiffers),
        (foreign(refund(operation_id, 1)), AlarmKind::ProjectDiffers),
        (
            tenge_as_dollars(refund(operation_id, 1)),
            AlarmKind::CurrencyDiffers,
        ),
        (
            tenge_as_dollars(declined_by_hand(operation_id)),
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
            fact(operation_id, ["sale", "success", "partially paid"], AMOUNT),
            AlarmKind::PartiallyPaid,
        ),
        (
            fact(
                operation_id,
                ["sale", "success", "partially_paid_out"],
                AMOUNT,
            ),
            AlarmKind::PartiallyPaid,
        ),
        (payout(sale(operation_id)), AlarmKind::PayoutForTopUp),
        (
            fact(operation_id, ["payout", "success", "success"], AMOUNT),
            AlarmKind::PayoutForTopUp,
        ),
        (
            fact(
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
            Fact {
                amount: kzt(amount),
                ..sale(1)
            },
            AlarmKind::AmountDiffers,
        )
    }));
    for before in [vec![], vec![decline(7)]] {
        for (misfit, alarm) in &all {
            let mut history = History::of(before.clone());
            let decision = history.happen(misfit).unwrap();
            let outcome = (decision.state, decision.disposition);
            assert_eq!(
                outcome,
                (State::Quarantined, Disposition::Quarantined),
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
            (decision.state, decision.disposition),
            (State::Credited, Disposition::Quarantined),
            "{misfit:?}"
        );
        assert!(decision.entries.is_empty(), "{misfit:?}");
        assert_eq!(history.alarms, [alarm], "{misfit:?}");
    }
}

#[test]
fn decline_of_a_quarantined_payment_leaves_it_quarantined() {
    let mut history = History::of([foreign(sale(1))]);
    assert_eq!(history.disposition(&decline(2)), Disposition::Noted);
    assert_eq!(history.standing.state, State::Quarantined);
}

#[test]
fn decline_with_another_amount_still_declines() {
    let history = History::of([Fact {
        amount: kzt(5),
        ..decline(1)
    }]);
    assert_eq!(
        (history.standing.state, history.alarms),
        (State::Declined, vec![])
    );
}

#[test]
fn operation_that_moved_another_payments_money_is_quarantined() {
    for fact in [sale(1), refund(1, 5), reversal(1, 5), declined_by_hand(1)] {
        for before in [vec![], vec![sale(7)]] {
            if before.len() == 1 && fact == sale(1) {
                continue; // A second sale, whoever's it is.
            }
            let mut standing = History::of(before).standing;
            standing.effect = Effect::Elsewhere;
            let decision = decide(&standing, &fact);
            assert_eq!(decision.disposition, Disposition::Quarantined, "{fact:?}");
            assert!(decision.entries.is_empty(), "{fact:?}");
            assert_eq!(
                decision.alarms[0].kind,
                AlarmKind::OperationOfAnotherPayment,
                "{fact:?}"
            );
        }
    }
}
