//! The simulated Data API over real HTTP.

use std::time::{Duration, Instant};

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_platform::data_api::{DataApiState, OnRequest, PATH, PlatformRecord, serve};
use jetpay_platform::gate::{GateState, ServerOptions};
use jetpay_platform::traffic::{Route, Runner, Traffic};
use jetpay_platform::{CallbackKind, Exchange, KASPI, NoAnswer, Platform, TopUp, gate, top_up};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::merchant::{PAYER, serve_constant};
use crate::{platform, right_merchant};

const KEY: &str = "the secret beside the token";
const HUNDRED: Money = Money::new(10_000, Currency::KZT);

fn data_api(record: &PlatformRecord) -> DataApiState {
    DataApiState::new("token", Key::new(KEY).unwrap(), record.clone())
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Asks for all operations.
async fn ask(url: &str) -> Result<Exchange, NoAnswer> {
    let body = json!({"token": "token", "tz": "UTC"}).to_string();
    let body = sign(body.as_bytes(), &Key::new(KEY).unwrap()).unwrap();
    platform(url).send(PATH, body).await
}

/// `type status amount` of the operations that are reported, sorted.
async fn reported(url: &str) -> Vec<String> {
    let json = ask(url).await.unwrap().json.unwrap();
    let operations = json["operations"].as_array().unwrap().iter();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let mut lines: Vec<String> = operations
        .map(|it| {
            let (kind, status) = (text(it, "operation_type"), text(it, "operation_status"));
            format!("{kind} {status} {}", it["sum_initial"]["amount"])
        })
        .collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn top_ups_are_reported_also_when_the_callback_is_not_acknowledged() {
    let record = PlatformRecord::new();
    let server = serve(listener().await, data_api(&record)).unwrap();
    let url = right_merchant();
    let good = platform(&url).with_record(record.clone());
    let paid = TopUp::new(&KASPI, PAYER, HUNDRED)
        .then(CallbackKind::Success)
        .then(CallbackKind::Success)
        .then(CallbackKind::PartialRefund(Money::new(
            3_000,
            Currency::KZT,
        )));
    top_up(&good, &paid, |_| ()).await.unwrap();
    let expected = ["refund success 3000", "sale success 10000"];
    assert_eq!(reported(&server.url()).await, expected);

    let deaf = Platform::new(serve_constant(503, ""), 1234, Key::new("secret").unwrap());
    let platform = good.with_base_url(format!("{url}/kaspi"));
    let route = Route::new(&KASPI, platform).with_callbacks(deaf.with_record(record.clone()));
    let mut traffic = Traffic::new(vec![route], vec![PAYER.to_owned()]).unwrap();
    traffic.rate = "500".parse().unwrap();
    (traffic.hurry, traffic.count, traffic.repeats) = (1000, Some(20), 0);
    let tally = Runner::new(traffic).run(std::future::pending()).await;
    let announced = tally.begun - tally.abandoned;
    let sales = reported(&server.url()).await;
    let sales = sales.iter().filter(|line| line.starts_with("sale "));
    assert_eq!(sales.count() as u64, 1 + announced, "{tally}");
}

#[tokio::test]
async fn gate_reports_its_payouts_at_the_same_address_beside_the_top_ups() {
    let record = PlatformRecord::new();
    let mut state = GateState::new(Keyring::from(Project::new(1234, "secret").unwrap()));
    let at_once = gate::Plan {
        after: Duration::ZERO,
        ..gate::Plan::default()
    };
    state.plan("9182221133", at_once);
    let options = ServerOptions {
        data_api: Some(data_api(&record)),
        ..ServerOptions::default()
    };
    let server = gate::serve(listener().await, state, options).unwrap();
    let paid = TopUp::new(&KASPI, PAYER, HUNDRED).then(CallbackKind::Decline);
    let merchant = platform(&right_merchant()).with_record(record);
    top_up(&merchant, &paid, |_| ()).await.unwrap();
    let amount = Money::new(500, Currency::KZT);
    server.with_state(|state, now| {
        state.made_in_dashboard(now, 1234, "p-1", "9182221133", amount);
    });
    let expected = ["payout success 500", "sale decline 10000"];
    assert_eq!(reported(&server.url()).await, expected);
    let kinds: Vec<_> = server.state().log().iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [gate::EntryKind::Callback],
        "the Gate saw no request"
    );
}

#[tokio::test]
async fn gate_without_a_data_api_has_no_such_path() {
    let state = GateState::new(Keyring::from(Project::new(1234, "secret").unwrap()));
    let server = gate::serve(listener().await, state, ServerOptions::default()).unwrap();
    assert_eq!(ask(&server.url()).await.unwrap().status, 404);
}

#[tokio::test]
async fn script_slows_down_and_breaks_connections() {
    let server = serve(listener().await, data_api(&PlatformRecord::new())).unwrap();
    let wait = Duration::from_millis(300);
    server.state().script([
        OnRequest::Slowly(wait),
        OnRequest::Drop,
        OnRequest::Fail(503),
    ]);
    let begun = Instant::now();
    assert_eq!(ask(&server.url()).await.unwrap().status, 200);
    assert!(begun.elapsed() >= wait);
    ask(&server.url()).await.unwrap_err();
    let failed = ask(&server.url()).await.unwrap();
    assert_eq!(
        (failed.status, failed.json.unwrap()["status"].as_u64()),
        (503, Some(503))
    );
    assert_eq!(server.state().requests(), 3);
}
