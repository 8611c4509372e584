//! Refused payouts; and what answers and the log show of a payout.

use std::fs::File;
use std::process::{Command, Stdio};

use jetpay_server::payout_request::PayoutRequestBody;
use jetpay_testing::postgres::{Cluster, require_or_skip};
use reqwest::Method;
use serde_json::{Value, json};

use crate::paying::{HIDDEN, Paying, WALLET, accepted, add_gate, payout_request, payouts};
use crate::running::{Folder, JETPAY, PROJECT, answer};

#[actix_web::test]
async fn invalid_payout_is_refused_with_the_field_and_nothing_of_it_is_stored() {
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
    // A list is not an object, even with all values.
    let complete = payout_request("k", 1);
    let fields = [
        "project_id",
        "customer",
        "account_number",
        "amount",
        "currency",
        "idempotency_key",
    ];
    let list = json!(fields.map(|field| &complete[field]));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("{} {}", 400),
        ("[]", 422),
        ("null", 422),
        (&list.to_string(), 422),
    ] {
        let request = running
            .admin(Method::POST, "/v1/payouts")
            .body(body.to_owned());
        let (given, error) = answer(request).await;
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
            .without_token(Method::POST, "/v1/payouts")
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    assert_eq!(payouts(running).await.len(), 0);
    let (_, feed) = running.get("/v1/payouts/entries").await;
    assert_eq!(feed["entries"], json!([]));
    // No refused request used its key up.
    accepted(running, "k", 10_000).await;
}

#[actix_web::test]
async fn key_with_a_character_that_cannot_be_seen_is_refused_unless_a_payout_has_it() {
    let mut paying = Paying::sqlite("").await;
    accepted(&paying.running, "salary-1", 1).await;
    for (key, named) in [
        (
            "salary-1\u{200b}",
            "U+200B (zero-width space) as character 9 of 9",
        ),
        ("salary\u{ad}-1", "U+00AD (soft hyphen) as character 7 of 9"),
        (" salary-1", "U+0020 (space) as character 1 of 9"),
        (
            "salary-1\u{a0}",
            "U+00A0 (no-break space) as character 9 of 9",
        ),
        ("salary\t1", "U+0009 (tab) as character 7 of 8"),
        ("salary-1\0", "U+0000 (NUL) as character 9 of 9"),
        (
            "salary\u{fffc}1",
            "U+FFFC (a character without a shape) as character 7 of 8",
        ),
        ("caf\u{e9}-e\u{301}", "(NFC) from character 6 of 7 on"),
    ] {
        let (status, error) = paying
            .running
            .post("/v1/payouts", &payout_request(key, 1))
            .await;
        let error = &error["error"];
        assert_eq!(
            (status, &error["field"]),
            (422, &json!("idempotency_key")),
            "{error}"
        );
        assert!(
            error["message"].as_str().unwrap().contains(named),
            "{error}"
        );
    }
    let mut of_another = payout_request("salary-2", 1);
    of_another["customer"]["id"] = json!("7123456789\u{200b}");
    let (status, error) = paying.running.post("/v1/payouts", &of_another).await;
    assert_eq!(
        (status, &error["error"]["field"]),
        (422, &json!("customer.id"))
    );
    assert!(!error.to_string().contains("key"), "{error}");
    assert_eq!(payouts(&paying.running).await.len(), 1);
    // An older version stored the payout under such a key.
    for (key, encoded) in [
        ("salary-1\u{200b}", "salary-1%E2%80%8B"),
        ("e\u{301}", "e%CC%81"),
    ] {
        stored_by_an_older_version_is_found(&mut paying, key, encoded).await;
    }
}

/// Stores the one payout under another key, as an older version did.
async fn stored_by_an_older_version_is_found(paying: &mut Paying, key: &str, encoded: &str) {
    let body = payout_request(key, 1);
    let request: PayoutRequestBody = serde_json::from_value(body.clone()).unwrap();
    let request = request.checked(&[PROJECT.into()].into()).unwrap();
    let stored = |folder: &Folder| {
        let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
        let sql = "UPDATE payouts SET idempotency_key = ?1, fingerprint = ?2";
        database.execute(sql, (key, request.fingerprint())).unwrap();
    };
    paying.running.while_stopped(stored).await;
    let (status, known) = paying.running.post("/v1/payouts", &body).await;
    assert_eq!((status, &known["idempotency_key"]), (200, &json!(key)));
    let other = payout_request(key, 2);
    assert_eq!(paying.running.post("/v1/payouts", &other).await.0, 409);
    let (_, listed) = paying
        .running
        .get(&format!("/v1/payouts?idempotency_key={encoded}"))
        .await;
    assert_eq!(listed["payouts"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn service_without_a_gate_accepts_no_payout_and_says_what_to_configure() {
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
async fn payee_of_a_payout_is_neither_in_an_answer_nor_in_the_log() {
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
    let resolution = json!({"as": "declined", "reason": "a test"});
    see(running.post(&format!("{path}/resolve"), &resolution).await);
    assert!(seen.contains(WALLET));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("the service accepted a payout"), "{log}");
    for hidden in HIDDEN {
        assert!(!seen.contains(hidden), "{hidden} is in {seen}");
        assert!(!log.contains(hidden), "{hidden} is in {log}");
    }
    assert!(!log.contains(WALLET), "{log}");
}

#[actix_web::test]
async fn request_while_the_store_is_down_gets_503_and_its_key_can_be_used_afterwards() {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return;
    };
    let database = cluster.database();
    let folder = Folder::with_store(database.url());
    add_gate(&folder, "");
    let running = folder.serve().await;
    let id = accepted(&running, "before", 100).await;
    cluster.crash();
    for body in [payout_request("before", 100), payout_request("after", 100)] {
        let (status, error) = running.post("/v1/payouts", &body).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (503, &json!("unavailable"))
        );
    }
    let resolution = json!({"as": "declined", "reason": "a test"});
    for path in [
        "/v1/payouts",
        "/v1/payouts/entries",
        &format!("/v1/payouts/{id}"),
    ] {
        assert_eq!(running.get(path).await.0, 503, "{path}");
    }
    let path = format!("/v1/payouts/{id}/resolve");
    assert_eq!(running.post(&path, &resolution).await.0, 503);
    cluster.start_again();
    running.wait_until_ready().await;
    let (status, again) = running
        .post("/v1/payouts", &payout_request("before", 100))
        .await;
    assert_eq!((status, &again["payment_id"]), (200, &json!(id)));
    accepted(&running, "after", 100).await;
    assert_eq!(payouts(&running).await.len(), 2);
}

/// A JSON pointer into the body, the value there (`None`: no field), and the field that the answer names.
type Row = (&'static str, Option<Value>, &'static str);

/// Every error of a payout request.
fn rows() -> Vec<Row> {
    let long = "x".repeat(256);
    let mut rows = vec![
        ("/project_id", Some(json!(9)), "project_id"),
        ("/project_id", Some(json!("1234")), "project_id"),
        ("/project_id", Some(json!(-1)), "project_id"),
        ("/project_id", Some(json!(1234.0)), "project_id"),
        ("/customer", Some(json!("John")), "customer"),
        (
            "/customer",
            Some(json!(["7", "203.0.113.9", "A", "B", "a@b"])),
            "customer",
        ),
        ("/customer/id", Some(json!("")), "customer.id"),
        ("/customer/id", Some(json!("a;b")), "customer.id"),
        ("/customer/id", Some(json!(7)), "customer.id"),
        (
            "/customer/ip_address",
            Some(json!("localhost")),
            "customer.ip_address",
        ),
        (
            "/customer/first_name",
            Some(json!(" ")),
            "customer.first_name",
        ),
        (
            "/customer/first_name",
            Some(json!("a\u{0}b")),
            "customer.first_name",
        ),
        (
            "/customer/last_name",
            Some(json!("a;b")),
            "customer.last_name",
        ),
        ("/customer/email", Some(json!("nobody")), "customer.email"),
        ("/customer/phone", Some(json!("1")), "customer.phone"),
        ("/account_number", Some(json!("1234")), "account_number"),
        (
            "/account_number",
            Some(json!("123456789012345678901")),
            "account_number",
        ),
        (
            "/account_number",
            Some(json!("+9182221133")),
            "account_number",
        ),
        (
            "/account_number",
            Some(json!(9_182_221_133_u64)),
            "account_number",
        ),
        ("/amount", Some(json!(0)), "amount"),
        ("/amount", Some(json!(-1)), "amount"),
        ("/amount", Some(json!(100.0)), "amount"),
        ("/amount", Some(json!(100.5)), "amount"),
        ("/amount", Some(json!("100")), "amount"),
        ("/amount", Some(json!(true)), "amount"),
        ("/amount", Some(json!(u64::MAX)), "amount"),
        ("/amount", Some(json!(1e30)), "amount"),
        ("/currency", Some(json!("USD")), "currency"),
        ("/currency", Some(json!("kzt")), "currency"),
        ("/currency", Some(json!("")), "currency"),
        ("/currency", Some(json!(398)), "currency"),
        ("/idempotency_key", Some(json!("")), "idempotency_key"),
        ("/idempotency_key", Some(json!(long)), "idempotency_key"),
        ("/idempotency_key", Some(json!("a\nb")), "idempotency_key"),
        ("/idempotency_key", Some(json!("a\u{0}")), "idempotency_key"),
        ("/idempotency_key", Some(json!(1)), "idempotency_key"),
        ("/payment_id", Some(json!("mine")), "payment_id"),
    ];
    for (place, field) in [
        ("/project_id", "project_id"),
        ("/customer", "customer"),
        ("/customer/id", "customer.id"),
        ("/customer/ip_address", "customer.ip_address"),
        ("/customer/first_name", "customer.first_name"),
        ("/customer/last_name", "customer.last_name"),
        ("/customer/email", "customer.email"),
        ("/account_number", "account_number"),
        ("/amount", "amount"),
        ("/currency", "currency"),
        ("/idempotency_key", "idempotency_key"),
    ] {
        rows.push((place, None, field));
        rows.push((place, Some(Value::Null), field));
    }
    rows
}

/// A payout request with another value at this pointer.
fn with(place: &str, value: Option<Value>) -> Value {
    let mut body = payout_request("k", 10_000);
    let (object, name) = place.rsplit_once('/').unwrap();
    let object = body.pointer_mut(object).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
    body
}
