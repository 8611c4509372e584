//! What does not fit: late, contradictory or foreign news.

use jetpay_rules::EventStatus;

use super::given::*;
use super::rows::{alarms, money, queried, steps};
use crate::model::{AlarmKind, ResolveError};
use crate::payout::Action;
use crate::payout::lease::GateAddress;
use crate::payout::resolve::PayoutResolution;
use crate::payout::snapshot::PayoutState;
use crate::payout::step::StepKind;
use crate::payout::{Status, StatusAnswer};

#[test]
fn success_after_a_failure_is_paid_with_an_alarm_and_a_failure_after_success_only_alarmed() {
    for failed in [
        DECLINE.on_callback(&accepted(), at(3)).snapshot,
        begun().on_send(1, &rejected(), START, &policy()).snapshot,
    ] {
        let decision = SUCCESS.on_callback(&failed, at(4));
        assert_eq!(steps(&decision), [StepKind::ReservedAgain, StepKind::Paid]);
        assert_eq!(alarms(&decision), [AlarmKind::PaidAfterRelease]);
        assert_eq!(money(&decision.snapshot), (PayoutState::Paid, 0, AMOUNT));
    }
    let paid = SUCCESS.on_callback(&accepted(), at(3)).snapshot;
    let decision = DECLINE.on_callback(&paid, at(4));
    assert_eq!(
        (steps(&decision), alarms(&decision)),
        (vec![], vec![AlarmKind::DeclineAfterPaid])
    );
    assert_eq!(decision.snapshot, paid);
    let second = Told { id: 30, ..SUCCESS }.on_callback(&paid, at(5));
    assert_eq!(alarms(&second), [AlarmKind::SecondPayout]);
    assert_eq!(money(&second.snapshot), (PayoutState::Paid, 0, AMOUNT));
}

#[test]
fn success_of_another_amount_is_alarmed_also_after_a_person_said_that_it_is_paid() {
    let begun = begun();
    let settled = begun
        .resolve(PayoutResolution::Paid, "says support", at(100))
        .unwrap();
    let more = Told {
        amount: AMOUNT + 1,
        ..SUCCESS
    };
    let decision = more.on_callback(&settled.snapshot, at(101));
    assert_eq!(
        (steps(&decision), alarms(&decision)),
        (vec![], vec![AlarmKind::AmountDiffers])
    );
    assert_eq!(decision.outcome, EventStatus::Quarantined);
    assert_eq!(money(&decision.snapshot), (PayoutState::Paid, 0, AMOUNT));
    let fits = SUCCESS.on_callback(&settled.snapshot, at(101));
    assert_eq!(alarms(&fits), []);
    assert_eq!(fits.snapshot.paid_by, Some(OPERATION.into()));
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
        let answered = queried(&accepted(), &found(&[told]), at(70));
        for decision in [told.on_callback(&accepted(), at(3)), answered] {
            assert_eq!(
                (steps(&decision), alarms(&decision)),
                (vec![StepKind::Differs], vec![why])
            );
            assert_eq!(decision.alarms[0].amount, Some(kzt(told.amount)));
            assert_eq!(decision.outcome, EventStatus::Quarantined);
            assert_eq!(
                money(&decision.snapshot),
                (PayoutState::Accepted, AMOUNT, 0)
            );
            assert_eq!(decision.snapshot.next, None);
        }
    }
}

#[test]
fn answer_of_an_older_turn_permits_no_send_and_no_release() {
    let (_, asking) = lease(&begun(), at(70)).unwrap();
    let asking = asking.snapshot;
    for late in [rejected(), not_now(3613), unknown()] {
        assert_eq!(asking.on_send(1, &late, at(71), &policy()).snapshot, asking);
    }
    for late in [StatusAnswer::NotFound, unanswered()] {
        assert_eq!(
            asking.on_status(1, &late, at(71), &policy()).snapshot,
            asking
        );
    }
    let error = asking.on_status(1, &found(&[ERROR]), at(71), &policy());
    assert_eq!(error.snapshot, asking);
    // An acceptance is true from any source.
    let accepted = asking.on_send(1, &accept(), at(71), &policy()).snapshot;
    assert_eq!(accepted.state, PayoutState::Accepted);
}

#[test]
fn error_beside_an_operation_that_did_not_fail_sends_nothing() {
    let paid = Told {
        payment: "error",
        ..SUCCESS
    };
    let decision = queried(&accepted(), &found(&[paid]), at(10));
    assert_eq!(alarms(&decision), [AlarmKind::PayoutContradicts]);
    assert_eq!(decision.snapshot.next, None);
    let working = Told {
        payment: "error",
        ..PROCESSING
    };
    let decision = queried(&accepted(), &found(&[working]), at(10));
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(20))));
    let decision = queried(&accepted(), &found(&[paid, ERROR]), at(10));
    assert_eq!(decision.snapshot.next, None, "one of its tries was paid");
}

#[test]
fn error_is_leave_to_send_again_once() {
    let decision = queried(&accepted(), &found(&[ERROR]), at(10));
    let (_, again) = lease(&decision.snapshot, at(20)).unwrap();
    let again = again.snapshot;
    let again = again
        .on_send(again.fencing_token, &accept(), at(20), &policy())
        .snapshot;
    let still = queried(&again, &found(&[ERROR]), at(30));
    assert_eq!(
        (steps(&still), still.snapshot.state),
        (vec![], PayoutState::Accepted)
    );
    let anew = Told { id: 30, ..ERROR };
    let anew = queried(&still.snapshot, &found(&[ERROR, anew]), at(60));
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
        let decision = told.on_callback(&accepted(), at(3));
        assert_eq!(
            money(&decision.snapshot),
            (PayoutState::Accepted, AMOUNT, 0)
        );
        assert_eq!(alarms(&decision), why);
    }
}

#[test]
fn success_without_an_amount_of_its_own_is_held_against_the_sum() {
    let answer = |sum| {
        let mut status = status(&[SUCCESS]);
        status.operations[0].amount = None;
        StatusAnswer::Found(Status { sum, ..status })
    };
    let fits = queried(&accepted(), &answer(Some(kzt(AMOUNT))), at(10));
    assert_eq!(money(&fits.snapshot), (PayoutState::Paid, 0, AMOUNT));
    let less = queried(&accepted(), &answer(Some(kzt(99))), at(10));
    assert_eq!(alarms(&less), [AlarmKind::AmountDiffers]);
    let none = queried(&accepted(), &answer(None), at(10));
    assert_eq!(
        none.snapshot.next,
        Some((Action::QueryStatus, at(20))),
        "it is asked on"
    );
    let mut purchase = status(&[SUCCESS]);
    purchase.payment_type = Some(jetpay_core::status::PaymentType::Purchase);
    let decision = queried(&accepted(), &StatusAnswer::Found(purchase), at(10));
    assert_eq!(alarms(&decision), [AlarmKind::TopUpForPayout]);
}

#[test]
fn answer_to_the_send_moves_nothing_once_a_person_must_look() {
    let less = Told {
        amount: AMOUNT - 1,
        ..SUCCESS
    };
    let differs = less.on_callback(&begun(), at(1)).snapshot;
    for outcome in [accept(), rejected(), not_now(3613), unknown()] {
        let decision = differs.on_send(1, &outcome, at(2), &policy());
        assert_eq!((steps(&decision), decision.snapshot.next), (vec![], None));
        assert_eq!(money(&decision.snapshot), (PayoutState::Unknown, AMOUNT, 0));
    }
}

#[test]
fn payout_that_is_taken_after_its_money_was_released_raises_an_alarm() {
    let (_, asking) = lease(&begun(), at(70)).unwrap();
    let resent = asking
        .snapshot
        .on_status(2, &StatusAnswer::NotFound, at(71), &policy());
    let (_, resent) = lease(&resent.snapshot, at(71)).unwrap();
    let refused = resent
        .snapshot
        .on_send(3, &rejected(), at(72), &policy())
        .snapshot;
    let late = refused.on_send(1, &accept(), at(73), &policy());
    assert_eq!(alarms(&late), [AlarmKind::AcceptedAfterRelease]);
    assert_eq!(money(&late.snapshot), (PayoutState::Rejected, 0, 0));
    // A callback that is faster than the answer is in order.
    let declined = DECLINE.on_callback(&begun(), at(1)).snapshot;
    let answer = declined.on_send(1, &accept(), at(2), &policy());
    assert_eq!((steps(&answer), alarms(&answer)), (vec![], vec![]));
}

#[test]
fn refusal_of_what_was_accepted_before_raises_an_alarm() {
    let forgotten = queried(&accepted(), &StatusAnswer::NotFound, at(10)).snapshot;
    let (_, resent) = lease(&forgotten, at(10)).unwrap();
    let fencing_token = resent.snapshot.fencing_token;
    let decision = resent
        .snapshot
        .on_send(fencing_token, &rejected(), at(11), &policy());
    assert_eq!(alarms(&decision), [AlarmKind::PayoutContradicts]);
    assert_eq!(money(&decision.snapshot), (PayoutState::Rejected, 0, 0));
}

#[test]
fn person_ends_no_payout_that_is_being_sent_or_was_never() {
    let settled = |snapshot: &crate::payout::PayoutSnapshot, resolution, seconds| {
        let settled = snapshot.resolve(resolution, "says support", at(seconds));
        settled.map(|decision| money(&decision.snapshot))
    };
    assert_eq!(
        settled(&created(), PayoutResolution::Paid, 1),
        Err(ResolveError::NeverSent)
    );
    assert_eq!(
        settled(&created(), PayoutResolution::Declined, 1),
        Ok((PayoutState::Declined, 0, 0))
    );
    assert_eq!(
        settled(&begun(), PayoutResolution::Declined, 69),
        Err(ResolveError::BeingSent)
    );
    assert_eq!(
        settled(&begun(), PayoutResolution::Declined, 70),
        Ok((PayoutState::Declined, 0, 0))
    );
    assert_eq!(
        settled(&accepted(), PayoutResolution::Paid, 1),
        Ok((PayoutState::Paid, 0, AMOUNT))
    );
    let declined = begun()
        .resolve(PayoutResolution::Declined, "lost", at(70))
        .unwrap()
        .snapshot;
    let late = declined.on_send(1, &accept(), at(71), &policy());
    assert_eq!(alarms(&late), [AlarmKind::AcceptedAfterRelease]);
}

#[test]
fn payout_of_another_gate_is_left_alone_until_the_service_is_configured_for_it_again() {
    let other = GateAddress::new("https://other.example");
    let (action, decision) = accepted().lease(&other, at(10), &policy()).unwrap();
    assert_eq!(
        (action, steps(&decision)),
        (None, vec![StepKind::Elsewhere])
    );
    assert_eq!(alarms(&decision), [AlarmKind::PayoutOfAnotherGate]);
    let waiting = decision.snapshot;
    assert_eq!(waiting.next, Some((Action::QueryStatus, at(610))));
    let (action, again) = waiting.lease(&other, at(610), &policy()).unwrap();
    assert_eq!((action, alarms(&again)), (None, vec![]), "told once");
    let moved = other.formerly("https://gate.example");
    for gate in [gate(), moved] {
        let (action, decision) = again.snapshot.lease(&gate, at(1_210), &policy()).unwrap();
        assert!(action.is_some() && decision.alarms.is_empty());
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
    let decision = queried(&accepted(), &found(&[declined, working]), at(10));
    assert_eq!(
        money(&decision.snapshot),
        (PayoutState::Accepted, AMOUNT, 0)
    );
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(20))));
    for operations in [[declined, paid], [paid, declined]] {
        let decision = queried(&accepted(), &found(&operations), at(10));
        assert_eq!(alarms(&decision), [AlarmKind::PayoutContradicts]);
        assert_eq!(
            money(&decision.snapshot),
            (PayoutState::Accepted, AMOUNT, 0)
        );
        assert_eq!(decision.snapshot.next, None);
    }
}

#[test]
fn what_waits_for_a_person_is_neither_released_nor_reversed() {
    let less = Told {
        amount: AMOUNT - 1,
        ..SUCCESS
    };
    let differs = less.on_callback(&accepted(), at(3)).snapshot;
    let back = Told {
        amount: AMOUNT - 1,
        ..REVERSAL
    };
    for report in [DECLINE, back] {
        let decision = report.on_callback(&differs, at(4));
        assert_eq!(
            (steps(&decision), alarms(&decision)),
            (vec![], vec![AlarmKind::PayoutContradicts])
        );
        assert_eq!(
            money(&decision.snapshot),
            (PayoutState::Accepted, AMOUNT, 0)
        );
    }
    let fits = Told { id: 30, ..SUCCESS }.on_callback(&differs, at(5));
    assert_eq!(money(&fits.snapshot), (PayoutState::Paid, 0, AMOUNT));
}

#[test]
fn error_stays_leave_as_long_as_no_other_try_was_taken() {
    let decision = queried(&accepted(), &found(&[ERROR]), at(10));
    let (_, again) = lease(&decision.snapshot, at(20)).unwrap();
    let lost = again
        .snapshot
        .on_send(again.snapshot.fencing_token, &unknown(), at(20), &policy())
        .snapshot;
    let still = queried(&lost, &found(&[ERROR]), at(30));
    assert_eq!(
        steps(&still),
        [StepKind::Error],
        "the second try never arrived"
    );
    // An older error than the one that was acted on is none, whatever the order of the list.
    let newer = Told { id: 30, ..ERROR };
    let decision = queried(&accepted(), &found(&[newer, ERROR]), at(10));
    let (_, again) = lease(&decision.snapshot, at(20)).unwrap();
    let taken = again
        .snapshot
        .on_send(again.snapshot.fencing_token, &accept(), at(20), &policy())
        .snapshot;
    for old in [found(&[ERROR]), found(&[ERROR, newer])] {
        assert_eq!(steps(&queried(&taken, &old, at(30))), []);
    }
}

#[test]
fn old_answer_that_it_was_taken_lets_nobody_send_beside_a_send_under_way() {
    let (_, asking) = lease(&begun(), at(70)).unwrap();
    let not_known = asking
        .snapshot
        .on_status(2, &StatusAnswer::NotFound, at(71), &policy());
    let (_, sending) = lease(&not_known.snapshot, at(71)).unwrap();
    let late = sending
        .snapshot
        .on_send(1, &accept(), at(72), &policy())
        .snapshot;
    assert_eq!(
        (late.state, late.next),
        (PayoutState::Accepted, Some((Action::QueryStatus, at(141))))
    );
    let settled = late.resolve(PayoutResolution::Declined, "no", at(73));
    assert_eq!(settled.err(), Some(ResolveError::BeingSent));
    // What was asked before it was known is over.
    let asked_before = asking
        .snapshot
        .on_send(1, &accept(), at(72), &policy())
        .snapshot;
    let over = asked_before.on_status(2, &StatusAnswer::NotFound, at(73), &policy());
    assert_eq!(over.snapshot, asked_before);
}

#[test]
fn platform_that_is_at_work_on_what_a_person_declined_raises_an_alarm() {
    let (_, asking) = lease(&accepted(), at(10)).unwrap();
    let fencing_token = asking.snapshot.fencing_token;
    let declined = asking
        .snapshot
        .resolve(PayoutResolution::Declined, "no", at(11))
        .unwrap()
        .snapshot;
    let decision = declined.on_status(fencing_token, &found(&[PROCESSING]), at(12), &policy());
    assert_eq!(alarms(&decision), [AlarmKind::AcceptedAfterRelease]);
}
