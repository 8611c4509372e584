//! The payouts of the demo, through a simulated Gate that fails in several ways.

use std::time::Duration;

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use jetpay_platform::data_api::{DataApiState, PlatformRecord};
use jetpay_platform::gate::{GateOptions, Server};
use serde_json::{Value, json};

use super::scenes::{BAD, GOOD, heading};
use super::setup::{ANNA, PROJECT};
use crate::commands::client::{Client, Request};
use crate::config::{AdminAccess, Config};

/// What happens, and a wallet: its last digits make the simulated Gate behave so.
const PAYOUTS: [(&str, &str); 4] = [
    ("the platform pays it", "77012345600"),
    (
        "the connection breaks after the platform accepted it",
        "77012345603",
    ),
    (
        "the connection breaks before the platform accepted it",
        "77012345604",
    ),
    ("the platform cannot pay it", "77012345601"),
];

/// The time limit for a payout of the demo.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Starts the Gate that the configuration names, and the Data API over this record beside it. `None` when an older demo wrote
/// the configuration, without `[gate]`.
pub(super) async fn gate(
    config: &Config,
    listen: std::net::SocketAddr,
    record: &PlatformRecord,
) -> anyhow::Result<Option<Server>> {
    let Some(gate) = &config.gate else {
        return Ok(None);
    };
    let address = gate.base_url.to_string();
    let address = address.trim_start_matches("http://").parse();
    let settings = GateOptions {
        callback_url: Some(format!("http://{listen}/callback").parse()?),
        data_api: config.data_api.as_ref().map(|data_api| {
            DataApiState::new(&data_api.token, data_api.key.clone(), record.clone())
        }),
        ..GateOptions::new(
            address.context("base_url in [gate] must be an address of this machine, such as http://127.0.0.1:9090")?,
            config.keyring(),
        )
    };
    let opened = settings.open().await;
    Ok(Some(opened.context(
        "the simulated Gate cannot listen; change base_url in [gate]",
    )?))
}

pub(super) async fn play(access: &AdminAccess) -> anyhow::Result<()> {
    heading("QIWI Kazakhstan, payouts — POST /v1/payouts");
    let client = Client::new(access)?;
    let paid = PAYOUTS.map(|(words, account)| pay(&client, words, account));
    for lines in try_join_all(paid).await? {
        println!("{lines}");
    }
    Ok(())
}

async fn pay(client: &Client<'_>, words: &str, account: &str) -> anyhow::Result<String> {
    let payout_request = payout_request(account);
    let accepted = client
        .call(&Request::post(&["payouts"], payout_request.clone()))
        .await?;
    let id = text(&accepted, "payment_id").to_owned();
    let again = client
        .call(&Request::post(&["payouts"], payout_request))
        .await?;
    ensure!(
        text(&again, "payment_id") == id,
        "the service made two payouts for one key"
    );
    let payout = ended(client, &id).await?;
    let state = text(&payout, "state");
    let style = if state == "paid" { GOOD } else { BAD };
    let history = payout["history"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let steps: Vec<&str> = history.iter().map(|step| text(step, "what")).collect();
    Ok(format!(
        "  100.00 KZT to {account}; {words}\n    requested twice, {style}{state}{style:#} once: {}",
        steps.join(", ")
    ))
}

/// Waits until the payout has an outcome.
async fn ended(client: &Client<'_>, id: &str) -> anyhow::Result<Value> {
    let wait = async {
        loop {
            let payout = client.call(&Request::get(&["payouts", id])).await?;
            if !matches!(text(&payout, "state"), "created" | "unknown" | "accepted") {
                return Ok(payout);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ended = tokio::time::timeout(TIMEOUT, wait).await;
    ended.context("a payout of the demo has no outcome")?
}

fn payout_request(account: &str) -> Value {
    // A new key for each run: with `--dir` the ledger keeps the payouts of earlier runs.
    let key = format!("demo-{account}-{}", uuid::Uuid::now_v7());
    json!({
        "project_id": PROJECT,
        "customer": {
            "id": ANNA, "ip_address": "198.51.100.47",
            "first_name": "Anna", "last_name": "Example", "email": "anna@example.com",
        },
        "account_number": account, "amount": 10_000, "currency": "KZT", "idempotency_key": key,
    })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
