//! Callbacks about a payout whose operation is absent, lacks its id, or has an unknown status.

use jetpay_core::operation_code::OperationCode;
use jetpay_rules::OperationEvent;

use super::given::*;
use super::rows::{alarms, money};
use crate::model::AlarmKind;
use crate::payout::Action;
use crate::payout::snapshot::PayoutState;

/// What a callback lacks.
fn without_id(event: OperationEvent) -> OperationEvent {
    OperationEvent {
        operation_id: None,
        amount: None,
        ..event
    }
}

fn bare(event: OperationEvent) -> OperationEvent {
    OperationEvent {
        operation_type: None,
        operation_status: None,
        ..without_id(event)
    }
}

#[test]
fn declined_callback_without_an_operation_or_its_id_releases_the_money() {
    let code = OperationCode::from(20_101);
    for event in [without_id(DECLINE.event()), bare(DECLINE.event())] {
        let decision = accepted().on_callback(&event, Some(&code), at(3));
        assert_eq!(money(&decision.snapshot), (PayoutState::Declined, 0, 0));
        assert_eq!(decision.steps[0].operation_id, None);
        assert_eq!(decision.steps[0].code, Some(code.clone()));
        assert!(decision.alarms.is_empty());
    }
}

#[test]
fn declined_callback_without_an_id_whose_operation_or_code_waits_releases_nothing() {
    let under_way = OperationEvent {
        operation_status: Some("processing".into()),
        ..without_id(DECLINE.event())
    };
    let waits = OperationCode::from(9_999);
    for (event, code) in [
        (under_way, None),
        (without_id(DECLINE.event()), Some(&waits)),
        (bare(DECLINE.event()), Some(&waits)),
    ] {
        let decision = accepted().on_callback(&event, code, at(3));
        assert_eq!(decision.snapshot, accepted());
        assert!(decision.steps.is_empty() && decision.alarms.is_empty());
    }
}

#[test]
fn success_without_an_operation_asks_at_once_and_pays_nothing() {
    let decision = accepted().on_callback(&bare(SUCCESS.event()), None, at(3));
    assert_eq!(
        money(&decision.snapshot),
        (PayoutState::Accepted, AMOUNT, 0)
    );
    assert_eq!(decision.snapshot.next, Some((Action::QueryStatus, at(3))));
}

#[test]
fn success_that_says_nothing_new_after_a_release_is_an_alarm() {
    let declined = DECLINE.on_callback(&accepted(), at(3)).snapshot;
    for event in [bare(SUCCESS.event()), without_id(SUCCESS.event())] {
        let decision = declined.on_callback(&event, None, at(4));
        assert_eq!(alarms(&decision), [AlarmKind::PayoutContradicts]);
        assert_eq!(decision.snapshot, declined);
    }
}

#[test]
fn unknown_status_with_success_is_an_alarm() {
    let approved = Told {
        status: "approved",
        ..SUCCESS
    };
    let decision = approved.on_callback(&accepted(), at(3));
    assert_eq!(alarms(&decision), [AlarmKind::UnknownOperation]);
    assert_eq!(
        money(&decision.snapshot),
        (PayoutState::Accepted, AMOUNT, 0)
    );
    let under_way = Told {
        payment: "processing",
        ..approved
    };
    assert!(under_way.on_callback(&accepted(), at(3)).alarms.is_empty());
}
