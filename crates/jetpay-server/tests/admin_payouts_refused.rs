//! Payouts that are refused, over real HTTP to the real binary; and what is told of the others.

mod bad_payout;
mod paying;
mod running;

use std::fs::File;
use std::process::{Command, Stdio};

use bad_payout::{rows, with};
use jetpay_testing::postgres::{Cluster, require_or_skip};
use paying::{HIDDEN, Paying, WALLET, add_gate, payout_request, payouts, taken};
use reqwest::Method;
use running::{Folder, JETPAY, answer};
use serde_json::{Value, json};

#[actix_web::test]
async fn bad_payout_is_refused_with_the_field_and_nothing_of_it_is_kept() {
    let paying = Paying::sqlite("").await;
    let running = &paying.running;
    for (place, value, field) in rows() {
        let body = with(place, value);
        let (status, error) = running.post("/v1/payouts", &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body} {error}"
        );
        assert_eq!(error["error"]["code"], "invalid");
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
        for hidden in HIDDEN {
            assert!(!error.to_string().contains(hidden), "{error}");
        }
    }
    // A list is no object, though it has all that is asked for.
    let whole = payout_request("k", 1);
    let fields = [
        "project_id",
        "customer",
        "account_number",
        "amount",
        "currency",
        "idempotency_key",
    ];
    let list = json!(fields.map(|field| &whole[field]));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("{} {}", 400),
        ("[]", 422),
        ("null", 422),
        (&list.to_string(), 422),
    ] {
        let asked = running
            .admin(Method::POST, "/v1/payouts")
            .body(body.to_owned());
        let (given, error) = answer(asked).await;
        assert_eq!(given, status, "{body} {error}");
    }
    let twice = payout_request("k", 1)
        .to_string()
        .replacen('{', "{\"amount\":2,", 1);
    let (status, error) = answer(running.admin(Method::POST, "/v1/payouts").body(twice)).await;
    assert_eq!(status, 422, "{error}");
    assert!(error.to_string().contains("amount"), "{error}");
    assert_eq!(
        running
            .stranger(Method::POST, "/v1/payouts")
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    assert_eq!(payouts(running).await.len(), 0);
    let (_, feed) = running.get("/v1/payouts/entries").await;
    assert_eq!(feed["entries"], json!([]));
    // None of them has used the key up.
    taken(running, "k", 10_000).await;
}

#[actix_web::test]
async fn service_without_a_gate_takes_none_and_says_what_to_configure() {
    let running = Folder::new().serve().await;
    let (status, error) = running.post("/v1/payouts", &payout_request("k", 1)).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (409, &json!("not_configured"))
    );
    assert!(
        error["error"]["message"]
            .as_str()
            .unwrap()
            .contains("[gate]"),
        "{error}"
    );
    assert_eq!(
        running.get("/v1/payouts").await,
        (200, json!({"payouts": []}))
    );
}

#[actix_web::test]
async fn nobody_sees_who_is_paid_neither_in_an_answer_nor_in_the_log() {
    let folder = Folder::new();
    add_gate(&folder, "");
    let log = folder.path("log");
    let process = Command::new(JETPAY)
        .args(["serve", "--config"])
        .arg(folder.path("jetpay.toml"))
        .env("JETPAY_LOG", "debug")
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let running = folder.served_by(process).await;
    let mut seen = String::new();
    let mut see = |answer: (u16, Value)| seen += &answer.1.to_string();
    see(running.post("/v1/payouts", &payout_request("k", 100)).await);
    see(running.post("/v1/payouts", &payout_request("k", 100)).await);
    see(running.post("/v1/payouts", &payout_request("k", 101)).await);
    let mut bad = payout_request("b", 100);
    bad["currency"] = bad["customer"]["first_name"].clone();
    see(running.post("/v1/payouts", &bad).await);
    bad["amount"] = bad["customer"]["email"].clone();
    see(running.post("/v1/payouts", &bad).await);
    see(running.get("/v1/payouts").await);
    see(running.get("/v1/payouts/entries").await);
    let id = payouts(&running).await[0]["payment_id"].clone();
    let path = format!("/v1/payouts/{}", id.as_str().unwrap());
    see(running.get(&path).await);
    let settled = json!({"as": "declined", "reason": "a test"});
    see(running.post(&format!("{path}/resolve"), &settled).await);
    assert!(seen.contains(WALLET));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("a payout is taken"), "{log}");
    for hidden in HIDDEN {
        assert!(!seen.contains(hidden), "{hidden} is in {seen}");
        assert!(!log.contains(hidden), "{hidden} is in {log}");
    }
    assert!(!log.contains(WALLET), "{log}");
}

#[actix_web::test]
async fn store_that_is_away_is_told_with_503_and_afterwards_the_key_is_good() {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return;
    };
    let database = cluster.database();
    let folder = Folder::with_store(database.url());
    add_gate(&folder, "");
    let running = folder.serve().await;
    let id = taken(&running, "before", 100).await;
    cluster.crash();
    for body in [payout_request("before", 100), payout_request("after", 100)] {
        let (status, error) = running.post("/v1/payouts", &body).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (503, &json!("unavailable"))
        );
    }
    let settled = json!({"as": "declined", "reason": "a test"});
    for path in [
        "/v1/payouts",
        "/v1/payouts/entries",
        &format!("/v1/payouts/{id}"),
    ] {
        assert_eq!(running.get(path).await.0, 503, "{path}");
    }
    let path = format!("/v1/payouts/{id}/resolve");
    assert_eq!(running.post(&path, &settled).await.0, 503);
    cluster.start_again();
    running.wait_until_ready().await;
    let (status, again) = running
        .post("/v1/payouts", &payout_request("before", 100))
        .await;
    assert_eq!((status, &again["payment_id"]), (200, &json!(id)));
    taken(&running, "after", 100).await;
    assert_eq!(payouts(&running).await.len(), 2);
}
