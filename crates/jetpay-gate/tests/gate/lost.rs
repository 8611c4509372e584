//! Responses that are lost, late or unusable.

use std::time::Duration;

use jetpay_core::signature::{Key, sign};
use jetpay_gate::{BaseUrl, Gate, Outcome, Reason};
use jetpay_qiwi_kz::QiwiKz;

use crate::wire::{ACCEPTED, Does, Server, payout, project};
use crate::{pay_out, respond};

/// Long enough for a response on this machine, and short enough for a test.
const SHORT: Duration = Duration::from_millis(300);

/// Sends a payout to a server with this behaviour. Returns why the outcome is unknown, and checks that nothing was sent
/// twice.
async fn unknown(does: Does) -> Reason {
    let server = Server::start(does).await;
    let outcome = pay_out(&server).await;
    assert!(server.requests().len() <= 1);
    assert_eq!(server.connections(), 1);
    reason(outcome)
}

fn reason(outcome: Outcome) -> Reason {
    match outcome {
        Outcome::Unknown(unknown) => unknown.reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn slow_response_is_unknown_within_the_time_limit() {
    let server = Server::start(Does::RespondLate(SHORT * 20, 200, ACCEPTED.to_owned())).await;
    let gate = Gate::builder(BaseUrl::parse(&server.url).unwrap())
        .with_timeout(SHORT)
        .build()
        .unwrap();
    let begun = std::time::Instant::now();
    let outcome = gate.payout::<QiwiKz>(&project(), &payout()).await;
    assert_eq!(reason(outcome), Reason::TimedOut);
    assert!(begun.elapsed() < SHORT * 10);
    assert_eq!(server.requests().len(), 1);

    let slow = Server::start(Does::RespondLate(SHORT, 200, ACCEPTED.to_owned())).await;
    assert!(matches!(pay_out(&slow).await, Outcome::Accepted(_)));
}

#[tokio::test]
async fn broken_connection_is_unknown_and_nothing_is_sent_again() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"status\":\"success\"";
    for does in [
        Does::CloseUnread,
        Does::CloseAfterReading,
        Does::Raw(half.to_owned()),
        Does::Raw("?".to_owned()),
    ] {
        let reason = unknown(does).await;
        assert!(matches!(reason, Reason::Broken(_)), "{reason:?}");
    }
}

#[tokio::test]
async fn connection_that_the_server_keeps_open_is_not_reused() {
    let server = Server::start(Does::RespondOnlyToTheFirst(ACCEPTED.to_owned())).await;
    let gate = Gate::new(&server.url).unwrap();
    for sent in 1..=3 {
        let outcome = gate.payout::<QiwiKz>(&project(), &payout()).await;
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
        assert_eq!(
            (server.requests().len(), server.connections()),
            (sent, sent)
        );
    }
}

#[tokio::test]
async fn unusable_response_is_unknown() {
    let other = ACCEPTED.replace("test_123", "test_124");
    let forged = sign(ACCEPTED.as_bytes(), &Key::new("another").unwrap()).unwrap();
    let forged = String::from_utf8(forged).unwrap();
    assert_eq!(
        unknown(respond(500, ACCEPTED)).await,
        Reason::HttpStatus(500)
    );
    assert_eq!(unknown(respond(200, &other)).await, Reason::OtherPayment);
    assert_eq!(unknown(respond(200, &forged)).await, Reason::BadSignature);
    let garbage = unknown(respond(200, "garbage")).await;
    assert!(matches!(garbage, Reason::Unreadable(_)), "{garbage:?}");
}

#[tokio::test]
async fn response_is_read_up_to_64_kib() {
    let padded = |bytes: usize| {
        respond(
            200,
            &format!("{ACCEPTED}{}", " ".repeat(bytes - ACCEPTED.len())),
        )
    };
    let within = Server::start(padded(64 * 1024)).await;
    assert!(matches!(pay_out(&within).await, Outcome::Accepted(_)));

    let long = format!(
        "{}\"x\":\"{}\"}}",
        ACCEPTED.replace('}', ","),
        "x".repeat(64 * 1024)
    );
    let reason = unknown(respond(200, &long)).await;
    assert!(matches!(reason, Reason::Unreadable(_)), "{reason:?}");
    let reason = unknown(Does::Endless).await;
    assert!(matches!(reason, Reason::Unreadable(_)), "{reason:?}");
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let elsewhere = Server::start(respond(200, ACCEPTED)).await;
    for status in [301, 302, 303, 307, 308] {
        let redirect = format!(
            "HTTP/1.1 {status} X\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            elsewhere.url
        );
        assert_eq!(
            unknown(Does::Raw(redirect)).await,
            Reason::HttpStatus(status)
        );
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn refused_connection_sends_nothing() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let gate = Gate::new(&format!("http://{address}")).unwrap();
    let Outcome::Unknown(unknown) = gate.payout::<QiwiKz>(&project(), &payout()).await else {
        panic!("no server listens there");
    };
    assert!(
        matches!(unknown.reason, Reason::NotConnected(_)),
        "{unknown:?}"
    );
    assert!(unknown.nothing_was_sent());
    assert!(unknown.to_string().contains("refused"), "{unknown}");
}
