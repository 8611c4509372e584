//! Each row of the protocol's table of payouts, and what follows.

use jetpay_rules::EventStatus;

use super::given::*;
use crate::model::{AlarmKind, Millis};
use crate::payout::decision::PayoutDecision;
use crate::payout::on_status::StatusAnswer;
use crate::payout::snapshot::PayoutState;
use crate::payout::snapshot::{Action, PayoutSnapshot};
use crate::payout::step::StepKind;

pub(super) fn steps(decision: &PayoutDecision) -> Vec<StepKind> {
    decision.steps.iter().map(|step| step.what).collect()
}

pub(super) fn alarms(decision: &PayoutDecision) -> Vec<AlarmKind> {
    decision.alarms.iter().map(|alarm| alarm.kind).collect()
}

pub(super) fn money(snapshot: &PayoutSnapshot) -> (PayoutState, i64, i64) {
    (snapshot.state, snapshot.reserved, snapshot.paid)
}

pub(super) fn queried(
    snapshot: &PayoutSnapshot,
    answer: &StatusAnswer,
    now: Millis,
) -> PayoutDecision {
    let (action, decision) = lease(snapshot, now).unwrap();
    assert_eq!(action, Action::QueryStatus);
    let asking = decision.snapshot;
    asking.on_status(asking.fencing_token, answer, now, &policy())
}

#[test]
fn new_payout_has_its_money_reserved_and_is_sent_at_once() {
    let created = created();
    assert_eq!(money(&created), (PayoutState::Created, AMOUNT, 0));
    let (action, decision) = lease(&created, START).unwrap();
    assert_eq!(
        (action, steps(&decision)),
        (Action::Send, vec![StepKind::Sent])
    );
    let snapshot = decision.snapshot;
    assert_eq!(money(&snapshot), (PayoutState::Unknown, AMOUNT, 0));
    assert_eq!(
        snapshot.next,
        Some((Action::QueryStatus, at(70))),
        "it is not sent again after a crash"
    );
}

#[test]
fn unknown_outcome_is_asked_about_after_ten_seconds_and_sends_nothing() {
    let decision = begun().on_send(1, &unknown(), START, &policy());
    assert_eq!(steps(&decision), [StepKind::Unknown]);
    assert_eq!(money(&decision.snapshot), (PayoutState::Unknown, AMOUNT, 0));
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(10))));
}

#[test]
fn payout_that_the_platform_does_not_know_is_sent_again_under_the_same_id() {
    let decision = queried(&begun(), &StatusAnswer::NotFound, at(70));
    assert_eq!(steps(&decision), [StepKind::NotKnown]);
    assert_eq!(decision.snapshot.next, Some((Action::Send, at(70))));
    let (action, decision) = lease(&decision.snapshot, at(70)).unwrap();
    assert_eq!((action, decision.snapshot.sends), (Action::Send, 2));
    // A platform that forgets each time is sent to less and less often.
    let fencing_token = decision.snapshot.fencing_token;
    let lost = decision
        .snapshot
        .on_send(fencing_token, &unknown(), at(70), &policy());
    let again = queried(&lost.snapshot, &StatusAnswer::NotFound, at(80));
    assert_eq!(again.snapshot.next, Some((Action::Send, at(90))));
}

#[test]
fn payout_that_was_accepted_is_asked_about_until_there_is_an_outcome() {
    let accepted = accepted();
    assert_eq!(money(&accepted), (PayoutState::Accepted, AMOUNT, 0));
    assert_eq!(accepted.next, Some((Action::QueryStatus, at(10))));
    let decision = queried(&accepted, &found(&[PROCESSING]), at(10));
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(20))));
    let decision = queried(&decision.snapshot, &unanswered(), at(20));
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(35))));
    assert_eq!(steps(&decision), []);
}

#[test]
fn payout_in_flight_elsewhere_is_sent_again_later() {
    let decision = begun().on_send(1, &not_now(3613), START, &policy());
    assert_eq!(steps(&decision), [StepKind::Postponed]);
    assert_eq!(money(&decision.snapshot), (PayoutState::Created, AMOUNT, 0));
    assert_eq!(decision.snapshot.next, Some((Action::Send, at(10))));
    let (_, again) = lease(&decision.snapshot, at(10)).unwrap();
    let again = again.snapshot.on_send(2, &not_now(3613), at(10), &policy());
    assert_eq!(
        again.snapshot.next,
        Some((Action::Send, at(25))),
        "the waits grow"
    );
}

#[test]
fn rejected_payout_is_released_for_good() {
    let decision = begun().on_send(1, &rejected(), START, &policy());
    assert_eq!(steps(&decision), [StepKind::Rejected]);
    assert_eq!(decision.steps[0].amount, Some(AMOUNT));
    assert_eq!(money(&decision.snapshot), (PayoutState::Rejected, 0, 0));
    assert_eq!(decision.snapshot.next, None);
}

#[test]
fn error_of_a_status_permits_the_same_id_and_that_of_a_callback_only_a_question() {
    let decision = queried(&accepted(), &found(&[ERROR]), at(10));
    assert_eq!(steps(&decision), [StepKind::Error]);
    assert_eq!(decision.snapshot.next, Some((Action::Send, at(20))));
    assert_eq!(decision.snapshot.state, PayoutState::Created);
    let decision = ERROR.on_callback(&accepted(), at(3));
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(3))));
    assert_eq!(
        money(&decision.snapshot),
        (PayoutState::Accepted, AMOUNT, 0)
    );
    // While it is being sent, the error is of an earlier try.
    assert_eq!(ERROR.on_callback(&begun(), at(3)).snapshot, begun());
    // Not for ever: after a day it has failed.
    let decision = queried(&accepted(), &found(&[ERROR]), at(24 * 60 * 60));
    assert_eq!(money(&decision.snapshot), (PayoutState::Declined, 0, 0));
}

#[test]
fn decline_releases_however_it_is_told() {
    let by_callback = DECLINE.on_callback(&accepted(), at(3));
    let by_status = queried(&accepted(), &found(&[DECLINE]), at(10));
    for decision in [by_callback, by_status] {
        assert_eq!(steps(&decision), [StepKind::Declined]);
        assert_eq!(money(&decision.snapshot), (PayoutState::Declined, 0, 0));
        assert_eq!(decision.snapshot.next, None);
        assert_eq!(decision.steps[0].code.as_ref().unwrap().as_str(), "20000");
    }
}

#[test]
fn success_pays_once_however_often_and_by_whomever_it_is_told() {
    let by_callback = SUCCESS.on_callback(&accepted(), at(3));
    let by_status = queried(&accepted(), &found(&[SUCCESS]), at(10));
    for decision in [by_callback, by_status] {
        assert_eq!(steps(&decision), [StepKind::Paid]);
        assert_eq!(money(&decision.snapshot), (PayoutState::Paid, 0, AMOUNT));
        let again = SUCCESS.on_callback(&decision.snapshot, at(20));
        assert_eq!((steps(&again), again.outcome), (vec![], EventStatus::Noted));
        assert_eq!(again.snapshot, decision.snapshot);
    }
}

#[test]
fn success_can_be_reversed_in_parts_and_each_part_once() {
    let paid = SUCCESS.on_callback(&accepted(), at(3)).snapshot;
    let half = Told {
        amount: AMOUNT / 2,
        ..REVERSAL
    };
    let once = half.on_callback(&paid, at(4));
    assert_eq!(money(&once.snapshot), (PayoutState::Paid, 0, AMOUNT / 2));
    assert_eq!(half.on_callback(&once.snapshot, at(5)).steps, []);
    let rest = Told { id: 32, ..half }.on_callback(&once.snapshot, at(6));
    assert_eq!(money(&rest.snapshot), (PayoutState::Reversed, 0, 0));
    let more = Told {
        id: 33,
        amount: 1,
        ..half
    }
    .on_callback(&rest.snapshot, at(7));
    assert_eq!(alarms(&more), [AlarmKind::CompensationTooLarge]);
    assert_eq!(money(&more.snapshot), (PayoutState::Reversed, 0, 0));
}

#[test]
fn reversal_that_comes_first_proves_that_it_was_paid() {
    let decision = REVERSAL.on_callback(&accepted(), at(3));
    assert_eq!(steps(&decision), [StepKind::Paid, StepKind::Reversed]);
    assert_eq!(money(&decision.snapshot), (PayoutState::Reversed, 0, 0));
    let success = SUCCESS.on_callback(&decision.snapshot, at(4));
    assert_eq!((steps(&success), alarms(&success)), (vec![], vec![]));
}

#[test]
fn waiting_code_is_no_failure() {
    for code in [9_999, 19_999, 29_999, 20_802, 20_899] {
        let waiting = Told { code, ..DECLINE };
        let decision = queried(&accepted(), &found(&[waiting]), at(10));
        assert_eq!(
            money(&decision.snapshot),
            (PayoutState::Accepted, AMOUNT, 0)
        );
        assert_eq!(
            decision.snapshot.next,
            Some((Action::QueryStatus, at(20))),
            "{code}"
        );
        assert_eq!(steps(&waiting.on_callback(&accepted(), at(3))), []);
        let error = queried(&accepted(), &found(&[Told { code, ..ERROR }]), at(10));
        assert_eq!(error.snapshot.state, PayoutState::Accepted, "{code}");
    }
}

#[test]
fn nothing_after_a_day_is_asked_on_and_alarmed_once() {
    let day = 24 * 60 * 60;
    let (action, decision) = lease(&accepted(), at(day)).unwrap();
    assert_eq!(
        (action, alarms(&decision)),
        (Action::QueryStatus, vec![AlarmKind::PayoutOverdue])
    );
    let still = decision
        .snapshot
        .on_status(2, &found(&[PROCESSING]), at(day), &policy())
        .snapshot;
    assert_eq!(
        money(&still),
        (PayoutState::Accepted, AMOUNT, 0),
        "no decline is assumed"
    );
    let (_, again) = lease(&still, at(2 * day)).unwrap();
    assert_eq!(alarms(&again), []);
}
