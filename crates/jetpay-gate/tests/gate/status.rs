//! Questions for a status.

use jetpay_core::id::PaymentId;
use jetpay_gate::{Gate, Reason, StatusOutcome};
use serde_json::json;

use crate::answer;
use crate::wire::{Does, Server, project};

#[tokio::test]
async fn status_is_asked_by_our_id_and_signed_in_general() {
    let body = r#"{"project_id":35,"payment":{"id":"test_123","type":"payout","status":"success"},"operations":[]}"#;
    let server = Server::start(answer(200, body)).await;
    let gate = Gate::new(&server.url).unwrap();
    let asked = gate
        .status(&project(), &PaymentId::new("test_123").unwrap())
        .await;
    let StatusOutcome::Known(status) = asked else {
        panic!("{asked:?}");
    };
    assert!(status.payment_status.is_final());

    let request = &server.requests()[0];
    assert!(
        request.head.starts_with("post /v2/payment/status http/1.1"),
        "{}",
        request.head
    );
    let json = request.json();
    let signature = &json["general"]["signature"];
    assert_eq!(
        json,
        json!({"general": {"project_id": 35, "payment_id": "test_123", "signature": signature}})
    );
    assert!(request.is_signed_by("secret"));
}

#[tokio::test]
async fn status_is_asked_by_the_request_and_signed_at_the_top() {
    let server = Server::start(answer(
        404,
        r#"{"status":"error","code":"3061","message":"Transaction not found"}"#,
    ))
    .await;
    let gate = Gate::new(&server.url).unwrap();
    assert_eq!(
        gate.request_status(&project(), "abc").await,
        StatusOutcome::NotKnown
    );

    let request = &server.requests()[0];
    assert!(
        request
            .head
            .starts_with("post /v2/payment/status/request http/1.1"),
        "{}",
        request.head
    );
    let json = request.json();
    assert_eq!(
        json,
        json!({"project_id": 35, "request_id": "abc", "signature": json["signature"]})
    );
    assert!(request.is_signed_by("secret"));
}

#[tokio::test]
async fn question_whose_answer_is_lost_is_unanswered() {
    let server = Server::start(Does::CloseAfterReading).await;
    let gate = Gate::new(&server.url).unwrap();
    let asked = gate
        .status(&project(), &PaymentId::new("test_123").unwrap())
        .await;
    assert!(
        matches!(&asked, StatusOutcome::Unanswered(why) if matches!(why.reason, Reason::Broken(_))),
        "{asked:?}"
    );
    assert_eq!(server.requests().len(), 1);
}
