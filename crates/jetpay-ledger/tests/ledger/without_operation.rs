//! Callbacks without an operation, or without a part of it, on every store: each is one event, for the payment alone.

use crate::common::{AMOUNT, NOW, TestLedger, sale, signed};
use jetpay_core::{Callback, Keyring, Project};
use jetpay_ledger::CallbackOutcome::{Applied, Noted, Repeated, Unmatched};
use jetpay_ledger::{AlarmKind, CallbackOutcome, Operation, PaymentState};

crate::common::on_every_store! {
    decline_without_an_operation_is_one_event_and_declines,
    decline_whose_operation_comes_with_more_later_is_a_repeat,
    event_without_an_operation_waits_in_the_inbox_and_is_applied_with_its_payment,
    success_without_an_operation_raises_an_alarm_with_its_message,
    failed_attempts_without_an_operation_id_are_one_fact_and_do_not_contradict_each_other,
    declines_without_an_operation_id_after_the_credit_raise_one_alarm_and_change_no_money,
    operation_of_a_payment_is_shown_with_what_its_callback_says,
}

/// A callback of the payment `p1` with this status and this operation.
fn callback(status: &str, operation: &str) -> Callback {
    signed(
        1234,
        &format!(
            r#"{{"project_id":1234,"payment":{{"id":"p1","status":"{status}"}},"operation":{operation}}}"#
        ),
    )
}

async fn deliver(test: &TestLedger, callback: Callback) -> CallbackOutcome {
    test.record_callback(callback, NOW).await.unwrap()
}

/// The stored callbacks agree with their bytes and with the rest.
async fn check(test: &TestLedger) {
    let keyring = Keyring::from(Project::new(1234, "secret").unwrap());
    let audit = test.audit(Some(&keyring)).await.unwrap();
    assert_eq!((audit.findings, audit.unverified), (vec![], 0));
}

async fn decline_without_an_operation_is_one_event_and_declines(test: TestLedger) {
    test.announce("p1").await;
    for outcome in [Applied, Repeated] {
        assert_eq!(deliver(&test, callback("decline", "null")).await, outcome);
    }
    assert_eq!(test.state("p1").await, PaymentState::Declined);
    assert!(test.alarm_kinds().await.is_empty());
    // With another status of the operation it is another event.
    let other = callback("decline", r#"{"status":"decline"}"#);
    assert_eq!(deliver(&test, other).await, Noted);
    let test = test.reopen().await;
    let again = callback("decline", r#"{"status":"decline","id":""}"#);
    assert_eq!(deliver(&test, again).await, Repeated);
    assert_eq!(test.deliver(&sale("p1", 1)).await, Applied);
    assert_eq!(test.entered("p1").await, AMOUNT);
    check(&test).await;
}

async fn decline_whose_operation_comes_with_more_later_is_a_repeat(test: TestLedger) {
    test.announce("p1").await;
    let operations = [
        r#"{"id":7,"status":"decline"}"#,
        r#"{"id":7,"status":"decline","type":"sale","sum_initial":{"amount":100000,"currency":"KZT"}}"#,
        r#"{"id":7,"status":"decline","type":"sale","sum_initial":{"amount":true,"currency":"KZT"}}"#,
    ];
    let first = callback("decline", operations[0]);
    assert_eq!(deliver(&test, first).await, Applied);
    for operation in operations {
        let outcome = deliver(&test, callback("decline", operation)).await;
        assert_eq!(outcome, Repeated, "{operation}");
    }
    assert!(test.alarm_kinds().await.is_empty());
    check(&test).await;
}

async fn event_without_an_operation_waits_in_the_inbox_and_is_applied_with_its_payment(
    test: TestLedger,
) {
    for _ in 0..2 {
        assert_eq!(deliver(&test, callback("decline", "{}")).await, Unmatched);
    }
    let inbox = test.inbox(10).await.unwrap();
    assert_eq!(inbox.len(), 1);
    assert_eq!((inbox[0].operation_id, inbox[0].amount), (None, None));
    test.announce("p1").await;
    assert_eq!(test.state("p1").await, PaymentState::Declined);
    check(&test).await;
}

async fn success_without_an_operation_raises_an_alarm_with_its_message(test: TestLedger) {
    test.announce("p1").await;
    let success = callback("success", "null");
    let body = success.body.to_vec();
    assert_eq!(deliver(&test, success).await, Noted);
    assert_eq!(test.state("p1").await, PaymentState::Pending);
    assert_eq!(test.alarm_kinds().await, [AlarmKind::SuccessNotCredited]);
    let (alarm, bodies) = test.alarm(1).await.unwrap().unwrap();
    assert_eq!((alarm.operation_id, bodies), (None, vec![body]));
    test.deliver(&sale("p1", 1)).await;
    assert_eq!(test.entered("p1").await, AMOUNT);
    check(&test).await;
}

/// A failed attempt of this type, in minor units.
fn attempt(kind: &str, minor: i64) -> String {
    format!(
        r#"{{"type":"{kind}","status":"decline","sum_initial":{{"amount":{minor},"currency":"KZT"}}}}"#
    )
}

async fn failed_attempts_without_an_operation_id_are_one_fact_and_do_not_contradict_each_other(
    test: TestLedger,
) {
    test.announce("p1").await;
    let attempts = [
        attempt("sale", AMOUNT),
        attempt("sale", 5),
        attempt("auth", 5),
    ];
    for (number, operation) in attempts.iter().enumerate() {
        let recorded = deliver(&test, callback("decline", operation)).await;
        let first = number == 0;
        let expected = if first { Applied } else { Repeated };
        assert_eq!(recorded, expected, "{operation}");
    }
    assert!(test.alarm_kinds().await.is_empty());
    check(&test).await;
}

async fn declines_without_an_operation_id_after_the_credit_raise_one_alarm_and_change_no_money(
    test: TestLedger,
) {
    test.announce("p1").await;
    // Before the credit, declines are silent.
    deliver(&test, callback("expired", "null")).await;
    test.deliver(&sale("p1", 1)).await;
    // Other alarms are no reason to raise none.
    test.deliver(&crate::common::decline("p1", 7)).await;
    deliver(&test, callback("reversed", "null")).await;
    let declined = attempt("sale", AMOUNT);
    for (status, operation) in [
        ("decline", "null"),
        ("decline", &*declined),
        ("error", "null"),
        ("canceled", &*attempt("auth", 5)),
    ] {
        deliver(&test, callback(status, operation)).await;
    }
    let (decline, unknown) = (AlarmKind::DeclineAfterCredit, AlarmKind::UnknownOperation);
    assert_eq!(test.alarm_kinds().await, [decline, unknown, decline]);
    // That of another payment is another one.
    test.pay("p2", 2).await;
    let bare = r#"{"project_id":1234,"payment":{"id":"p2","status":"decline"}}"#;
    let test = test.reopen().await;
    assert_eq!(deliver(&test, signed(1234, bare)).await, Noted);
    deliver(&test, callback("error", &declined)).await;
    assert_eq!(
        test.alarm_kinds().await,
        [decline, decline, unknown, decline]
    );
    for id in ["p1", "p2"] {
        assert_eq!(test.state(id).await, PaymentState::Credited);
        assert_eq!(test.entered(id).await, AMOUNT);
    }
    check(&test).await;
}

async fn operation_of_a_payment_is_shown_with_what_its_callback_says(test: TestLedger) {
    test.announce("p1").await;
    let declined = callback("decline", r#"{"type":"sale","code":"20000"}"#);
    deliver(&test, declined).await;
    let payment = test.recorded("p1").await;
    let [
        Operation {
            id: None,
            kind: Some(kind),
            status: None,
            amount: None,
            ..
        },
    ] = &payment.operations[..]
    else {
        panic!("{:?}", payment.operations);
    };
    assert_eq!(kind.as_str(), "sale");
}
