//! The words of alarms are those of the documentation, and their commands are taken.

use jetpay_core::{Currency, Money};
use jetpay_ledger::{AlarmDelivery, AlarmSubject, Millis, OperationEvent};

use super::*;
use crate::commands::parse_proposed;

const TOP_UPS: &str = include_str!("../../../../docs/service.md");
const PAYOUTS: &str = include_str!("../../../../docs/payouts.md");

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// An alarm of this kind as the tables of the documentation have it: about 100.00 KZT.
pub(crate) fn sample(kind: AlarmKind) -> Alarm {
    let mut event = OperationEvent {
        project_id: 1234.into(),
        payment_id: "p".try_into().unwrap(),
        payment_type: None,
        payment_status: "success".into(),
        operation_id: Some(2.into()),
        operation_type: Some("sale".into()),
        operation_status: Some("success".into()),
        amount: Some(kzt(10_000)),
    };
    let mut subject = AlarmSubject {
        project_id: 1234.into(),
        amount: kzt(10_000),
        credited: 0,
        remaining: 0,
        refunded: 0,
        operation_id: None,
        payout_state: None,
    };
    let (mut project_id, mut amount) = (1234.into(), None);
    match kind {
        AlarmKind::AmountDiffers | AlarmKind::PartiallyPaid => event.amount = Some(kzt(9_000)),
        AlarmKind::CurrencyDiffers => {
            event.amount = Some(Money::new(10_000, Currency::parse("USD").unwrap()));
        }
        AlarmKind::ProjectDiffers => project_id = 5678.into(),
        AlarmKind::SaleWithoutSuccess => event.payment_status = "processing".into(),
        AlarmKind::SuccessNotCredited => {
            event.operation_id = None;
            event.operation_type = None;
            event.operation_status = None;
            event.amount = None;
        }
        AlarmKind::DeclineAfterCredit | AlarmKind::SecondSale => {
            subject.credited = 10_000;
            subject.operation_id = Some(1.into());
            if kind == AlarmKind::DeclineAfterCredit {
                event.payment_status = "decline".into();
            }
        }
        AlarmKind::CompensationTooLarge => {
            subject.credited = 10_000;
            subject.remaining = 3_000;
            event.operation_type = Some("refund".into());
            event.amount = Some(kzt(5_000));
        }
        AlarmKind::ManualChange => {
            event.operation_type = Some("manual change".into());
            event.payment_status = "decline".into();
        }
        AlarmKind::UnexpectedOperation => event.operation_type = Some("capture".into()),
        AlarmKind::UnknownOperation => event.operation_type = Some("chargeback".into()),
        AlarmKind::PayoutForTopUp => event.operation_type = Some("payout".into()),
        AlarmKind::ContradictoryRepeat | AlarmKind::Unusable => amount = Some(kzt(9_000)),
        _ => {}
    }
    let reason = match kind {
        AlarmKind::NotThere => {
            "100.00 KZT is recorded, and the platform does not list the operation"
        }
        AlarmKind::NotCredited => {
            "the platform reports 100.00 KZT, and nothing is credited: the payment is pending: the callback was lost"
        }
        AlarmKind::AmountDiffersThere => {
            "100.00 KZT is recorded, and the platform reports 90.00 KZT"
        }
        AlarmKind::DeliveryParked => "result 79: the account is not active (договор Ивана закрыт)",
        AlarmKind::DeliveryLate => "no answer in time",
        AlarmKind::NotDeliverable => "a refund, and this endpoint has no `cancel = true`",
        _ => "the field `operation:type` is missing",
    };
    if !is_of_top_ups(kind) {
        subject.payout_state = Some("accepted".to_owned());
        subject.operation_id = Some(1.into());
    }
    Alarm {
        seq: 17,
        kind,
        project_id,
        payment_id: Some(event.payment_id.clone()),
        operation_id: event.operation_id,
        amount,
        reason: Some(reason.to_owned()),
        difference: None,
        delivery: delivery(kind),
        time: Millis(0),
        event: Some(event).filter(|_| kind != AlarmKind::Unusable),
        subject: Some(subject),
        other_payment: Some("q".try_into().unwrap()),
        resolution: None,
    }
}

/// The delivery that an alarm of this kind is about.
fn delivery(kind: AlarmKind) -> Option<AlarmDelivery> {
    let entry = match kind {
        AlarmKind::DeliveryParked | AlarmKind::NotDeliverable => Some(4711),
        AlarmKind::DeliveryLate => None,
        _ => return None,
    };
    Some(AlarmDelivery {
        endpoint: "abills".to_owned(),
        entry,
    })
}

/// Whether the table of top-ups has it, and not that of payouts alone.
fn is_of_top_ups(kind: AlarmKind) -> bool {
    !matches!(
        kind,
        AlarmKind::TopUpForPayout
            | AlarmKind::PayoutOverdue
            | AlarmKind::PaidAfterRelease
            | AlarmKind::DeclineAfterPaid
            | AlarmKind::AcceptedAfterRelease
            | AlarmKind::PayoutContradicts
            | AlarmKind::PayoutOfAnotherGate
            | AlarmKind::ClockAhead
            | AlarmKind::SecondPayout
    )
}

#[test]
fn advice_has_a_command_for_each_decision_that_the_service_takes() {
    let credit = |rest: &str| format!("alarms resolve 17 --verdict credit --amount {rest}");
    let mut bare = sample(AlarmKind::Unusable);
    bare.operation_id = None;
    let mut credited = sample(AlarmKind::Unusable);
    credited.subject.as_mut().unwrap().operation_id = Some(1.into());
    let mut late = sample(AlarmKind::PartiallyPaid);
    late.operation_id = None;
    late.subject.as_mut().unwrap().operation_id = Some(1.into());
    let mut reversed = sample(AlarmKind::CompensationTooLarge);
    reversed.event.as_mut().unwrap().operation_type = Some("refund reverse".into());
    let mut paid = sample(AlarmKind::SecondPayout);
    paid.subject.as_mut().unwrap().payout_state = Some("paid".to_owned());
    let mut odd = sample(AlarmKind::PayoutOverdue);
    odd.payment_id = Some("it's $(1)".try_into().unwrap());
    let unknown = Alarm {
        subject: None,
        ..sample(AlarmKind::Unusable)
    };
    let saying = |kind, operation: &str, status: &str| {
        let mut alarm = sample(kind);
        let event = alarm.event.as_mut().unwrap();
        event.operation_type = Some(operation.into());
        event.operation_status = Some(status.into());
        alarm
    };
    let failed = saying(AlarmKind::ProjectDiffers, "sale", "decline");
    let goes_on = saying(AlarmKind::ProjectDiffers, "sale", "processing");
    let refunded = saying(AlarmKind::ProjectDiffers, "refund", "success");
    let paid_out = saying(AlarmKind::ProjectDiffers, "payout", "success");
    let mut declined = sample(AlarmKind::SuccessNotCredited);
    declined.event.as_mut().unwrap().payment_status = "decline".into();
    let payout =
        |id: &str| ["paid", "declined"].map(|how| format!("payouts resolve {id} --as {how}"));
    for (alarm, expected) in [
        (sample(AlarmKind::AmountDiffers), vec![credit("9000")]),
        (
            sample(AlarmKind::CurrencyDiffers),
            vec![credit("MINOR_UNITS --override")],
        ),
        (
            sample(AlarmKind::BalanceOverflow),
            vec![credit("MINOR_UNITS --override")],
        ),
        (
            sample(AlarmKind::SuccessNotCredited),
            vec![credit("10000 --operation ID")],
        ),
        (sample(AlarmKind::ProjectDiffers), vec![credit("10000")]),
        (failed, vec![credit("MINOR_UNITS --override")]),
        (goes_on, vec![credit("MINOR_UNITS --override")]),
        (refunded, vec![credit("MINOR_UNITS --override")]),
        (paid_out, vec![credit("MINOR_UNITS --override")]),
        (
            declined,
            vec![credit("MINOR_UNITS --operation ID --override")],
        ),
        (bare, vec![credit("9000 --operation ID")]),
        (credited, vec![credit("9000 --override")]),
        (late, vec![]),
        (unknown, vec![]),
        (sample(AlarmKind::CompensationTooLarge), vec![]),
        (reversed, vec![credit("5000")]),
        (sample(AlarmKind::OperationOfAnotherPayment), vec![]),
        (sample(AlarmKind::PayoutOverdue), payout("p").to_vec()),
        (odd, payout(r"'it'\''s $(1)'").to_vec()),
        (sample(AlarmKind::ClockAhead), vec![]),
        (sample(AlarmKind::NotThere), vec![]),
        (sample(AlarmKind::AmountDiffersThere), vec![]),
        (paid, vec![]),
    ] {
        let dismiss = "alarms resolve 17 --verdict dismiss".to_owned();
        let expected = expected.into_iter().chain([dismiss]);
        let expected = expected.map(|command| format!("jetpay {command} --reason \"...\""));
        let expected: Vec<_> = expected.collect();
        assert_eq!(advice(&alarm).commands, expected, "{}", alarm.kind);
    }
}

#[test]
fn lost_callback_is_confirmed_or_its_waiting_callback_resolved_and_nothing_is_credited_by_a_report()
{
    let known = sample(AlarmKind::NotCredited);
    let confirm = "jetpay payments confirm p --reason \"...\"";
    assert_eq!(advice(&known).commands[0], confirm);
    let unknown = Alarm {
        subject: None,
        ..known.clone()
    };
    let resolve = "jetpay inbox resolve p --verdict credit --customer ID --amount MINOR_UNITS --reason \"...\"";
    assert_eq!(advice(&unknown).commands[0], resolve);
    let stranger = Alarm {
        reason: Some(
            "the platform reports 100.00 KZT, and nothing is credited: unknown payment id".into(),
        ),
        ..unknown.clone()
    };
    let foreign = "jetpay reconcile resolve 1234-2-not_credited --verdict foreign --reason \"...\"";
    assert_eq!(advice(&stranger).commands[0], foreign);
    let mut payout = known;
    payout.subject.as_mut().unwrap().payout_state = Some("accepted".to_owned());
    assert_eq!(advice(&payout).commands[0], "jetpay payouts show p");
    for alarm in [unknown, stranger, payout, sample(AlarmKind::NotThere)] {
        let commands = advice(&alarm).commands.join("; ");
        assert!(
            !commands.contains("alarms resolve 17 --verdict credit"),
            "{commands}"
        );
        assert!(!commands.contains("confirm"), "{commands}");
    }
}

#[test]
fn parked_entry_is_retried_or_skipped_and_what_the_billing_says_of_its_payer_is_not_in_the_summary()
{
    let parked = sample(AlarmKind::DeliveryParked);
    let expected = [
        "jetpay deliver retry abills 4711 --reason \"...\"",
        "jetpay deliver skip abills 4711 --reason \"...\"",
        "jetpay alarms resolve 17 --verdict dismiss --reason \"...\"",
    ];
    assert_eq!(advice(&parked).commands, expected);
    assert_eq!(
        summary(&parked),
        "abills has not taken entry 4711 of 100.00 KZT, which is parked"
    );
    let late = advice(&sample(AlarmKind::DeliveryLate)).commands;
    let expected = ["jetpay deliver status", "jetpay deliver test abills"];
    assert_eq!(late[..2], expected);
}

#[test]
fn every_command_that_an_alarm_names_is_one_that_the_command_line_takes() {
    for kind in AlarmKind::ALL {
        let known = sample(*kind);
        let mut unknown = known.clone();
        unknown.subject = None;
        let mut unmatched = unknown.clone();
        unmatched.reason = Some("unknown payment id".to_owned());
        let mut payout = known.clone();
        payout.subject.as_mut().unwrap().payout_state = Some("accepted".to_owned());
        for alarm in [known, unknown, unmatched, payout] {
            for line in advice(&alarm).commands {
                assert_eq!(parse_proposed(&line), Ok(()));
            }
        }
    }
}

#[test]
fn every_kind_is_a_row_of_the_documentation_with_the_words_that_its_alarms_say() {
    for kind in AlarmKind::ALL {
        let row = format!("| `{kind}` | {} | ", summary(&sample(*kind)));
        let page = if is_of_top_ups(*kind) {
            TOP_UPS
        } else {
            PAYOUTS
        };
        assert!(page.contains(&row), "no table has the row:\n{row}");
    }
}
