//! Each row of the protocol's table of payouts, and what follows.

use super::given::*;
use crate::alarm::AlarmKind;
use crate::millis::Millis;
use crate::payout::{Change, Errand, Next, PayoutState, Standing, StatusAnswer, StepKind};
use crate::state::Disposition;

pub(super) fn steps(change: &Change) -> Vec<StepKind> {
    change.steps.iter().map(|step| step.what).collect()
}

pub(super) fn alarms(change: &Change) -> Vec<AlarmKind> {
    change.alarms.iter().map(|alarm| alarm.kind).collect()
}

pub(super) fn money(standing: &Standing) -> (PayoutState, i64, i64) {
    (standing.state, standing.reserved, standing.paid)
}

pub(super) fn asked(standing: &Standing, answer: &StatusAnswer, now: Millis) -> Change {
    let (errand, change) = taken_up(standing, now).unwrap();
    assert_eq!(errand, Errand::Ask);
    let asking = change.standing;
    asking.asked(asking.turn, answer, now, &pace())
}

#[test]
fn new_payout_has_its_money_reserved_and_is_sent_at_once() {
    let created = created();
    assert_eq!(money(&created), (PayoutState::Created, AMOUNT, 0));
    let (errand, change) = taken_up(&created, START).unwrap();
    assert_eq!(
        (errand, steps(&change)),
        (Errand::Send, vec![StepKind::Sent])
    );
    let standing = change.standing;
    assert_eq!(money(&standing), (PayoutState::Unknown, AMOUNT, 0));
    assert_eq!(
        standing.next,
        Some((Next::Ask, at(70))),
        "nobody sends it after a crash"
    );
}

#[test]
fn unknown_outcome_is_asked_about_after_ten_seconds_and_sends_nothing() {
    let change = begun().sent(1, &unknown(), START, &pace());
    assert_eq!(steps(&change), [StepKind::Unknown]);
    assert_eq!(money(&change.standing), (PayoutState::Unknown, AMOUNT, 0));
    assert_eq!(change.standing.next, Some((Next::Ask, at(10))));
}

#[test]
fn payout_that_the_platform_does_not_know_is_sent_again_under_the_same_id() {
    let change = asked(&begun(), &StatusAnswer::NotKnown, at(70));
    assert_eq!(steps(&change), [StepKind::NotKnown]);
    assert_eq!(change.standing.next, Some((Next::Send, at(70))));
    let (errand, change) = taken_up(&change.standing, at(70)).unwrap();
    assert_eq!((errand, change.standing.sends), (Errand::Send, 2));
    // A platform that forgets each time is sent to less and less often.
    let turn = change.standing.turn;
    let lost = change.standing.sent(turn, &unknown(), at(70), &pace());
    let again = asked(&lost.standing, &StatusAnswer::NotKnown, at(80));
    assert_eq!(again.standing.next, Some((Next::Send, at(90))));
}

#[test]
fn payout_that_was_accepted_is_asked_about_until_there_is_an_outcome() {
    let accepted = accepted();
    assert_eq!(money(&accepted), (PayoutState::Accepted, AMOUNT, 0));
    assert_eq!(accepted.next, Some((Next::Ask, at(10))));
    let change = asked(&accepted, &told(&[PROCESSING]), at(10));
    assert_eq!(change.standing.next, Some((Next::Ask, at(20))));
    let change = asked(&change.standing, &unanswered(), at(20));
    assert_eq!(change.standing.next, Some((Next::Ask, at(35))));
    assert_eq!(steps(&change), []);
}

#[test]
fn payout_in_flight_elsewhere_is_sent_again_later() {
    let change = begun().sent(1, &not_now(3613), START, &pace());
    assert_eq!(steps(&change), [StepKind::Postponed]);
    assert_eq!(money(&change.standing), (PayoutState::Created, AMOUNT, 0));
    assert_eq!(change.standing.next, Some((Next::Send, at(10))));
    let (_, again) = taken_up(&change.standing, at(10)).unwrap();
    let again = again.standing.sent(2, &not_now(3613), at(10), &pace());
    assert_eq!(
        again.standing.next,
        Some((Next::Send, at(25))),
        "the waits grow"
    );
}

#[test]
fn rejected_payout_is_released_for_good() {
    let change = begun().sent(1, &rejected(), START, &pace());
    assert_eq!(steps(&change), [StepKind::Rejected]);
    assert_eq!(change.steps[0].amount, Some(AMOUNT));
    assert_eq!(money(&change.standing), (PayoutState::Rejected, 0, 0));
    assert_eq!(change.standing.next, None);
}

#[test]
fn error_of_a_status_permits_the_same_id_and_that_of_a_callback_only_a_question() {
    let change = asked(&accepted(), &told(&[ERROR]), at(10));
    assert_eq!(steps(&change), [StepKind::Error]);
    assert_eq!(change.standing.next, Some((Next::Send, at(20))));
    assert_eq!(change.standing.state, PayoutState::Created);
    let change = ERROR.callback(&accepted(), at(3));
    assert_eq!(change.standing.next, Some((Next::Ask, at(3))));
    assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
    // While it is being sent, the error is of an earlier try.
    assert_eq!(ERROR.callback(&begun(), at(3)).standing, begun());
    // Not for ever: after a day it has failed.
    let change = asked(&accepted(), &told(&[ERROR]), at(24 * 60 * 60));
    assert_eq!(money(&change.standing), (PayoutState::Declined, 0, 0));
}

#[test]
fn decline_releases_however_it_is_told() {
    let by_callback = DECLINE.callback(&accepted(), at(3));
    let by_status = asked(&accepted(), &told(&[DECLINE]), at(10));
    for change in [by_callback, by_status] {
        assert_eq!(steps(&change), [StepKind::Declined]);
        assert_eq!(money(&change.standing), (PayoutState::Declined, 0, 0));
        assert_eq!(change.standing.next, None);
        assert_eq!(change.steps[0].code.as_ref().unwrap().as_str(), "20000");
    }
}

#[test]
fn success_pays_once_however_often_and_by_whomever_it_is_told() {
    let by_callback = SUCCESS.callback(&accepted(), at(3));
    let by_status = asked(&accepted(), &told(&[SUCCESS]), at(10));
    for change in [by_callback, by_status] {
        assert_eq!(steps(&change), [StepKind::Paid]);
        assert_eq!(money(&change.standing), (PayoutState::Paid, 0, AMOUNT));
        let again = SUCCESS.callback(&change.standing, at(20));
        assert_eq!(
            (steps(&again), again.disposition),
            (vec![], Disposition::Noted)
        );
        assert_eq!(again.standing, change.standing);
    }
}

#[test]
fn success_can_be_reversed_in_parts_and_each_part_once() {
    let paid = SUCCESS.callback(&accepted(), at(3)).standing;
    let half = Told {
        amount: AMOUNT / 2,
        ..REVERSAL
    };
    let once = half.callback(&paid, at(4));
    assert_eq!(money(&once.standing), (PayoutState::Paid, 0, AMOUNT / 2));
    assert_eq!(half.callback(&once.standing, at(5)).steps, []);
    let rest = Told { id: 32, ..half }.callback(&once.standing, at(6));
    assert_eq!(money(&rest.standing), (PayoutState::Reversed, 0, 0));
    let more = Told {
        id: 33,
        amount: 1,
        ..half
    }
    .callback(&rest.standing, at(7));
    assert_eq!(alarms(&more), [AlarmKind::CompensationTooLarge]);
    assert_eq!(money(&more.standing), (PayoutState::Reversed, 0, 0));
}

#[test]
fn reversal_that_comes_first_proves_that_it_was_paid() {
    let change = REVERSAL.callback(&accepted(), at(3));
    assert_eq!(steps(&change), [StepKind::Paid, StepKind::Reversed]);
    assert_eq!(money(&change.standing), (PayoutState::Reversed, 0, 0));
    let success = SUCCESS.callback(&change.standing, at(4));
    assert_eq!((steps(&success), alarms(&success)), (vec![], vec![]));
}

#[test]
fn waiting_code_is_no_failure() {
    for code in [9_999, 19_999, 29_999, 20_802, 20_899] {
        let waiting = Told { code, ..DECLINE };
        let change = asked(&accepted(), &told(&[waiting]), at(10));
        assert_eq!(money(&change.standing), (PayoutState::Accepted, AMOUNT, 0));
        assert_eq!(change.standing.next, Some((Next::Ask, at(20))), "{code}");
        assert_eq!(steps(&waiting.callback(&accepted(), at(3))), []);
        let error = asked(&accepted(), &told(&[Told { code, ..ERROR }]), at(10));
        assert_eq!(error.standing.state, PayoutState::Accepted, "{code}");
    }
}

#[test]
fn nothing_after_a_day_is_asked_on_and_alarmed_once() {
    let day = 24 * 60 * 60;
    let (errand, change) = taken_up(&accepted(), at(day)).unwrap();
    assert_eq!(
        (errand, alarms(&change)),
        (Errand::Ask, vec![AlarmKind::PayoutOverdue])
    );
    let still = change
        .standing
        .asked(2, &told(&[PROCESSING]), at(day), &pace())
        .standing;
    assert_eq!(
        money(&still),
        (PayoutState::Accepted, AMOUNT, 0),
        "no decline is assumed"
    );
    let (_, again) = taken_up(&still, at(2 * day)).unwrap();
    assert_eq!(alarms(&again), []);
}
