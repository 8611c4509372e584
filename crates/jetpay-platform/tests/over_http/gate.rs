//! The simulated Gate over real HTTP.

use std::time::{Duration, Instant};

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_platform::Platform;
use jetpay_platform::gate::{
    CallbackPlan, Event, EventHandler, GateOptions, GateState, OnSend, Plan, Server, ServerOptions,
    serve,
};
use jetpay_testing::{Manifest, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::receiver::{Receiver, SLOW};

const PAYOUT: &str = "/v2/payment/wallet/qiwi-kz/payout";
const ACCOUNT: &str = "9182221133";

fn keyring() -> Keyring {
    Keyring::from(Project::new(35, SECRET).unwrap())
}

fn document() -> Vec<u8> {
    Manifest::of("qiwi-kz")
        .fixture("payout-request.json")
        .body()
}

/// The request of the document with another payment id.
fn order(payment_id: &str) -> Vec<u8> {
    let text = String::from_utf8(document()).unwrap();
    let text = text.replace("test_123", payment_id);
    sign(text.as_bytes(), &Key::new(SECRET).unwrap()).unwrap()
}

/// A Gate that uses this plan for payouts to the account of the document and sends its callbacks to this merchant at a
/// fast pace.
async fn gate(plan: Plan, merchant: Option<&Receiver>) -> Server {
    let mut state = GateState::new(keyring());
    state.plan(ACCOUNT, plan);
    let options = ServerOptions {
        callback_url: merchant.map(|merchant| merchant.url.parse().unwrap()),
        hurry: 200,
        ..ServerOptions::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve(listener, state, options).unwrap()
}

/// A client that sends bodies unchanged.
fn client(gate: &Server) -> Platform {
    Platform::new(gate.url(), 35, Key::new(SECRET).unwrap())
}

fn at_once() -> Plan {
    Plan::default().hurried(100)
}

#[tokio::test]
async fn payout_of_the_document_is_accepted_and_its_callback_repeated_until_it_is_acknowledged() {
    let merchant = Receiver::answering(&[503, 404, 200]);
    let gate = gate(at_once(), Some(&merchant)).await;
    let exchange = client(&gate).send(PAYOUT, document()).await.unwrap();
    assert_eq!(exchange.status, 200);
    let answer = exchange.json.unwrap();
    assert_eq!(
        (&answer["status"], &answer["payment_id"]),
        (&"success".into(), &"test_123".into())
    );

    merchant.received(3).await;
    // After ten more waits no other callback has come.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let sent = merchant.bodies();
    assert_eq!(sent.len(), 3);
    for body in &sent {
        let received = Received::parse(body).unwrap();
        let keyring = keyring();
        let callback = received.authenticate(&keyring).unwrap().callback().unwrap();
        assert_eq!(callback.payment.id.as_str(), "test_123");
        assert_eq!(
            callback.operation.sum_initial,
            Some(Money::new(100, Currency::KZT))
        );
    }
    assert_eq!(gate.state().money_out(ACCOUNT), 100);
}

#[tokio::test]
async fn dropped_connection_has_no_answer_whether_the_payout_was_accepted_or_not() {
    for (drop, accepted) in [(OnSend::DropBefore, 0), (OnSend::DropAfter, 1)] {
        let gate = gate(Plan::once(drop), None).await;
        client(&gate).send(PAYOUT, document()).await.unwrap_err();
        assert_eq!(gate.state().accepted(35, "test_123"), accepted);
        // The client sent it only once.
        assert_eq!(gate.state().sends_of("test_123").count(), 1);
    }
}

#[tokio::test]
async fn dropped_connection_ends_without_a_byte() {
    let gate = gate(Plan::once(OnSend::DropAfter), None).await;
    let mut stream = TcpStream::connect(gate.address()).await.unwrap();
    let body = document();
    let head = format!(
        "POST {PAYOUT} HTTP/1.1\r\nhost: gate\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream
        .write_all(&[head.as_bytes(), &body].concat())
        .await
        .unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
    read.await.expect("the connection ends").unwrap();
    assert!(answer.is_empty());
    assert_eq!(gate.state().accepted(35, "test_123"), 1);
}

#[tokio::test]
async fn slow_answer_comes_late_and_is_good() {
    let slow = OnSend::AcceptSlowly(Duration::from_millis(300));
    let gate = gate(Plan::once(slow), None).await;
    let begun = Instant::now();
    let exchange = client(&gate).send(PAYOUT, document()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(exchange.status, 200);
}

#[tokio::test]
async fn callbacks_of_one_payout_are_sent_in_order() {
    let merchant = Receiver::answering(&[500, 200]);
    let callbacks = CallbackPlan {
        processing: true,
        backwards: true,
        ..CallbackPlan::default()
    };
    let gate = gate(
        Plan {
            callbacks,
            ..at_once()
        },
        Some(&merchant),
    )
    .await;
    client(&gate).send(PAYOUT, document()).await.unwrap();
    merchant.received(3).await;
    assert_eq!(merchant.statuses(), ["success", "processing", "success"]);
}

#[tokio::test]
async fn merchant_that_is_slow_with_one_payout_delays_no_other() {
    let merchant = Receiver::slow_with("p-slow");
    let gate = gate(at_once(), Some(&merchant)).await;
    client(&gate).send(PAYOUT, order("p-slow")).await.unwrap();
    merchant.received(1).await;
    client(&gate).send(PAYOUT, order("p-quick")).await.unwrap();
    let begun = Instant::now();
    merchant.received(2).await;
    assert!(begun.elapsed() < SLOW / 2);
}

#[tokio::test]
async fn payout_made_in_the_dashboard_is_reported_without_a_request() {
    let merchant = Receiver::answering(&[200]);
    let gate = gate(at_once(), Some(&merchant)).await;
    let amount = Money::new(700, Currency::KZT);
    gate.with_state(|state, now| state.made_in_dashboard(now, 35, "by-hand", ACCOUNT, amount));
    merchant.received(1).await;
}

#[tokio::test]
async fn only_a_post_of_limited_size_is_processed() {
    let gate = gate(Plan::default(), None).await;
    let client = client(&gate);
    let got = client
        .send_as("GET", PAYOUT, None, document())
        .await
        .unwrap();
    assert_eq!(got.status, 405);
    let large = client
        .send(PAYOUT, vec![b' '; 64 * 1024 + 1])
        .await
        .unwrap();
    assert_eq!(large.status, 413);
    assert!(gate.state().log().is_empty());
}

#[tokio::test]
async fn stopped_gate_frees_its_address_and_sends_no_more_callbacks() {
    let merchant = Receiver::answering(&[500]);
    let gate = gate(at_once(), Some(&merchant)).await;
    let (address, client) = (gate.address(), client(&gate));
    client.send(PAYOUT, document()).await.unwrap();
    merchant.received(2).await;
    gate.stop().await;
    TcpListener::bind(address).await.unwrap();
    let sent = merchant.bodies().len();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // One callback may have been on its way.
    assert!(merchant.bodies().len() <= sent + 1);
}

#[tokio::test]
async fn gate_from_the_command_line_reports_its_events() {
    let merchant = Receiver::answering(&[200]);
    let (answer, events) = std::sync::mpsc::channel();
    let mut settings = GateOptions::new("127.0.0.1:0".parse().unwrap(), keyring());
    settings.callback_url = Some(merchant.url.parse().unwrap());
    settings.on_event = EventHandler::new(move |event: Event| {
        let _gone = answer.send(event.to_string());
    });
    let gate = settings.open().await.unwrap();
    let client = client(&gate);
    client.send(PAYOUT, document()).await.unwrap();
    client.send(PAYOUT, "{}").await.unwrap();
    merchant.received(1).await;
    let mut answer = Vec::new();
    let begun = Instant::now();
    while answer.len() < 3 && begun.elapsed() < Duration::from_secs(20) {
        answer.extend(events.try_iter());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let expected = [
        "payout test_123: accepted",
        "turned down, HTTP 400: no project has this id: project_id",
        "callback of test_123, success: acknowledged",
    ];
    assert_eq!(answer, expected);
}
