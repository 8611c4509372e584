//! Payouts, questions for a status and the Data API over real HTTP: what is sent, and what comes back.

mod data_api;
mod https;
mod lost;
mod wire;

use jetpay_core::id::PaymentId;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Method, Payouts, Project};
use jetpay_gate::{BadBaseUrl, BaseUrl, Gate, GateError, Outcome, Reason, StatusOutcome};
use jetpay_qiwi_kz::QiwiKz;
use serde_json::json;
use wire::{ACCEPTED, Does, Server, payout, project};

async fn pay_out(server: &Server) -> Outcome {
    let gate = Gate::new(&server.url).unwrap();
    gate.payout::<QiwiKz>(&project(), &payout()).await
}

fn respond(http_status: u16, body: &str) -> Does {
    Does::Respond(http_status, body.to_owned())
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let error = Gate::new("http://gate.example.com").unwrap_err();
    assert!(
        matches!(error, GateError::BaseUrl(BadBaseUrl::NotHttps)),
        "{error}"
    );
    assert!(Gate::new("https://gate.example.com").is_ok());
}

#[tokio::test]
async fn futures_may_move_between_threads_and_debug_shows_no_secret() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (gate, project, payout) = (
        Gate::new("https://gate.example.com").unwrap(),
        project(),
        payout(),
    );
    drop(is_send(gate.payout::<QiwiKz>(&project, &payout)));
    drop(is_send(gate.request_status(&project, "abc")));
    let shown = format!("{gate:?} {project:?} {payout:?}");
    assert!(
        !shown.contains("\"secret\"") && !shown.contains("John"),
        "{shown}"
    );
}

#[tokio::test]
async fn accepted_payout_is_sent_once_and_signed_to_its_methods_path() {
    let server = Server::start(respond(200, ACCEPTED)).await;
    let Outcome::Accepted(accepted) = pay_out(&server).await else {
        panic!("not accepted");
    };
    assert_eq!(accepted.request_id.as_deref(), Some("abc"));
    assert!(!accepted.known_before);

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0]
            .head
            .starts_with("post /v2/payment/wallet/qiwi-kz/payout http/1.1"),
        "{}",
        requests[0].head
    );
    assert!(requests[0].head.contains("content-type: application/json"));
    let key = Key::new("secret").unwrap();
    let signed = sign(payout().to_json().as_bytes(), &key).unwrap();
    assert_eq!(requests[0].body.as_bytes(), signed);
    assert!(requests[0].is_signed_by("secret"));
}

#[tokio::test]
async fn stored_request_is_sent_like_the_payout_below_the_path_of_the_base_url() {
    let server = Server::start(respond(200, ACCEPTED)).await;
    let gate = Gate::new(&format!("{}/gate/", server.url)).unwrap();
    let stored = payout().to_json();
    let _ = gate.payout::<QiwiKz>(&project(), &payout()).await;
    let outcome = gate.send(&project(), QiwiKz::PATH, stored.as_bytes()).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let requests = server.requests();
    assert_eq!(requests[0].body, requests[1].body);
    assert!(
        requests[1]
            .head
            .starts_with("post /gate/v2/payment/wallet/"),
        "{}",
        requests[1].head
    );
}

#[tokio::test]
async fn wrong_request_is_not_sent() {
    let server = Server::start(respond(200, ACCEPTED)).await;
    let gate = Gate::new(&server.url).unwrap();
    let other = Project::new(36, "secret").unwrap();
    let stored = payout().to_json();
    let signed = sign(stored.as_bytes(), &Key::new("secret").unwrap()).unwrap();
    for outcome in [
        gate.payout::<QiwiKz>(&other, &payout()).await,
        gate.send(&project(), QiwiKz::PATH, b"garbage").await,
        gate.send(
            &project(),
            QiwiKz::PATH,
            br#"{"general":{"project_id":35}}"#,
        )
        .await,
        gate.send(&project(), QiwiKz::PATH, &signed).await,
        gate.send(&project(), QiwiKz::NAME, stored.as_bytes()).await,
    ] {
        let Outcome::Unknown(unknown) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(unknown.nothing_was_sent(), "{unknown}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn question_by_payment_id_is_signed_in_general() {
    let body = r#"{"project_id":35,"payment":{"id":"test_123","type":"payout","status":"success"},"operations":[]}"#;
    let server = Server::start(respond(200, body)).await;
    let gate = Gate::new(&server.url).unwrap();
    let outcome = gate
        .status(&project(), &PaymentId::new("test_123").unwrap())
        .await;
    let StatusOutcome::Known(status) = outcome else {
        panic!("{outcome:?}");
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
async fn question_by_request_id_is_signed_at_the_top_level() {
    let server = Server::start(respond(
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
async fn question_whose_response_is_lost_is_unanswered() {
    let server = Server::start(Does::CloseAfterReading).await;
    let gate = Gate::new(&server.url).unwrap();
    let outcome = gate
        .status(&project(), &PaymentId::new("test_123").unwrap())
        .await;
    assert!(
        matches!(&outcome, StatusOutcome::Unanswered(why) if matches!(why.reason, Reason::Broken(_))),
        "{outcome:?}"
    );
    assert_eq!(server.requests().len(), 1);
}

/// A Gate that knows the id: it rejects the payout with 3041, and has this under the id.
async fn pay_out_again(account: &str, minor: i64) -> (Outcome, usize) {
    let sum = json!({"amount": minor, "currency": "KZT"});
    let status = json!({
        "project_id": 35,
        "payment": {"id": "test_123", "type": "payout", "status": "processing", "sum": sum},
        "account": {"number": account},
        "operations": [{"id": 1, "type": "payout", "status": "processing", "sum_initial": sum}],
    });
    let known = r#"{"status":"error","code":"3041","message":"Payment ID already exists"}"#;
    let server = Server::start(Does::RespondInTurn(
        (400, known.to_owned()),
        (200, status.to_string()),
    ))
    .await;
    (pay_out(&server).await, server.requests().len())
}

#[tokio::test]
async fn known_id_with_another_account_or_amount_is_another_payout() {
    for (account, minor, field) in [
        ("9182221134", 100, "account.number"),
        ("918222113", 100, "account.number"),
        ("91****1134", 100, "account.number"),
        ("9182221133", 101, "payment"),
    ] {
        let (outcome, requests) = pay_out_again(account, minor).await;
        let Outcome::OtherPayout(other) = outcome else {
            panic!("{account} {minor}: {outcome:?}");
        };
        assert_eq!((other.field, requests), (field, 2), "{account}");
        assert!(!other.to_string().contains(account), "{other}");
    }
}

#[tokio::test]
async fn known_id_with_the_same_account_and_amount_is_accepted_before() {
    for account in ["9182221133", "+9182221133", "918***1133", ""] {
        let (outcome, _) = pay_out_again(account, 100).await;
        let is_known = matches!(&outcome, Outcome::Accepted(accepted) if accepted.known_before);
        assert!(is_known, "{account}: {outcome:?}");
    }
}

#[tokio::test]
async fn request_goes_through_the_proxy() {
    let proxy = Server::start(respond(200, ACCEPTED)).await;
    let gate = Gate::builder(BaseUrl::parse("http://127.0.0.1:9").unwrap());
    let gate = gate.with_proxy(&proxy.url).build().unwrap();
    let outcome = gate.payout::<QiwiKz>(&project(), &payout()).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let head = &proxy.requests()[0].head;
    assert!(
        head.starts_with("post http://127.0.0.1:9/v2/payment/"),
        "{head}"
    );
}
