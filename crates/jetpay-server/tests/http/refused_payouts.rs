//! Refused payouts; and what answers and the log show of a payout.

use jetpay_server::payout_request::PayoutRequestBody;
use jetpay_testing::postgres::{Cluster, require_or_skip};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Folder, HIDDEN, PROJECT, Running, WALLET, answer, assert_has, failed, payout_request, refused,
};

#[actix_web::test]
async fn invalid_payout_is_refused_with_the_field_and_nothing_of_it_is_stored() {
    let running = Folder::new().with_gate("").serve().await;
    for (place, value) in rows() {
        let answer = running.post("/v1/payouts", &with(place, value)).await;
        refused(&answer, &place[1..].replace('/', "."));
        for hidden in HIDDEN {
            assert!(!answer.1.to_string().contains(hidden), "{}", answer.1);
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
    let list = json!(fields.map(|field| &complete[field])).to_string();
    let twice = complete.to_string().replacen('{', "{\"amount\":2,", 1);
    for (body, status, part) in [
        ("", 400, "is empty"),
        ("{", 400, "ends in the middle"),
        ("{} {}", 400, "more than one JSON value"),
        ("[]", 422, "must be an object"),
        ("null", 422, "must be an object"),
        (&list, 422, "must be an object"),
        (&twice, 422, "duplicate field `amount`"),
    ] {
        let request = running.admin(Method::POST, "/v1/payouts");
        let code = if status == 400 {
            "malformed"
        } else {
            "invalid"
        };
        let answer = answer(request.body(body.to_owned())).await;
        assert_has(&failed(&answer, status, code), &[part]);
    }
    let stranger = running.without_token(Method::POST, "/v1/payouts");
    failed(&answer(stranger).await, 401, "unauthorized");
    assert_eq!(running.payouts().await.len(), 0);
    let (_, feed) = running.get("/v1/payouts/entries").await;
    assert_eq!(feed["entries"], json!([]));
    // No refused request used its key up.
    running.payout("k", 10_000).await;
}

#[actix_web::test]
async fn key_with_a_character_that_cannot_be_seen_is_refused_unless_a_payout_has_it() {
    let mut running = Folder::new().with_gate("").serve().await;
    running.payout("salary-1", 1).await;
    // All such characters are in the tests of the check.
    for (key, named) in [
        (
            "salary-1\u{200b}",
            "U+200B (zero-width space) as character 9",
        ),
        ("salary-1\0", "U+0000 (NUL) as character 9 of 9"),
        (" salary-1", "U+0020 (space) as character 1 of 9"),
        ("caf\u{e9}-e\u{301}", "(NFC) from character 6 of 7 on"),
    ] {
        let answer = running.post("/v1/payouts", &payout_request(key, 1)).await;
        assert_has(&refused(&answer, "idempotency_key"), &[named]);
    }
    let mut of_another = payout_request("salary-2", 1);
    of_another["customer"]["id"] = json!("7123456789\u{200b}");
    let message = refused(
        &running.post("/v1/payouts", &of_another).await,
        "customer.id",
    );
    assert!(!message.contains("key"), "{message}");
    assert_eq!(running.payouts().await.len(), 1);
    // An older version stored the payout under such a key.
    for (key, encoded) in [
        ("salary-1\u{200b}", "salary-1%E2%80%8B"),
        ("e\u{301}", "e%CC%81"),
    ] {
        stored_by_an_older_version_is_found(&mut running, key, encoded).await;
    }
}

/// Stores the one payout under another key, as an older version did.
async fn stored_by_an_older_version_is_found(running: &mut Running, key: &str, encoded: &str) {
    let body = payout_request(key, 1);
    let request: PayoutRequestBody = serde_json::from_value(body.clone()).unwrap();
    let request = request.checked(&[PROJECT.into()].into()).unwrap();
    let stored = |folder: &Folder| {
        let sql = "UPDATE payouts SET idempotency_key = ?1, fingerprint = ?2";
        folder
            .database()
            .execute(sql, (key, request.fingerprint()))
            .unwrap();
    };
    running.while_stopped(stored).await;
    let (status, known) = running.post("/v1/payouts", &body).await;
    assert_eq!((status, &known["idempotency_key"]), (200, &json!(key)));
    let other = running.post("/v1/payouts", &payout_request(key, 2)).await;
    failed(&other, 409, "conflict");
    let (_, listed) = running
        .get(&format!("/v1/payouts?idempotency_key={encoded}"))
        .await;
    assert_eq!(listed["payouts"].as_array().map(Vec::len), Some(1));
}

#[actix_web::test]
async fn service_without_a_gate_accepts_no_payout_and_says_what_to_configure() {
    let running = Folder::new().serve().await;
    let answer = running.post("/v1/payouts", &payout_request("k", 1)).await;
    assert_has(&failed(&answer, 409, "not_configured"), &["[gate]"]);
    assert_eq!(
        running.get("/v1/payouts").await,
        (200, json!({"payouts": []}))
    );
}

#[actix_web::test]
async fn payee_of_a_payout_is_neither_in_an_answer_nor_in_the_log() {
    let folder = Folder::new().with_gate("");
    let process = folder.logged(folder.command("serve").env("JETPAY_LOG", "debug"));
    let running = folder.begun_by(process);
    running.wait_until_ready().await;
    let mut seen = String::new();
    let mut bad = payout_request("b", 100);
    bad["currency"] = bad["customer"]["first_name"].clone();
    let mut worse = bad.clone();
    worse["amount"] = bad["customer"]["email"].clone();
    let (good, other) = (payout_request("k", 100), payout_request("k", 101));
    for body in [&good, &good, &other, &bad, &worse] {
        seen += &running.post("/v1/payouts", body).await.1.to_string();
    }
    let id = running.payouts().await[0]["payment_id"].clone();
    let path = format!("/v1/payouts/{}", id.as_str().unwrap());
    for path in ["/v1/payouts", "/v1/payouts/entries", &path] {
        seen += &running.get(path).await.1.to_string();
    }
    let resolution = json!({"as": "declined", "reason": "a test"});
    seen += &running
        .post(&format!("{path}/resolve"), &resolution)
        .await
        .1
        .to_string();
    assert_has(&seen, &[WALLET]);
    let log = running.log();
    assert_has(&log, &["the service accepted a payout"]);
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
    let running = Folder::with_store(database.url())
        .with_gate("")
        .serve()
        .await;
    let id = running.payout("before", 100).await;
    cluster.crash();
    let path = format!("/v1/payouts/{id}");
    let resolution = json!({"as": "declined", "reason": "a test"});
    for answer in [
        running
            .post("/v1/payouts", &payout_request("before", 100))
            .await,
        running
            .post("/v1/payouts", &payout_request("after", 100))
            .await,
        running.get("/v1/payouts").await,
        running.get("/v1/payouts/entries").await,
        running.get(&path).await,
        running.post(&format!("{path}/resolve"), &resolution).await,
    ] {
        failed(&answer, 503, "unavailable");
    }
    cluster.start_again();
    running.wait_until_ready().await;
    let (status, again) = running
        .post("/v1/payouts", &payout_request("before", 100))
        .await;
    assert_eq!((status, &again["payment_id"]), (200, &json!(id)));
    running.payout("after", 100).await;
    assert_eq!(running.payouts().await.len(), 2);
}

/// Every error of a payout request: a JSON pointer into the body, and wrong values there. The field may not be absent or
/// null either.
const WRONG: &str = r#"
/project_id | 9 | "1234" | -1 | 1234.0
/customer | "John" | ["7", "203.0.113.9", "A", "B", "a@b"]
/customer/id | "" | "a;b" | 7
/customer/ip_address | "localhost"
/customer/first_name | " " | "a\u0000b"
/customer/last_name | "a;b"
/customer/email | "nobody"
/account_number | "1234" | "123456789012345678901" | "+9182221133" | 9182221133
/amount | 0 | -1 | 100.0 | 100.5 | "100" | true | 18446744073709551615 | 1e30
/currency | "USD" | "kzt" | "" | 398
/idempotency_key | "" | "LONG" | "a\nb" | "a\u0000" | 1
"#;

fn rows() -> Vec<(&'static str, Option<Value>)> {
    let unknown = [("/customer/phone", "1"), ("/payment_id", "mine")];
    let mut rows: Vec<_> = unknown
        .map(|(place, value)| (place, Some(json!(value))))
        .into();
    for row in WRONG.trim().lines() {
        let (place, wrong) = row.split_once(" | ").unwrap();
        let wrong = wrong.replace("LONG", &"x".repeat(256));
        let wrong = wrong
            .split(" | ")
            .map(|json| Some(serde_json::from_str(json).unwrap()));
        let absent = [None, Some(Value::Null)];
        rows.extend(wrong.chain(absent).map(|value| (place, value)));
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
