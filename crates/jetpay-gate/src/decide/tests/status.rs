//! Responses to a question for a status.

use jetpay_core::date::Date;
use jetpay_core::id::{OperationId, PaymentId};
use jetpay_core::message::Matched;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::redacted::Redacted;
use jetpay_core::signature::{Canonical, Key, Order};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};

use super::{asking, project, signed};
use crate::decide;
use crate::response::Expected;
use crate::{Operation, Reason, Status, StatusOutcome};

/// A response with more fields than the client reads.
const PAID: &str = r#"{
    "project_id": 35,
    "payment": {"id": "test_123", "type": "payout", "status": "success", "method": "qiwi-kz", "date": "2022-03-25T11:08:45+0000",
        "sum": {"amount": 10000, "currency": "KZT"}, "description": ""},
    "operations": [{"id": 29, "type": "payout", "status": "success", "code": "0", "message": "Suc\ncess", "request_id": "abc",
        "sum_initial": {"amount": 10000, "currency": "KZT"}, "date": "2022-03-25T11:08:44+0000",
        "provider": {"id": 12345, "payment_id": 777}}],
    "account": {"number": "9182221133"}, "customer": {"id": "12345"}
}"#;

fn decide(http_status: u16, body: &str) -> StatusOutcome {
    asking(|expected| decide::status(http_status, body.as_bytes(), expected))
}

fn unanswered(http_status: u16, body: &str) -> Reason {
    match decide(http_status, body) {
        StatusOutcome::Unanswered(why) => why.reason,
        other => panic!("HTTP {http_status} {body}: {other:?}"),
    }
}

fn known(body: &str) -> Status {
    match decide(200, body) {
        StatusOutcome::Known(status) => status,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn every_field_that_decides_is_read() {
    let sum = Money::new(10_000, Currency::KZT);
    let expected = Status {
        payment_id: Some(PaymentId::new("test_123").unwrap()),
        payment_status: PaymentStatus::Success,
        payment_type: Some(PaymentType::Payout),
        sum: Some(sum),
        account_number: Some(Redacted::new("9182221133")),
        operations: vec![Operation {
            id: OperationId::new(29),
            kind: OperationType::Payout,
            status: OperationStatus::Success,
            amount: Some(sum),
            code: Some(OperationCode::SUCCESS),
            message: Some("Suc cess".to_owned()),
            request_id: Some("abc".to_owned()),
            date: Some(Date::from("2022-03-25T11:08:44+0000")),
            provider_payment_id: Some("777".to_owned()),
        }],
        signed: None,
    };
    assert_eq!(known(PAID), expected);
    assert_eq!(
        known(&PAID.replace("29", "\"29\"").replace("\"0\"", "0")),
        expected
    );
    assert_eq!(known(&PAID.replacen("35", "\"35\"", 1)), expected);
    assert_eq!(
        known(&PAID.replacen('{', r#"{"status":"success","#, 1)),
        expected
    );
    let body = signed(PAID, "next secret");
    let mut answer = known(&body);
    let signed = answer.signed.take().expect("a signed answer");
    assert_eq!(answer, expected);
    let matched = Matched {
        order: Order::Natural,
        secret: 1,
    };
    assert_eq!((signed.matched, &*signed.body), (matched, body.as_bytes()));
    assert!(!format!("{signed:?}").contains("9182221133"), "{signed:?}");
    let callbacks = signed.callbacks(&project()).unwrap();
    assert_eq!(callbacks[0].paid_out(), Some(sum));
    assert_eq!(callbacks.len(), 1);
}

#[test]
fn date_and_receipt_that_are_odd_count_as_absent() {
    for (from, to) in [
        (r#""2022-03-25T11:08:44+0000""#, "7"),
        (r#""payment_id": 777"#, r#""payment_id": []"#),
        (r#"{"id": 12345, "payment_id": 777}"#, r#""QIWI""#),
    ] {
        let operation = known(&PAID.replace(from, to)).operations.remove(0);
        let is_there = (
            operation.date.is_some(),
            operation.provider_payment_id.is_some(),
        );
        assert!(
            is_there == (false, true) || is_there == (true, false),
            "{to}"
        );
    }
}

#[test]
fn optional_fields_may_be_missing_and_a_new_word_is_kept() {
    let status = known(
        r#"{"payment":{"id":"test_123","status":"awaiting moon","sum":[]},"operations":[{"id":1,"type":"new","status":"x"}]}"#,
    );
    assert_eq!(status.payment_status.as_str(), "awaiting moon");
    assert_eq!((status.payment_type, status.sum), (None, None));
    let operation = &status.operations[0];
    assert_eq!(
        (operation.kind.as_str(), operation.status.as_str()),
        ("new", "x")
    );
    assert_eq!(
        (operation.amount, &operation.code, &operation.request_id),
        (None, &None, &None)
    );
    let bare = known(r#"{"payment":{"id":"test_123","status":"processing"},"operations":null}"#);
    assert_eq!(bare.operations, []);
}

#[test]
fn odd_account_counts_as_absent() {
    for account in ["[]", "{}", "7", r#"{"number":[]}"#, r#"{"number":"1;2"}"#] {
        let body = PAID.replace(r#"{"number": "9182221133"}"#, account);
        assert_eq!(known(&body).account_number, None, "{account}");
    }
}

#[test]
fn only_code_3061_means_that_the_payment_is_not_known() {
    for (http_status, body) in [
        (
            200,
            r#"{"status":"error","code":"3061","message":"Transaction not found"}"#,
        ),
        (
            404,
            r#"{"status":"error","code":3061,"project_id":35,"payment_id":"test_123"}"#,
        ),
        (400, &signed(r#"{"status":"error","code":3061}"#, "secret")),
    ] {
        assert_eq!(decide(http_status, body), StatusOutcome::NotKnown, "{body}");
    }
    for (http_status, body) in [
        (200, r#"{"status":"error","code":3062}"#),
        (200, r#"{"status":"success","code":3061}"#),
        (200, r#"{"code":3061}"#),
        (404, r#"{"status":"error"}"#),
        (
            200,
            r#"{"status":"error","code":3061,"payment":{"id":"test_123","status":"success"}}"#,
        ),
        (
            200,
            r#"{"status":"error","payment":{"id":"test_123","status":"success"}}"#,
        ),
        (404, PAID),
    ] {
        let reason = unanswered(http_status, body);
        assert!(
            matches!(reason, Reason::NotUnderstood { .. }),
            "{body}: {reason:?}"
        );
    }
    for body in [
        r#"{"status":"error","code":3061,"payment_id":"test_124"}"#,
        r#"{"status":"error","code":3061,"project_id":36}"#,
    ] {
        assert_eq!(unanswered(404, body), Reason::OtherPayment, "{body}");
    }
}

#[test]
fn any_other_http_status_is_unanswered_whatever_the_body_says() {
    for http_status in [201, 204, 301, 302, 401, 403, 408, 429, 500, 502, 503, 504] {
        for body in [PAID, r#"{"status":"error","code":3061}"#, ""] {
            assert_eq!(
                unanswered(http_status, body),
                Reason::HttpStatus(http_status)
            );
        }
    }
}

#[test]
fn response_about_another_payment_is_unanswered() {
    for (from, to) in [
        ("test_123", "test_124"),
        ("35", "36"),
        ("\"project_id\"", "\"payment_id\": \"x\", \"project_id\""),
    ] {
        assert_eq!(
            unanswered(200, &PAID.replacen(from, to, 1)),
            Reason::OtherPayment,
            "{to}"
        );
    }
}

#[test]
fn unreadable_response_or_one_with_a_wrong_signature_is_unanswered() {
    for (from, to) in [
        ("10000", "10000.0"),
        ("10000", "1e4"),
        ("10000", "\"10000\""),
        ("\"KZT\"", "\"tenge\""),
        (", \"currency\": \"KZT\"", ""),
        ("\"id\": \"test_123\", ", ""),
        ("\"status\": \"success\", \"method\"", "\"method\""),
        ("\"success\"", "7"),
        ("\"success\"", "\"suc;cess\""),
        ("29", "2.9"),
        ("29", "-29"),
        ("29", "\"+29\""),
        ("29", "9223372036854775808"),
        ("29", "null"),
        ("[{", "{\"a\": {"),
        ("\"Suc\\ncess\"", "[]"),
        (
            "\"type\": \"payout\", \"status\": \"success\", \"code\"",
            "\"status\": \"success\", \"code\"",
        ),
    ] {
        let mut edited = PAID.replace(from, to);
        assert_ne!(edited, PAID, "{from} is not there");
        if from == "[{" {
            edited = edited.replace("}}],", "}}},");
        }
        let reason = unanswered(200, &edited);
        assert!(
            matches!(reason, Reason::Unreadable(_)),
            "{from} -> {to}: {reason:?}"
        );
    }
    for body in ["", "<html>", "[]", "{"] {
        assert!(
            matches!(unanswered(200, body), Reason::Unreadable(_)),
            "{body}"
        );
    }
    assert_eq!(
        unanswered(200, &signed(PAID, "another")),
        Reason::BadSignature
    );
    assert!(matches!(
        unanswered(200, "{}"),
        Reason::NotUnderstood { .. }
    ));
}

#[test]
fn signature_in_byte_order_matches_too() {
    let operations: Vec<_> = (0..11)
        .map(|id| serde_json::json!({"id": id, "type": "payout", "status": "processing"}))
        .collect();
    let payment = serde_json::json!({"id": "test_123", "status": "processing"});
    let mut body = serde_json::json!({"payment": payment, "operations": operations});
    let canonical = Canonical::parse(body.to_string().as_bytes()).unwrap();
    let key = Key::new("secret").unwrap();
    body["signature"] = key
        .sign(&canonical.byte_ordered().expect("another order"))
        .into();
    assert_eq!(known(&body.to_string()).operations.len(), 11);
}

#[test]
fn status_by_a_request_id_may_be_about_any_payment_of_the_project() {
    let project = project();
    let expected = Expected {
        project: &project,
        payment_id: None,
    };
    let decide = |body: &str| decide::status(200, body.as_bytes(), &expected);
    for (body, id) in [
        (PAID, Some("test_123")),
        (r#"{"payment":{"status":"success"}}"#, None),
    ] {
        let StatusOutcome::Known(status) = decide(body) else {
            panic!("{body}");
        };
        assert_eq!(status.payment_id.as_ref().map(PaymentId::as_str), id);
    }
    let other = decide(&PAID.replacen("35", "36", 1));
    assert_eq!(
        other,
        StatusOutcome::Unanswered(Reason::OtherPayment.into())
    );
}
