//! What depends on more than the payment's own events: operations of other payments, the customer's balance, and what a
//! credit releases.

use jetpay_rules::{
    AlarmKind, Effect, Effects, EventStatus, ManualCreditError, credit_manually, decide,
};

use super::{AMOUNT, History, manually_declined, refund, refund_reverse, reversal, sale};

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

#[test]
fn credit_releases_what_waited_as_applied_or_quarantined_or_noted() {
    let waiting = [
        manually_declined(2),
        refund(3, AMOUNT),
        refund(4, AMOUNT),
        refund_reverse(5, 1),
    ];
    let mut history = History::of(waiting);
    let released = history.happen(&sale(1)).unwrap().released;
    let released: Vec<_> = released
        .iter()
        .map(|it| (it.operation_id.number(), it.status))
        .collect();
    let expected = [
        (3, EventStatus::Applied),
        (4, EventStatus::Quarantined),
        (5, EventStatus::Applied),
        (2, EventStatus::Applied),
    ];
    assert_eq!(released, expected);
    assert!(history.snapshot.early.is_empty());
    let mut all_taken = History::of([manually_declined(2), reversal(3, AMOUNT)]);
    let released = all_taken.happen(&sale(1)).unwrap().released;
    assert_eq!(released[1].status, EventStatus::Noted);
}
