//! What does not fit: late, contradictory or foreign news.

use super::given::*;
use super::rows::{alarms, asked, money, steps};
use crate::alarm::AlarmKind;
use crate::payout::{
    Ending, GateAddress, Next, PayoutState, Status, StatusAnswer, StepKind, Unsettleable,
};
use crate::state::Disposition;

#[test]
fn success_after_a_failure_is_paid_with_an_alarm_and_a_failure_after_success_only_alarmed() {
    for failed in [
        DECLINE.callback(&accepted(), at(3)).standing,
        begun().sent(1, &rejected(), START, &pace()).standing,
    ] {
        let change = SUCCESS.callback(&failed, at(4));
        assert_eq!(steps(&change), [StepKind::ReservedAgain, StepKind::Paid]);
        assert_eq!(alarms(&change), [AlarmKind::PaidAfterRelease]);
        assert_eq!(money(&change.standing), (PayoutState::Paid, 0, AMOUNT));
    }
    let paid = SUCCESS.callback(&accepted(), at(3)).standing;
    let change = DECLINE.callback(&paid, at(4));
    assert_eq!(
        (steps(&change), alarms(&change)),
        (vec![], vec![AlarmKind::DeclineAfterPaid])
    );
    assert_eq!(change.standing, paid);
    let second = Told { id: 30, ..SUCCESS }.callback(&paid, at(5));
    assert_eq!(alarms(&second), [AlarmKind::SecondPayout]);
    assert_eq!(money(&second.standing), (PayoutState::Paid, 0, AMOUNT));
}

#[test]
fn success_of_another_amount_is_alarmed_also_after_a_person_said_that_it_is_paid() {
    let begun = begun();
    let settled = begun.settle(Ending::Paid, "says support", at(100)).unwrap();
    let more = Told {
        amount: AMOUNT + 1,
        ..SUCCESS
    };
    let change = more.callback(&settled.standing, at(101));
    assert_eq!(
        (steps(&change), alarms(&change)),
        (vec![], vec![AlarmKind::AmountDiffers])
    );
    assert_eq!(change.disposition, Disposition::Quarantined);
    assert_eq!(money(&change.standing), (PayoutState::Paid, 0, AMOUNT));
    let fits = SUCCESS.callback(&settled.standing, at(101));
    assert_eq!(alarms(&fits), []);
    assert_eq!(fits.standing.paid_by, Some(OPERATION.into()));
}

#[test]
fn outcome_that_does_not_fit_moves_nothing_and_waits_for_a_person() {
    let less = Told {
        amount: AMOUNT - 1,
        ..SUCCESS
    };
    let part = Told {
        payment: "partially paid out",
        ..SUCCESS
    };
    let odd = Told {
        kind: "capture",
        ..SUCCESS
    };
    for (told, why) in [
        (less, AlarmKind::AmountDiffers),
        (part, AlarmKind::PartiallyPaid),
        (odd, AlarmKind::UnexpectedOperation),
    ] {
        let change = told.callback(&accepted(), at(3));
        assert_eq!(
            (steps(&change), alarms(&change)),
            (vec![StepKind::Differs], vec![why])
        );
        assert_eq!(change.disposition, Disposition::Quarantined);
        assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
        assert_eq!(change.standing.next, None);
    }
}

#[test]
fn answer_of_an_older_turn_permits_no_send_and_no_release() {
    let (_, asking) = taken_up(&begun(), at(70)).unwrap();
    let asking = asking.standing;
    for late in [rejected(), not_now(3613), unknown()] {
        assert_eq!(asking.sent(1, &late, at(71), &pace()).standing, asking);
    }
    for late in [StatusAnswer::NotKnown, unanswered()] {
        assert_eq!(asking.asked(1, &late, at(71), &pace()).standing, asking);
    }
    let error = asking.asked(1, &told(&[ERROR]), at(71), &pace());
    assert_eq!(error.standing, asking);
    // That it was accepted is true whoever tells it.
    let accepted = asking.sent(1, &accept(), at(71), &pace()).standing;
    assert_eq!(accepted.state, PayoutState::Accepted);
}

#[test]
fn error_beside_an_operation_that_did_not_fail_sends_nothing() {
    let paid = Told {
        payment: "error",
        ..SUCCESS
    };
    let change = asked(&accepted(), &told(&[paid]), at(10));
    assert_eq!(alarms(&change), [AlarmKind::PayoutContradicts]);
    assert_eq!(change.standing.next, None);
    let working = Told {
        payment: "error",
        ..PROCESSING
    };
    let change = asked(&accepted(), &told(&[working]), at(10));
    assert_eq!(change.standing.next, Some((Next::Ask, at(20))));
    let change = asked(&accepted(), &told(&[paid, ERROR]), at(10));
    assert_eq!(change.standing.next, None, "one of its tries was paid");
}

#[test]
fn error_is_leave_to_send_again_once() {
    let change = asked(&accepted(), &told(&[ERROR]), at(10));
    let (_, again) = taken_up(&change.standing, at(20)).unwrap();
    let again = again.standing;
    let again = again.sent(again.turn, &accept(), at(20), &pace()).standing;
    let still = asked(&again, &told(&[ERROR]), at(30));
    assert_eq!(
        (steps(&still), still.standing.state),
        (vec![], PayoutState::Accepted)
    );
    let anew = Told { id: 30, ..ERROR };
    let anew = asked(&still.standing, &told(&[ERROR, anew]), at(60));
    assert_eq!(steps(&anew), [StepKind::Error]);
}

#[test]
fn failure_beside_an_operation_that_did_not_fail_releases_nothing() {
    let paid = Told {
        payment: "decline",
        ..SUCCESS
    };
    let working = Told {
        payment: "decline",
        ..PROCESSING
    };
    for (told, why) in [
        (paid, vec![AlarmKind::PayoutContradicts]),
        (working, vec![]),
    ] {
        let change = told.callback(&accepted(), at(3));
        assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
        assert_eq!(alarms(&change), why);
    }
}

#[test]
fn success_without_an_amount_of_its_own_is_held_against_the_sum() {
    let answer = |sum| {
        let mut status = status(&[SUCCESS]);
        status.operations[0].amount = None;
        StatusAnswer::Told(Status { sum, ..status })
    };
    let fits = asked(&accepted(), &answer(Some(kzt(AMOUNT))), at(10));
    assert_eq!(money(&fits.standing), (PayoutState::Paid, 0, AMOUNT));
    let less = asked(&accepted(), &answer(Some(kzt(99))), at(10));
    assert_eq!(alarms(&less), [AlarmKind::AmountDiffers]);
    let none = asked(&accepted(), &answer(None), at(10));
    assert_eq!(
        none.standing.next,
        Some((Next::Ask, at(20))),
        "it is asked on"
    );
    let mut purchase = status(&[SUCCESS]);
    purchase.payment_type = Some(jetpay_core::status::PaymentType::Purchase);
    let change = asked(&accepted(), &StatusAnswer::Told(purchase), at(10));
    assert_eq!(alarms(&change), [AlarmKind::TopUpForPayout]);
}

#[test]
fn answer_to_the_send_moves_nothing_once_a_person_must_look() {
    let less = Told {
        amount: AMOUNT - 1,
        ..SUCCESS
    };
    let differs = less.callback(&begun(), at(1)).standing;
    for outcome in [accept(), rejected(), not_now(3613), unknown()] {
        let change = differs.sent(1, &outcome, at(2), &pace());
        assert_eq!((steps(&change), change.standing.next), (vec![], None));
        assert_eq!(money(&change.standing), (PayoutState::Unknown, AMOUNT, 0));
    }
}

#[test]
fn payout_that_is_taken_after_its_money_was_released_raises_an_alarm() {
    let (_, asking) = taken_up(&begun(), at(70)).unwrap();
    let resent = asking
        .standing
        .asked(2, &StatusAnswer::NotKnown, at(71), &pace());
    let (_, resent) = taken_up(&resent.standing, at(71)).unwrap();
    let refused = resent
        .standing
        .sent(3, &rejected(), at(72), &pace())
        .standing;
    let late = refused.sent(1, &accept(), at(73), &pace());
    assert_eq!(alarms(&late), [AlarmKind::AcceptedAfterRelease]);
    assert_eq!(money(&late.standing), (PayoutState::Rejected, 0, 0));
    // A callback that is faster than the answer is in order.
    let declined = DECLINE.callback(&begun(), at(1)).standing;
    let answer = declined.sent(1, &accept(), at(2), &pace());
    assert_eq!((steps(&answer), alarms(&answer)), (vec![], vec![]));
}

#[test]
fn refusal_of_what_was_accepted_before_raises_an_alarm() {
    let forgotten = asked(&accepted(), &StatusAnswer::NotKnown, at(10)).standing;
    let (_, resent) = taken_up(&forgotten, at(10)).unwrap();
    let turn = resent.standing.turn;
    let change = resent.standing.sent(turn, &rejected(), at(11), &pace());
    assert_eq!(alarms(&change), [AlarmKind::PayoutContradicts]);
    assert_eq!(money(&change.standing), (PayoutState::Rejected, 0, 0));
}

#[test]
fn person_ends_no_payout_that_is_being_sent_or_was_never() {
    let settled = |standing: &crate::payout::Standing, ending, seconds| {
        let settled = standing.settle(ending, "says support", at(seconds));
        settled.map(|change| money(&change.standing))
    };
    assert_eq!(
        settled(&created(), Ending::Paid, 1),
        Err(Unsettleable::NeverSent)
    );
    assert_eq!(
        settled(&created(), Ending::Declined, 1),
        Ok((PayoutState::Declined, 0, 0))
    );
    assert_eq!(
        settled(&begun(), Ending::Declined, 69),
        Err(Unsettleable::Sending)
    );
    assert_eq!(
        settled(&begun(), Ending::Declined, 70),
        Ok((PayoutState::Declined, 0, 0))
    );
    assert_eq!(
        settled(&accepted(), Ending::Paid, 1),
        Ok((PayoutState::Paid, 0, AMOUNT))
    );
    let declined = begun()
        .settle(Ending::Declined, "lost", at(70))
        .unwrap()
        .standing;
    let late = declined.sent(1, &accept(), at(71), &pace());
    assert_eq!(alarms(&late), [AlarmKind::AcceptedAfterRelease]);
}

#[test]
fn payout_of_another_gate_is_left_alone_until_the_service_is_configured_for_it_again() {
    let other = GateAddress::new("https://other.example");
    let (errand, change) = accepted().take_up(&other, at(10), &pace()).unwrap();
    assert_eq!((errand, steps(&change)), (None, vec![StepKind::Elsewhere]));
    assert_eq!(alarms(&change), [AlarmKind::PayoutOfAnotherGate]);
    let waiting = change.standing;
    assert_eq!(waiting.next, Some((Next::Ask, at(610))));
    let (errand, again) = waiting.take_up(&other, at(610), &pace()).unwrap();
    assert_eq!((errand, alarms(&again)), (None, vec![]), "told once");
    let moved = other.formerly("https://gate.example");
    for gate in [gate(), moved] {
        let (errand, change) = again.standing.take_up(&gate, at(1_210), &pace()).unwrap();
        assert!(errand.is_some() && change.alarms.is_empty());
    }
}

#[test]
fn failure_of_one_try_beside_another_that_did_not_fail_releases_nothing() {
    let declined = DECLINE;
    let working = Told {
        id: 30,
        payment: "decline",
        ..PROCESSING
    };
    let paid = Told {
        id: 30,
        payment: "decline",
        ..SUCCESS
    };
    let change = asked(&accepted(), &told(&[declined, working]), at(10));
    assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
    assert_eq!(change.standing.next, Some((Next::Ask, at(20))));
    for operations in [[declined, paid], [paid, declined]] {
        let change = asked(&accepted(), &told(&operations), at(10));
        assert_eq!(alarms(&change), [AlarmKind::PayoutContradicts]);
        assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
        assert_eq!(change.standing.next, None);
    }
}

#[test]
fn what_waits_for_a_person_is_neither_released_nor_reversed() {
    let less = Told {
        amount: AMOUNT - 1,
        ..SUCCESS
    };
    let differs = less.callback(&accepted(), at(3)).standing;
    let back = Told {
        amount: AMOUNT - 1,
        ..REVERSAL
    };
    for news in [DECLINE, back] {
        let change = news.callback(&differs, at(4));
        assert_eq!(
            (steps(&change), alarms(&change)),
            (vec![], vec![AlarmKind::PayoutContradicts])
        );
        assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
    }
    let fits = Told { id: 30, ..SUCCESS }.callback(&differs, at(5));
    assert_eq!(money(&fits.standing), (PayoutState::Paid, 0, AMOUNT));
}

#[test]
fn error_stays_leave_as_long_as_no_other_try_was_taken() {
    let change = asked(&accepted(), &told(&[ERROR]), at(10));
    let (_, again) = taken_up(&change.standing, at(20)).unwrap();
    let lost = again
        .standing
        .sent(again.standing.turn, &unknown(), at(20), &pace())
        .standing;
    let still = asked(&lost, &told(&[ERROR]), at(30));
    assert_eq!(
        steps(&still),
        [StepKind::Error],
        "the second try never arrived"
    );
    // An older error than the one that was acted on is none, whatever the order of the list.
    let newer = Told { id: 30, ..ERROR };
    let change = asked(&accepted(), &told(&[newer, ERROR]), at(10));
    let (_, again) = taken_up(&change.standing, at(20)).unwrap();
    let taken = again
        .standing
        .sent(again.standing.turn, &accept(), at(20), &pace())
        .standing;
    for old in [told(&[ERROR]), told(&[ERROR, newer])] {
        assert_eq!(steps(&asked(&taken, &old, at(30))), []);
    }
}

#[test]
fn old_answer_that_it_was_taken_lets_nobody_send_beside_a_send_under_way() {
    let (_, asking) = taken_up(&begun(), at(70)).unwrap();
    let not_known = asking
        .standing
        .asked(2, &StatusAnswer::NotKnown, at(71), &pace());
    let (_, sending) = taken_up(&not_known.standing, at(71)).unwrap();
    let late = sending
        .standing
        .sent(1, &accept(), at(72), &pace())
        .standing;
    assert_eq!(
        (late.state, late.next),
        (PayoutState::Accepted, Some((Next::Ask, at(141))))
    );
    let settled = late.settle(Ending::Declined, "no", at(73));
    assert_eq!(settled.err(), Some(Unsettleable::Sending));
    // What was asked before it was known is over.
    let asked_before = asking.standing.sent(1, &accept(), at(72), &pace()).standing;
    let over = asked_before.asked(2, &StatusAnswer::NotKnown, at(73), &pace());
    assert_eq!(over.standing, asked_before);
}

#[test]
fn platform_that_is_at_work_on_what_a_person_declined_raises_an_alarm() {
    let (_, asking) = taken_up(&accepted(), at(10)).unwrap();
    let turn = asking.standing.turn;
    let declined = asking
        .standing
        .settle(Ending::Declined, "no", at(11))
        .unwrap()
        .standing;
    let change = declined.asked(turn, &told(&[PROCESSING]), at(12), &pace());
    assert_eq!(alarms(&change), [AlarmKind::AcceptedAfterRelease]);
}
