//! `/v1/payments`, `/v1/search` and the feeds of entries.

use jetpay_platform::KASPI;
use serde_json::{Value, json};

use crate::support::{
    CUSTOMER, Folder, PROJECT, Running, assert_has, each, failed, on_every_store, refused, success,
};

#[actix_web::test]
async fn payment_is_found_by_id_customer_state_time_and_receipt_number() {
    let running = Folder::new().serve().await.with_customer().await;
    let id = running.paid(&KASPI, 100_000).await;
    let (_, all) = running.get("/v1/payments").await;
    let payment = &all["payments"][0];
    for (field, value) in [
        ("payment_id", json!(id)),
        ("state", json!("credited")),
        ("amount", json!(100_000)),
        ("credited", json!(100_000)),
        ("remaining", json!(100_000)),
        ("method", json!("kaspi")),
        ("contract_id", json!("12345")),
        ("flags", json!([])),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    let receipt = payment["operations"][0]["provider_payment_id"]
        .as_str()
        .unwrap();
    let (status, one) = running.get(&format!("/v1/payments/{id}")).await;
    assert_eq!((status, &one), (200, payment));
    for (query, found) in [
        (&*format!("customer_id={CUSTOMER}"), 1),
        ("customer_id=nobody", 0),
        ("state=credited", 1),
        ("state=pending", 0),
        (&format!("provider_payment_id={receipt}"), 1),
        (
            "from=2020-01-01T00:00:00Z&to=2999-01-01T05:00:00%2B05:00",
            1,
        ),
        ("to=2020-01-01T00:00:00Z", 0),
        (&format!("after={id}"), 0),
    ] {
        let (status, list) = running.get(&format!("/v1/payments?{query}")).await;
        assert_eq!(
            (status, list["payments"].as_array().map(Vec::len)),
            (200, Some(found)),
            "{query}"
        );
        assert_eq!(list.get("next"), None, "{query}");
    }
}

on_every_store! { with_payment; id_with_nul_finds_nothing, }

async fn with_payment(folder: Folder) -> Running {
    let running = folder.serve().await.with_customer().await;
    running.announced(100).await;
    running
}

/// PostgreSQL cannot store NUL in a text, and refuses it in a query.
async fn id_with_nul_finds_nothing(running: &Running) {
    for (list, query, found) in [
        ("payments", "customer_id=%00", 0),
        ("payments", "customer_id=7123456789%00", 0),
        ("payments", "provider_payment_id=%00", 0),
        ("payments", "after=%00", 1),
        ("customers", "after=7%00", 1),
        ("customers", "after=%00%00", 1),
    ] {
        let (status, page) = running.get(&format!("/v1/{list}?{query}")).await;
        let rows = page[list].as_array().map(Vec::len);
        assert_eq!((status, rows), (200, Some(found)), "{list} {query}");
    }
    for path in ["/v1/payments/%00", "/v1/customers/7123456789%00"] {
        assert_eq!(running.get(path).await.0, 404, "{path}");
    }
}

#[actix_web::test]
async fn feed_gives_every_entry_once_in_order_and_the_balance_is_their_sum() {
    let running = Folder::new().serve().await.with_customer().await;
    for minor in [100, 200, 300] {
        running.paid(&KASPI, minor).await;
    }
    for (after, amounts) in [(0, json!([100, 200])), (2, json!([300])), (3, json!([]))] {
        let (status, feed) = running
            .get(&format!("/v1/entries?after={after}&limit=2"))
            .await;
        assert_eq!((status, &feed["next"]), (200, &json!((after + 2).min(3))));
        assert_eq!(each(&feed["entries"], "amount"), amounts);
    }
    assert_eq!(running.balance(CUSTOMER).await, 600);
    let (_, feed) = running.get("/v1/entries").await;
    let entry = &feed["entries"][0];
    let shown = ["kind", "contract_id"].map(|field| &entry[field]);
    assert_eq!(json!(shown), json!(["credit", "12345"]));
    assert!(entry["operation_id"].is_string());
    assert!(entry["time"].as_str().unwrap().ends_with('Z'));
    let (_, payments) = running.get("/v1/payments").await;
    let operation = &payments["payments"][0]["operations"][0];
    assert!(operation["provider_payment_id"].is_string());
    assert_eq!(
        entry["provider_payment_id"],
        operation["provider_payment_id"]
    );
    for (path, last) in [
        ("/v1/entries?after=4", 3),
        ("/v1/payouts/entries?after=1", 0),
    ] {
        let answer = running.get(path).await;
        failed(&answer, 409, "after_beyond_end");
        assert_eq!(answer.1["error"]["last"], last, "{path}");
    }
}

/// A service with a credited payment, one that is pending, and a callback in the inbox; the ids of the two payments.
async fn with_payments() -> (Running, [String; 2]) {
    let running = Folder::new().serve().await.with_customer().await;
    let credited = running.paid(&KASPI, 100_000).await;
    let pending = running.announced(5_000).await;
    let waiting = success("of the old system", 700).with_operation_id(4711);
    let waiting = waiting.with_account("+77011234567", "a payer");
    assert_eq!(running.deliver(&waiting).await, 404);
    (running, [credited, pending])
}

#[actix_web::test]
async fn word_of_every_kind_is_found_with_state_and_amount_newest_first() {
    let (running, [credited, pending]) = with_payments().await;
    let (_, payment) = running.get(&format!("/v1/payments/{credited}")).await;
    let operation = &payment["operations"][0];
    let of_operation = |field: &str| operation[field].as_str().unwrap();
    let (_, found) = running.get("/v1/search?q=4711").await;
    let mut waiting = found["hits"][0].clone();
    let receipt = waiting["provider_payment_id"].as_str().unwrap().to_owned();
    let of_customer = json!([null, pending, credited]);
    let inbox = json!(["of the old system"]);
    for (word, found) in [
        (of_operation("provider_payment_id"), &json!([credited])),
        (of_operation("id"), &json!([credited])),
        (&credited, &json!([credited])),
        (&pending, &json!([pending])),
        (CUSTOMER, &of_customer),
        ("12345", &of_customer),
        ("1234_ABC", &of_customer),
        ("%20+1234_ABC%0A", &of_customer),
        ("4711", &inbox),
        (&receipt, &inbox),
        ("of%20the+old%20system", &inbox),
        ("%2B77011234567", &inbox),
        ("a+payer", &inbox),
        ("1234_AB", &json!([])),
    ] {
        let (status, answer) = running.get(&format!("/v1/search?q={word}")).await;
        let hits = each(&answer["hits"], "payment_id");
        assert_eq!(
            (status, &hits, answer.get("next")),
            (200, found, None),
            "{word}"
        );
    }
    assert!(waiting["time"].as_str().unwrap().ends_with('Z'));
    waiting.as_object_mut().unwrap().remove("time");
    let expected = json!({"kind": "inbox", "matched": ["operation"], "payment_id": "of the old system",
        "project_id": PROJECT, "operation_id": "4711", "provider_payment_id": receipt, "amount": 700,
        "currency": "KZT", "state": "unmatched"});
    assert_eq!(waiting, expected);

    let mut before = String::new();
    for kind in ["customer", "payment", "payment"] {
        let path = format!("/v1/search?q={CUSTOMER}&limit=1{before}");
        let (_, page) = running.get(&path).await;
        assert_eq!(each(&page["hits"], "kind"), json!([kind]));
        let next = page["next"].as_str();
        before = next.map_or(String::new(), |next| format!("&before={next}"));
    }
    assert_eq!(before, "");
}

#[actix_web::test]
async fn word_or_place_that_cannot_be_searched_for_is_refused_with_its_field_and_never_logged() {
    let running = Folder::new().serve().await;
    let long = format!("q={}", "x".repeat(256));
    for (query, field, message) in [
        ("", "q", "is required: a receipt, or"),
        ("q=", "q", "is required: a receipt, or"),
        ("q=%20%09", "q", "is required: a receipt, or"),
        (&long, "q", "must have at most 255 bytes"),
        ("q=a%00b", "q", "must have no control character"),
        ("q=a%1Bb", "q", "must have no control character"),
        (
            "q=a&before=7",
            "before",
            "must be the `next` of the page before",
        ),
        (
            "q=a&before=payment.1.2",
            "before",
            "must be the `next` of the page before",
        ),
    ] {
        let shown = refused(&running.get(&format!("/v1/search?{query}")).await, field);
        assert!(shown.starts_with(message), "{query}: {shown}");
    }
    for query in ["q=a-payer", "q=a-payer%00", "colour=a-payer"] {
        running.get(&format!("/v1/search?{query}")).await;
    }
    let log = running.stop().log();
    assert!(log.contains("serv") && !log.contains("a-payer"), "{log}");
}

#[actix_web::test]
async fn history_of_a_payment_has_its_callbacks_entries_alarms_and_resolutions() {
    let (running, [credited, _]) = with_payments().await;
    let correct = json!({"reason": "another payer's"});
    assert_eq!(running.post("/v1/entries/1/correct", &correct).await.0, 200);
    let path = format!("/v1/payments/{credited}");
    let (status, history) = running.get(&format!("{path}/history")).await;
    let (_, payment) = running.get(&path).await;
    assert_eq!(
        (status, &history["operations"]),
        (200, &payment["operations"])
    );
    let last = history["callbacks"]
        .as_array()
        .and_then(|all| all.last())
        .unwrap();
    assert_eq!(
        json!([last["outcome"], last["amount"]]),
        json!(["applied", 100_000])
    );
    assert_eq!(
        each(&history["entries"], "kind"),
        json!(["credit", "correction"])
    );
    assert_eq!(history["alarms"], Value::Array(vec![]));
    assert_eq!(
        each(&history["resolutions"], "reason"),
        json!(["another payer's"])
    );
    let none = running.get("/v1/payments/none/history").await;
    assert_has(
        &failed(&none, 404, "not_found"),
        &["there is no payment with this id"],
    );
}
