//! Debts: what `verify` shows after a payment, and how the merchant changes debts over HTTP.

use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{Callback, Verify};
use jetpay_platform::{CallbackKind, KASPI, KASSA24, MethodFacts, TopUp, top_up};
use jetpay_testing::postgres::{self, require_or_skip};
use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{CUSTOMER, Folder, PROJECT, Running, answer};

/// `payment` and `min_payment` of each contract that `verify` shows.
async fn shown(running: &Running, method: &MethodFacts) -> Vec<Value> {
    let platform = running.platform();
    let verify = Verify::new(PROJECT.into(), CUSTOMER);
    let exchange = platform.call(&method.path(), &verify).await.unwrap();
    let json = exchange.json.unwrap();
    let contracts = json["entities"].as_array().cloned().unwrap_or_default();
    let debt = |contract: &Value| json!([contract["payment"], contract["min_payment"]]);
    contracts.iter().map(debt).collect()
}

/// Pays on the first contract; the payment's id.
async fn pay(running: &Running, method: &MethodFacts, minor: i64) -> String {
    let amount = Money::new(minor, Currency::KZT);
    let paid = TopUp::new(method, CUSTOMER, amount).then(CallbackKind::Success);
    let steps = top_up(&running.platform(), &paid, |_| {}).await.unwrap();
    assert_eq!(steps[2].exchange.status, 200);
    steps[1].exchange.payment_id().unwrap().to_owned()
}

async fn patch(running: &Running, id: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v1/customers/{id}");
    answer(running.admin(Method::PATCH, &path).body(body.to_string())).await
}

fn two_contracts() -> Value {
    json!({"contracts": [
        {"id": "1", "number": "N1", "payment": 100_000, "min_payment": 50_000},
        {"id": "2", "number": "N2", "payment": 7},
    ]})
}

async fn payment_is_taken_from_the_debt_that_the_next_verify_shows(running: &Running) {
    let body = two_contracts();
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 201);
    let paid = pay(running, &KASPI, 60_000).await;
    for method in [&KASPI, &KASSA24] {
        let debts = shown(running, method).await;
        let expected = [json!([40_000, 40_000]), json!([7, null])];
        assert_eq!(debts, expected, "{}", method.path());
    }
    let part = Money::new(10_000, Currency::KZT);
    let left = Money::new(50_000, Currency::KZT);
    let refund = Callback::partial_refund(&KASPI, PROJECT.into(), &paid, part, left);
    let sent = running.platform().call("/callback", &refund).await;
    assert_eq!(sent.unwrap().status, 200);
    assert_eq!(
        shown(running, &KASPI).await[0],
        json!([50_000, 50_000]),
        "a refund raises the debt"
    );
    pay(running, &KASSA24, 60_000).await;
    assert_eq!(shown(running, &KASSA24).await[0], json!([0, 0]));
    let (_, stored) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stored["contracts"][0]["payment"], 100_000, "as given");
    assert_eq!(stored["contracts"][0]["as_of_seq"], 0);

    // The merchant's next debts: by default they include what is in the feed by now.
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 200);
    assert_eq!(shown(running, &KASPI).await[0], json!([100_000, 50_000]));
    for (as_of_seq, due) in [(2, 40_000), (1, 50_000), (0, 0), (3, 100_000)] {
        let mut body = body.clone();
        body["as_of_seq"] = json!(as_of_seq);
        assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 200);
        let debts = shown(running, &KASPI).await;
        assert_eq!(debts[0][0], due, "as of {as_of_seq}");
    }
    for as_of_seq in [json!(4), json!(-1), json!("3")] {
        let mut body = body.clone();
        body["as_of_seq"] = as_of_seq.clone();
        let (status, error) = running.put_customer(CUSTOMER, &body).await;
        let field = &error["error"]["field"];
        assert_eq!((status, field), (422, &json!("as_of_seq")), "{as_of_seq}");
    }
}

#[actix_web::test]
async fn payment_is_taken_from_the_debt_in_sqlite() {
    let running = Folder::new().serve().await;
    payment_is_taken_from_the_debt_that_the_next_verify_shows(&running).await;
}

#[actix_web::test]
async fn payment_is_taken_from_the_debt_in_postgres() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let running = Folder::with_store(database.url()).serve().await;
    payment_is_taken_from_the_debt_that_the_next_verify_shows(&running).await;
}

#[actix_web::test]
async fn debts_as_given_are_shown_as_the_merchant_gave_them() {
    let folder = Folder::new();
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    folder.write(
        "jetpay.toml",
        &(config + "[verify]\ndebts = \"as_given\"\n"),
    );
    let running = folder.serve().await;
    running.put_customer(CUSTOMER, &two_contracts()).await;
    pay(&running, &KASPI, 60_000).await;
    assert_eq!(shown(&running, &KASPI).await[0], json!([100_000, 50_000]));
}

#[actix_web::test]
async fn debts_are_changed_by_contract_and_a_wrong_one_changes_nothing() {
    let running = Folder::new().serve().await;
    let one = |id: &str| json!({"contracts": [{"id": id, "payment": 300}]});
    let (status, error) = patch(&running, CUSTOMER, &one("1")).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (404, &json!("not_found"))
    );
    running.put_customer(CUSTOMER, &two_contracts()).await;
    pay(&running, &KASPI, 60_000).await;
    let cases = [
        (
            json!({"contracts": [{"id": "1", "payment": 5}, {"id": "9", "payment": 5}]}),
            "contracts[1].id",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5}, {"id": "1", "payment": 6}]}),
            "contracts[1].id",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": -5}]}),
            "contracts[0].payment",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 1.5}]}),
            "contracts[0].payment",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5, "min_payment": -1}]}),
            "contracts[0].min_payment",
        ),
        (
            json!({"contracts": [{"id": "a;b", "payment": 5}]}),
            "contracts[0].id",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5, "number": "N"}]}),
            "contracts[0].number",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5, "min_payment": 6}]}),
            "contracts[0].min_payment",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5}], "as_of_seq": 2}),
            "as_of_seq",
        ),
        (
            json!({"contracts": [{"id": "1", "payment": 5, "as_of_seq": 1}]}),
            "contracts[0].as_of_seq",
        ),
        (json!({"contracts": []}), "contracts"),
    ];
    for (body, field) in cases {
        let (status, error) = patch(&running, CUSTOMER, &body).await;
        let found = &error["error"]["field"];
        assert_eq!((status, found), (422, &json!(field)), "{body} {error}");
    }
    let before = [json!([40_000, 40_000]), json!([7, null])];
    assert_eq!(shown(&running, &KASPI).await, before);
    let (status, changed) = patch(&running, CUSTOMER, &one("1")).await;
    assert_eq!(status, 200);
    assert_eq!(changed["contracts"][0]["as_of_seq"], 1);
    assert_eq!(changed["contracts"][1]["as_of_seq"], 0);
    let after = [json!([300, 300]), json!([7, null])];
    assert_eq!(shown(&running, &KASPI).await, after);
    let older =
        json!({"contracts": [{"id": "1", "payment": 70_000, "min_payment": 1}], "as_of_seq": 0});
    assert_eq!(patch(&running, CUSTOMER, &older).await.0, 200);
    assert_eq!(shown(&running, &KASPI).await[0], json!([10_000, 1]));
}

#[actix_web::test]
async fn damaged_contracts_are_503_to_the_platform_and_500_with_the_customers_id_to_the_merchant() {
    let mut running = Folder::new().serve().await;
    running.put_customer(CUSTOMER, &two_contracts()).await;
    running.put_customer("8", &json!({})).await;
    running
        .while_stopped(|folder| {
            let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
            let sql = "UPDATE customers SET contracts = '[{\"id\":\"Anna' WHERE customer_id <> '8'";
            database.execute_batch(sql).unwrap();
        })
        .await;
    let verify = Verify::new(PROJECT.into(), CUSTOMER);
    let answered = running.platform().call("/kaspi", &verify).await.unwrap();
    assert_eq!(answered.status, 503);
    for path in [
        format!("/v1/customers/{CUSTOMER}"),
        "/v1/customers".to_owned(),
    ] {
        let (status, error) = running.get(&path).await;
        assert_eq!((status, &error["error"]["code"]), (500, &json!("damaged")));
        let message = error["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(CUSTOMER) && !message.contains("Anna"),
            "{message}"
        );
    }
    let debt = json!({"contracts": [{"id": "1", "payment": 5}]});
    let (status, _) = patch(&running, CUSTOMER, &debt).await;
    assert_eq!(status, 500);
    assert_eq!(running.get("/v1/customers/8").await.0, 200);
    assert_eq!(
        running.put_customer(CUSTOMER, &two_contracts()).await.0,
        200
    );
    assert_eq!(shown(&running, &KASPI).await.len(), 2);
}

#[actix_web::test]
async fn reader_beyond_the_end_of_a_feed_gets_409_with_the_last_number() {
    let running = Folder::new().serve().await.with_customer().await;
    pay(&running, &KASPI, 100).await;
    let (_, feed) = running.get("/v1/entries").await;
    let entry = &feed["entries"][0];
    assert_eq!(entry["contract_id"], "12345");
    let (_, payments) = running.get("/v1/payments").await;
    let receipt = &payments["payments"][0]["operations"][0]["provider_payment_id"];
    assert!(receipt.is_string());
    assert_eq!(&entry["provider_payment_id"], receipt);
    assert_eq!(running.get("/v1/entries?after=1").await.0, 200);
    for (path, last) in [
        ("/v1/entries?after=2", 1),
        ("/v1/payouts/entries?after=1", 0),
    ] {
        let (status, error) = running.get(path).await;
        let error = &error["error"];
        assert_eq!((status, &error["code"]), (409, &json!("after_beyond_end")));
        assert_eq!(error["last"], last, "{path}");
    }
}

/// Posts lines; the answer.
async fn import(running: &Running, lines: &str) -> (u16, Value) {
    let post = running.admin(Method::POST, "/v1/customers:import");
    answer(post.body(lines.to_owned())).await
}

#[actix_web::test]
async fn good_lines_of_an_import_are_stored_and_wrong_ones_are_answered_with_line_and_field() {
    let running = Folder::new().serve().await.with_customer().await;
    pay(&running, &KASPI, 100).await;
    let lines = [
        "{\"customer_id\":\"1\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":1.5}]}",
        "",
        "{\"customer_id\":\"2\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":5}],\"as_of_seq\":0}",
        "{\"customer_id\":",
        "{\"customer_id\":\"a;b\"}",
        "{\"customer_id\":\"2\"}",
        "{\"customer_id\":\"3\",\"as_of_seq\":2}",
        "{\"customer_id\":\"4\",\"contracts\":[{\"id\":\"a\",\"number\":\"A\",\"payment\":5,\"min_payment\":6}]}",
        &format!("{{\"customer_id\":\"{CUSTOMER}\"}}\r"),
    ];
    let (status, done) = import(&running, &lines.join("\n")).await;
    assert_eq!(
        (status, &done["new"], &done["replaced"]),
        (200, &json!(1), &json!(1))
    );
    let errors: Vec<_> = done["errors"].as_array().unwrap().iter().collect();
    let places: Vec<_> = errors
        .iter()
        .map(|it| (it["line"].as_u64(), it["field"].as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (Some(1), Some("contracts[0].payment")),
            (Some(4), None),
            (Some(5), Some("customer_id")),
            (Some(6), Some("customer_id")),
            (Some(7), Some("as_of_seq")),
            (Some(8), Some("contracts[0].min_payment")),
        ]
    );
    assert!(errors.iter().all(|error| error["message"].is_string()));
    let (_, second) = running.get("/v1/customers/2").await;
    assert_eq!(second["contracts"][0]["as_of_seq"], 0);
    assert_eq!(running.get("/v1/customers/1").await.0, 404);
    assert_eq!(
        import(&running, "").await,
        (200, json!({"new": 0, "replaced": 0, "errors": []}))
    );
}

#[actix_web::test]
async fn import_takes_10_000_lines_and_no_more() {
    let running = Folder::new().serve().await;
    let lines = |count: usize| {
        let lines = (0..count).map(|number| format!("{{\"customer_id\":\"{number}\"}}\n"));
        lines.collect::<String>()
    };
    let (status, done) = import(&running, &(lines(10_000) + "\n")).await;
    assert_eq!((status, &done["new"]), (200, &json!(10_000)));
    let (status, error) = import(&running, &lines(10_001)).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (413, &json!("too_large"))
    );
    let (status, _) = import(&running, &" ".repeat(16 * 1024 * 1024 + 1)).await;
    assert_eq!(status, 413);
}
