//! Callbacks on every store: repeats, mismatches, the quarantine; and callbacks that arrive before their payment or
//! before their credit.

use crate::common::{
    AMOUNT, CUSTOMER, NOW, TestLedger, decline, disguised, kzt, payment, refund, sale, unusable,
};
use futures_util::future::join_all;
use jetpay_core::status::OperationStatus;
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Quarantined, Repeated, Unmatched};
use jetpay_ledger::{
    AlarmKind, Counts, EntryKind, Error, ManualCreditError, NewUnusable, PaymentState, Verdict,
};

crate::common::on_every_store! {
    event_repeated_with_another_date_is_credited_once,
    entry_of_a_credit_has_the_values_of_its_payment,
    operation_that_credited_one_payment_credits_no_other,
    mismatches_are_stored_and_credit_nothing,
    operation_keeps_its_outcome_when_an_older_status_arrives_later,
    second_payment_with_the_same_id_is_refused_and_the_first_stays,
    unusable_callback_is_stored_once_for_each_signature_and_reason,
    contradiction_raises_one_alarm_however_often_and_in_whichever_bytes_it_comes,
    unusable_callback_beyond_1000_open_alarms_of_its_project_is_not_stored,
    credit_that_overflows_the_balance_is_quarantined_and_every_read_works,
    callback_before_its_payment_waits_and_is_applied_with_it,
    dismissed_callback_is_a_repeat_and_is_applied_if_its_payment_is_recorded,
    refund_before_its_credit_is_applied_with_it,
    early_refund_that_is_too_large_is_quarantined_with_the_credit,
}

async fn event_repeated_with_another_date_is_credited_once(test: TestLedger) {
    test.announce("p1").await;
    assert_eq!(test.deliver(&sale("p1", 1)).await, Applied);
    for date in ["2022-03-25T11:08:45+0000", "2022-03-25T11:08:46+0000"] {
        assert_eq!(test.deliver(&sale("p1", 1).with_date(date)).await, Repeated);
    }
    assert_eq!(test.entries(0, 10).await.unwrap().len(), 1);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(test.counts().await, Ok(Counts::default()));
}

async fn entry_of_a_credit_has_the_values_of_its_payment(test: TestLedger) {
    test.pay("p1", 7).await;
    let entries = test.entries(0, 10).await.unwrap();
    let json = serde_json::to_value(&entries[0]).unwrap();
    let expected = serde_json::json!({
        "seq": 1, "kind": "credit", "payment_id": "p1", "operation_id": "7", "project_id": 1234, "method": "kaspi",
        "customer_id": CUSTOMER, "provider_payment_id": "receipt_7", "amount": AMOUNT,
        "currency": "KZT", "time": NOW,
    });
    assert_eq!(json, expected);
}

async fn operation_that_credited_one_payment_credits_no_other(test: TestLedger) {
    test.announce("p1").await;
    test.announce("p2").await;
    test.deliver(&sale("p1", 1)).await;
    assert_eq!(test.deliver(&sale("p2", 1)).await, Quarantined);
    let why = test.last_alarm().await.kind;
    assert_eq!(why, AlarmKind::OperationOfAnotherPayment);
    // Also if the operation waited for a credit.
    test.deliver(&refund("p2", 5, 10)).await;
    test.deliver(&refund("p1", 5, 10)).await;
    assert_eq!(test.deliver(&sale("p2", 2)).await, Applied);
    assert_eq!(test.entered("p1").await, AMOUNT - 10);
    assert_eq!(test.entered("p2").await, AMOUNT);
}

async fn mismatches_are_stored_and_credit_nothing(test: TestLedger) {
    test.announce("p1").await;
    let misfits = [
        sale("p1", 1).with_amount(AMOUNT - 1),
        sale("p1", 2).with_currency("USD"),
        sale("p1", 3).with_project(4321),
        sale("p1", 4).with_payment_status("partially paid"),
        sale("p1", 5).with_type("payout"),
    ];
    for misfit in &misfits {
        assert_eq!(test.deliver(misfit).await, Quarantined);
        assert_eq!(test.deliver(misfit).await, Repeated);
    }
    assert_eq!(test.state("p1").await, PaymentState::Quarantined);
    assert_eq!(test.entered("p1").await, 0);
    assert_eq!(test.counts().await.unwrap().quarantined, 5);
    let (alarm, bodies) = test.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.operation_id, Some(1.into()));
    assert_eq!(bodies, [misfits[0].callback().body.to_vec()]);
    assert_eq!(test.deliver(&sale("p1", 6)).await, Applied);
    assert_eq!(test.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn operation_keeps_its_outcome_when_an_older_status_arrives_later(test: TestLedger) {
    test.announce("p1").await;
    let processing = sale("p1", 1)
        .with_status("processing")
        .with_payment_status("processing");
    let late = processing.clone().with_status("external processing");
    for (content, recorded) in [
        (&processing, Noted),
        (&decline("p1", 1), Applied),
        (&sale("p1", 1), Applied),
        (&late, Noted),
        (&decline("p1", 2), Noted),
    ] {
        assert_eq!(test.deliver(content).await, recorded);
    }
    let payment = test.recorded("p1").await;
    let operations: Vec<_> = payment
        .operations
        .iter()
        .map(|operation| (operation.id, operation.status.as_ref()))
        .collect();
    assert_eq!(
        operations,
        [
            (Some(1.into()), Some(&OperationStatus::Success)),
            (Some(2.into()), Some(&OperationStatus::Decline))
        ]
    );
    let receipt = payment.operations[0].provider_payment_id.as_deref();
    assert_eq!(receipt, Some("receipt_1"));
    assert_eq!(test.last_alarm().await.kind, AlarmKind::DeclineAfterCredit);
}

async fn second_payment_with_the_same_id_is_refused_and_the_first_stays(test: TestLedger) {
    test.announce("p1").await;
    let again = test.record_payment(payment("p1")).await;
    assert_eq!(again, Err(Error::PaymentExists));
    let mut nothing = payment("p2");
    nothing.amount = kzt(0);
    assert_eq!(test.record_payment(nothing).await, Err(Error::NotPositive));
    assert_eq!(test.counts().await.unwrap().pending, 1);
}

async fn unusable_callback_is_stored_once_for_each_signature_and_reason(test: TestLedger) {
    let keep = |callback| test.quarantine_unusable(callback, NOW);
    let first = unusable(r#"{"project_id":1234,"payment":{"id":"p1"}}"#);
    assert_eq!(keep(first.clone()).await, Ok(Some(Quarantined)));
    for number in 0..20 {
        let copy = NewUnusable {
            body: disguised(&first.body, number),
            ..first.clone()
        };
        assert_eq!(keep(copy).await, Ok(Some(Repeated)), "{number}");
    }
    let other_reason = NewUnusable {
        reason: "the field `payment:id` must be a text".into(),
        ..first.clone()
    };
    let other_message = unusable(r#"{"project_id":1234,"payment":{"id":"p2"}}"#);
    for callback in [other_reason, other_message] {
        assert_eq!(keep(callback).await, Ok(Some(Quarantined)));
    }
    let counts = test.counts().await.unwrap();
    assert_eq!((counts.quarantined, counts.alarms), (3, 3));
    let (alarm, bodies) = test.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.kind, AlarmKind::Unusable);
    assert_eq!(alarm.reason.as_deref(), Some(&*first.reason));
    assert_eq!(bodies, [first.body.to_vec()], "as first received");
    assert_eq!(test.alarm(4).await, Ok(None));
}

async fn contradiction_raises_one_alarm_however_often_and_in_whichever_bytes_it_comes(
    test: TestLedger,
) {
    test.pay("p1", 1).await;
    let contradiction = sale("p1", 1).with_amount(AMOUNT * 2).callback();
    let same = &contradiction.body;
    // What is added to the last ones is not signed.
    for body in [
        same.clone(),
        same.clone(),
        disguised(same, 1),
        disguised(same, 2),
    ] {
        let mut copy = contradiction.clone();
        copy.body = body;
        let recorded = test.record_callback(copy, NOW).await;
        assert_eq!(recorded, Ok(Quarantined));
    }
    assert_eq!(test.alarm_kinds().await, [AlarmKind::ContradictoryRepeat]);
    assert_eq!(test.entered("p1").await, AMOUNT);
}

async fn unusable_callback_beyond_1000_open_alarms_of_its_project_is_not_stored(test: TestLedger) {
    let keep = |callback| test.quarantine_unusable(callback, NOW);
    let message = |number: usize| {
        unusable(&format!(
            r#"{{"project_id":1234,"payment":{{"n":{number}}}}}"#
        ))
    };
    let all = join_all((1..=1_010).map(|number| keep(message(number)))).await;
    let is_stored = |outcome: &Result<_, _>| *outcome == Ok(Some(Quarantined));
    assert_eq!(all.iter().filter(|it| is_stored(it)).count(), 1_000);
    assert_eq!(test.counts().await.unwrap().open_alarms, 1_000);
    let known = 1 + all.iter().position(is_stored).unwrap();
    assert_eq!(keep(message(known)).await, Ok(Some(Repeated)));
    let of_another_project = NewUnusable {
        project_id: 77.into(),
        ..message(2_000)
    };
    assert_eq!(keep(of_another_project).await, Ok(Some(Quarantined)));
    let dismiss = test.resolve_alarm(1, Verdict::Dismiss, "seen".into(), NOW);
    dismiss.await.unwrap();
    assert_eq!(keep(message(known)).await, Ok(Some(Repeated)));
    assert_eq!(keep(message(2_001)).await, Ok(Some(Quarantined)));
    assert_eq!(keep(message(2_002)).await, Ok(None));
}

async fn credit_that_overflows_the_balance_is_quarantined_and_every_read_works(test: TestLedger) {
    let large = 5_000_000_000_000_000_000;
    let content = |id, operation| sale(id, operation).with_amount(large);
    for id in ["p1", "p2", "p3"] {
        let mut payment = payment(id);
        payment.amount = kzt(large);
        if id == "p3" {
            payment.customer_id = "7000000001".try_into().unwrap();
        }
        test.record_payment(payment).await.unwrap();
    }
    // Both in one group.
    let (first, second) = (content("p1", 1).callback(), content("p2", 2).callback());
    let recorded = tokio::join!(
        test.record_callback(first, NOW),
        test.record_callback(second, NOW)
    );
    let mut recorded = [recorded.0.unwrap(), recorded.1.unwrap()];
    // Two workers of one server may take one each.
    recorded.sort_by_key(|outcome| *outcome == Quarantined);
    assert_eq!(recorded, [Applied, Quarantined]);
    assert_eq!(test.balance(CUSTOMER).await, Ok(large));
    let alarm = test.last_alarm().await;
    assert_eq!(alarm.kind, AlarmKind::BalanceOverflow);
    // A small credit counts as well, and what fits is credited.
    let rest = i64::MAX - large;
    let credit = |amount| Verdict::Override(kzt(amount));
    let resolve = |amount| test.resolve_alarm(alarm.seq, credit(amount), "seen".into(), NOW);
    let refused = Err(Error::Resolve(ManualCreditError::BalanceOverflow.into()));
    assert_eq!(resolve(rest + 1).await, refused);
    assert_eq!(resolve(rest).await, Ok(()));
    test.announce("p4").await;
    assert_eq!(test.deliver(&sale("p4", 4)).await, Quarantined);
    assert_eq!(test.balance(CUSTOMER).await, Ok(i64::MAX));
    // The sum over all customers is larger than 64 bits hold.
    assert_eq!(test.deliver(&content("p3", 3)).await, Applied);
    let audit = test.audit(None).await.unwrap();
    assert_eq!(audit.findings, []);
    let total = i128::from(i64::MAX) + i128::from(large);
    assert_eq!(audit.totals.balance, total);
}

async fn callback_before_its_payment_waits_and_is_applied_with_it(test: TestLedger) {
    let early_refund = refund("p1", 2, 30_000);
    for _ in 0..2 {
        assert_eq!(test.deliver(&early_refund).await, Unmatched);
        assert_eq!(test.deliver(&sale("p1", 1)).await, Unmatched);
    }
    assert_eq!(test.counts().await.unwrap().unmatched, 2);
    let inbox = test.inbox(10).await.unwrap();
    assert_eq!(inbox.len(), 2);
    assert!(!format!("{inbox:?}").contains("7001112233"));
    assert!(String::from_utf8_lossy(&inbox[0].body).contains("7001112233"));

    test.announce("p1").await;
    assert_eq!(test.entered("p1").await, 70_000);
    assert_eq!(test.counts().await, Ok(Counts::default()));
    assert_eq!(test.deliver(&sale("p1", 1)).await, Repeated);
}

async fn dismissed_callback_is_a_repeat_and_is_applied_if_its_payment_is_recorded(
    test: TestLedger,
) {
    test.deliver(&sale("p1", 1)).await;
    let id = "p1".try_into().unwrap();
    for dismissed in [1, 0] {
        let dismiss = test.dismiss_unmatched(&id, "of the old shop".into(), NOW);
        assert_eq!(dismiss.await, Ok(dismissed));
    }
    assert_eq!(test.deliver(&sale("p1", 1)).await, Repeated);
    assert_eq!(test.inbox(10).await, Ok(vec![]));
    assert_eq!(test.counts().await.unwrap().unmatched, 0);
    test.announce("p1").await;
    assert_eq!(test.entered("p1").await, AMOUNT);
    assert_eq!(test.counts().await, Ok(Counts::default()));
}

async fn refund_before_its_credit_is_applied_with_it(test: TestLedger) {
    test.announce("p1").await;
    assert_eq!(test.deliver(&refund("p1", 2, 30_000)).await, Noted);
    let told_again = refund("p1", 2, 30_000).with_payment_status("refunded");
    assert_eq!(test.deliver(&told_again).await, Noted);
    assert_eq!(test.entered("p1").await, 0);
    assert_eq!(test.deliver(&sale("p1", 1)).await, Applied);
    let entries = test.entries(0, 10).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Credit, EntryKind::Refund]);
    assert_eq!(test.balance(CUSTOMER).await, Ok(70_000));
    assert_eq!(test.state("p1").await, PaymentState::PartiallyRefunded);
}

async fn early_refund_that_is_too_large_is_quarantined_with_the_credit(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&refund("p1", 2, 60_000)).await;
    test.deliver(&refund("p1", 3, 60_000)).await;
    test.deliver(&sale("p1", 1)).await;
    assert_eq!(test.entered("p1").await, 40_000);
    let counts = test.counts().await.unwrap();
    assert_eq!(
        (counts.quarantined, counts.alarms, counts.pending),
        (1, 1, 0)
    );
    assert_eq!(test.last_alarm().await.operation_id, Some(3.into()));
}
