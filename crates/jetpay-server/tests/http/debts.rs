//! Debts: what `verify` shows after a payment, and how the merchant changes debts over HTTP.

use jetpay_platform::messages::Verify;
use jetpay_platform::{CallbackKind, KASPI, KASSA24, MethodFacts};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, CUSTOMER, Folder, PROJECT, Running, answer, failed, on_every_store, refused, tenge,
};

/// `payment` and `min_payment` of each contract that `verify` shows.
async fn shown(running: &Running, method: &MethodFacts) -> Value {
    let verify = Verify::new(PROJECT.into(), CUSTOMER);
    let exchange = running.platform().call(&method.path(), &verify).await;
    let json = exchange.unwrap().json.unwrap();
    let contracts = json["entities"].as_array().cloned().unwrap_or_default();
    let debts = contracts.iter();
    debts
        .map(|contract| json!([contract["payment"], contract["min_payment"]]))
        .collect()
}

async fn patch(running: &Running, body: &Value) -> Answer {
    let request = running.admin(Method::PATCH, &format!("/v1/customers/{CUSTOMER}"));
    answer(request.body(body.to_string())).await
}

fn two_contracts() -> Value {
    json!({"contracts": [
        {"id": "1", "number": "N1", "payment": 100_000, "min_payment": 50_000},
        {"id": "2", "number": "N2", "payment": 7},
    ]})
}

on_every_store! { Folder::serve; payment_is_taken_from_the_debt_that_the_next_verify_shows, }

async fn payment_is_taken_from_the_debt_that_the_next_verify_shows(running: &Running) {
    let body = two_contracts();
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 201);
    let paid = running.paid(&KASPI, 60_000).await;
    for method in [&KASPI, &KASSA24] {
        let debts = shown(running, method).await;
        assert_eq!(
            debts,
            json!([[40_000, 40_000], [7, null]]),
            "{}",
            method.path()
        );
    }
    let refund = CallbackKind::PartialRefund(tenge(10_000));
    let refund = refund.callback(&KASPI, PROJECT.into(), &paid, tenge(60_000));
    assert_eq!(running.deliver(&refund).await, 200);
    let raised = json!([50_000, 50_000]);
    assert_eq!(
        shown(running, &KASPI).await[0],
        raised,
        "a refund raises the debt"
    );
    running.paid(&KASSA24, 60_000).await;
    assert_eq!(shown(running, &KASSA24).await[0], json!([0, 0]));
    let (_, stored) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
    assert_eq!(stored["contracts"][0]["payment"], 100_000, "as given");
    assert_eq!(stored["contracts"][0]["as_of_seq"], 0);

    // The merchant's next debts: by default they include what is in the feed by now.
    assert_eq!(running.put_customer(CUSTOMER, &body).await.0, 200);
    assert_eq!(shown(running, &KASPI).await[0], json!([100_000, 50_000]));
    let put_as_of = async |as_of_seq: Value| {
        let mut body = body.clone();
        body["as_of_seq"] = as_of_seq;
        running.put_customer(CUSTOMER, &body).await
    };
    for (as_of_seq, due) in [(2, 40_000), (1, 50_000), (0, 0), (3, 100_000)] {
        assert_eq!(put_as_of(json!(as_of_seq)).await.0, 200);
        assert_eq!(shown(running, &KASPI).await[0][0], due, "as of {as_of_seq}");
    }
    for as_of_seq in [json!(4), json!(-1), json!("3")] {
        refused(&put_as_of(as_of_seq).await, "as_of_seq");
    }
}

#[actix_web::test]
async fn debts_as_given_are_shown_as_the_merchant_gave_them() {
    let folder = Folder::new().configured("[verify]\ndebts = \"as_given\"\n");
    let running = folder.serve().await;
    running.put_customer(CUSTOMER, &two_contracts()).await;
    running.paid(&KASPI, 60_000).await;
    assert_eq!(shown(&running, &KASPI).await[0], json!([100_000, 50_000]));
}

#[actix_web::test]
async fn debts_are_changed_by_contract_and_a_wrong_one_changes_nothing() {
    let running = Folder::new().serve().await;
    let one = json!({"contracts": [{"id": "1", "payment": 300}]});
    failed(&patch(&running, &one).await, 404, "not_found");
    running.put_customer(CUSTOMER, &two_contracts()).await;
    running.paid(&KASPI, 60_000).await;
    let five = |id: &str| json!({"id": id, "payment": 5});
    let with = |field: &str, value: Value| {
        let mut debt = five("1");
        debt[field] = value;
        json!({ "contracts": [debt] })
    };
    for (body, field) in [
        (
            json!({"contracts": [five("1"), five("9")]}),
            "contracts[1].id",
        ),
        (
            json!({"contracts": [five("1"), five("1")]}),
            "contracts[1].id",
        ),
        (with("min_payment", json!(-1)), "contracts[0].min_payment"),
        (with("min_payment", json!(6)), "contracts[0].min_payment"),
        (with("id", json!("a;b")), "contracts[0].id"),
        (with("number", json!("N")), "contracts[0].number"),
        (with("as_of_seq", json!(1)), "contracts[0].as_of_seq"),
        (
            json!({"contracts": [five("1")], "as_of_seq": 2}),
            "as_of_seq",
        ),
        (json!({"contracts": []}), "contracts"),
    ] {
        refused(&patch(&running, &body).await, field);
    }
    assert_eq!(
        shown(&running, &KASPI).await,
        json!([[40_000, 40_000], [7, null]])
    );
    let (status, changed) = patch(&running, &one).await;
    assert_eq!(status, 200);
    assert_eq!(changed["contracts"][0]["as_of_seq"], 1);
    assert_eq!(changed["contracts"][1]["as_of_seq"], 0);
    assert_eq!(
        shown(&running, &KASPI).await,
        json!([[300, 300], [7, null]])
    );
    let older =
        json!({"contracts": [{"id": "1", "payment": 70_000, "min_payment": 1}], "as_of_seq": 0});
    assert_eq!(patch(&running, &older).await.0, 200);
    assert_eq!(shown(&running, &KASPI).await[0], json!([10_000, 1]));
}

#[actix_web::test]
async fn damaged_contracts_are_503_to_the_platform_and_500_with_the_customers_id_to_the_merchant() {
    let mut running = Folder::new().serve().await;
    running.put_customer(CUSTOMER, &two_contracts()).await;
    running.put_customer("8", &json!({})).await;
    let damage = "UPDATE customers SET contracts = '[{\"id\":\"Anna' WHERE customer_id <> '8'";
    running.while_stopped(|folder| folder.sql(damage)).await;
    let verify = Verify::new(PROJECT.into(), CUSTOMER);
    let answered = running.platform().call("/kaspi", &verify).await.unwrap();
    assert_eq!(answered.status, 503);
    let debt = json!({"contracts": [{"id": "1", "payment": 5}]});
    for answer in [
        running.get(&format!("/v1/customers/{CUSTOMER}")).await,
        running.get("/v1/customers").await,
        patch(&running, &debt).await,
    ] {
        let message = failed(&answer, 500, "damaged");
        assert!(
            message.contains(CUSTOMER) && !message.contains("Anna"),
            "{message}"
        );
    }
    assert_eq!(running.get("/v1/customers/8").await.0, 200);
    assert_eq!(
        running.put_customer(CUSTOMER, &two_contracts()).await.0,
        200
    );
    assert_eq!(
        shown(&running, &KASPI).await.as_array().map(Vec::len),
        Some(2)
    );
}
