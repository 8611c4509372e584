//! `/v1/inbox`.

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{CUSTOMER, Folder, PROJECT, Running, answer};

const FOREIGN: &str = "of another/system";
const RESOLVE: &str = "/v1/inbox/of%20another%2Fsystem/resolve";

/// Sends a callback that names an unknown payment, and returns the HTTP status of the answer.
async fn send_callback(running: &Running, minor: i64) -> u16 {
    let amount = Money::new(minor, Currency::KZT);
    let callback = messages::Callback::success(&KASPI, PROJECT.into(), FOREIGN, amount)
        .with_operation_id(4_700_000_001);
    let exchange = running.platform().call("/callback", &callback).await;
    exchange.unwrap().status
}

fn credit(customer: &str, minor: i64) -> Value {
    json!({"verdict": "credit", "customer_id": customer, "amount": minor, "reason": "of the old system"})
}

#[actix_web::test]
async fn callback_of_an_unknown_payment_waits_in_the_inbox_until_the_operator_deletes_it() {
    let running = Folder::new().serve().await;
    let platform = running.platform();
    let amount = Money::new(100, Currency::KZT);
    let foreign = messages::Callback::success(&KASPI, PROJECT.into(), "of-another-system", amount);
    let body = platform.sign(&foreign);
    assert_eq!(
        platform
            .send("/callback", body.clone())
            .await
            .unwrap()
            .status,
        404
    );
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"][0]["payment_id"], "of-another-system");

    let path = "/v1/inbox/of-another-system";
    assert_eq!(answer(running.admin(Method::DELETE, path)).await.0, 204);
    assert_eq!(answer(running.admin(Method::DELETE, path)).await.0, 404);
    assert_eq!(platform.send("/callback", body).await.unwrap().status, 200);
}

#[actix_web::test]
async fn inbox_credit_to_a_customer_applies_the_waiting_callback() {
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_callback(&running, 90_000).await, 404);
    let (status, payment) = running.post(RESOLVE, &credit(CUSTOMER, 90_000)).await;
    assert_eq!((status, &payment["state"]), (200, &json!("credited")));
    assert_eq!(payment["customer_id"], CUSTOMER);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"], json!([]));
    assert_eq!(send_callback(&running, 90_000).await, 200);

    let (_, list) = running.get("/v1/resolutions").await;
    let resolution = &list["resolutions"][0];
    assert_eq!(
        (&resolution["payment_id"], &resolution["verdict"]),
        (&json!(FOREIGN), &json!("credit"))
    );
    assert_eq!(resolution["reason"], "of the old system");
    assert_eq!(
        running.post(RESOLVE, &credit(CUSTOMER, 90_000)).await.0,
        404,
        "nothing waits any more"
    );
}

#[actix_web::test]
async fn inbox_credit_with_another_amount_than_the_callback_needs_an_override_and_credits_nothing()
{
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_callback(&running, 90_000).await, 404);
    let mut other = credit(CUSTOMER, 100_000);
    let (status, error) = running.post(RESOLVE, &other).await;
    assert_eq!((status, &error["error"]["field"]), (422, &json!("amount")));
    other["override"] = true.into();
    let (status, payment) = running.post(RESOLVE, &other).await;
    assert_eq!((status, &payment["state"]), (200, &json!("quarantined")));
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(alarms["alarms"][0]["kind"], "amount_differs");
}

#[actix_web::test]
async fn callback_of_a_foreign_payment_is_acknowledged_from_then_on() {
    for verdict in ["foreign", "dismiss"] {
        let running = Folder::new().serve().await;
        assert_eq!(send_callback(&running, 100).await, 404);
        let body = json!({"verdict": verdict, "reason": "of the other merchant"});
        assert_eq!(running.post(RESOLVE, &body).await.0, 204);
        assert_eq!(send_callback(&running, 100).await, 200);
        assert_eq!(running.post(RESOLVE, &body).await.0, 404);
        let (_, list) = running.get("/v1/resolutions").await;
        assert_eq!(list["resolutions"][0]["verdict"], "foreign");
        assert_eq!(list["resolutions"][0]["reason"], "of the other merchant");
    }
}

#[actix_web::test]
async fn resolution_of_the_inbox_with_a_wrong_field_is_refused_with_the_field_and_resolves_nothing()
{
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_callback(&running, 90_000).await, 404);
    let with = |field: &str, value: Value| {
        let mut body = credit(CUSTOMER, 90_000);
        body[field] = value;
        body
    };
    for (body, field) in [
        (with("customer_id", json!("nobody")), "customer_id"),
        (with("customer_id", json!("a;b")), "customer_id"),
        (with("customer_id", Value::Null), "customer_id"),
        (with("verdict", json!("foreign")), "amount"),
        (with("verdict", json!("credited")), "verdict"),
        (with("amount", Value::Null), "amount"),
        (with("amount", json!(0)), "amount"),
        (with("currency", json!("USD")), "currency"),
        (with("reason", json!(" ")), "reason"),
        (with("colour", json!("red")), "colour"),
        (
            json!({"verdict": "foreign", "reason": "x", "customer_id": CUSTOMER}),
            "customer_id",
        ),
    ] {
        let (status, error) = running.post(RESOLVE, &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body} {error}"
        );
    }
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"].as_array().unwrap().len(), 1);
}
