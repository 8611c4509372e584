//! The inbox, over real HTTP to the real binary.

mod running;

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use reqwest::Method;
use running::{CUSTOMER, Folder, PROJECT, Running, answer};
use serde_json::{Value, json};

const FOREIGN: &str = "of another/system";
const SETTLE: &str = "/v1/inbox/of%20another%2Fsystem/resolve";

/// The status with which the callback of an unknown payment is answered.
async fn told(running: &Running, minor: i64) -> u16 {
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
async fn callback_of_an_unknown_payment_waits_in_the_inbox_until_a_person_dismisses_it() {
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
    assert_eq!(told(&running, 90_000).await, 404);
    let (status, payment) = running.post(SETTLE, &credit(CUSTOMER, 90_000)).await;
    assert_eq!((status, &payment["state"]), (200, &json!("credited")));
    assert_eq!(payment["customer_id"], CUSTOMER);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"], json!([]));
    assert_eq!(told(&running, 90_000).await, 200);

    let (_, list) = running.get("/v1/resolutions").await;
    let settlement = &list["resolutions"][0];
    assert_eq!(
        (&settlement["payment_id"], &settlement["verdict"]),
        (&json!(FOREIGN), &json!("credit"))
    );
    assert_eq!(settlement["reason"], "of the old system");
    assert_eq!(
        running.post(SETTLE, &credit(CUSTOMER, 90_000)).await.0,
        404,
        "nothing waits any more"
    );
}

#[actix_web::test]
async fn inbox_credit_of_another_amount_than_the_callbacks_is_quarantined_and_credits_nobody() {
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(told(&running, 90_000).await, 404);
    let (status, payment) = running.post(SETTLE, &credit(CUSTOMER, 100_000)).await;
    assert_eq!((status, &payment["state"]), (200, &json!("quarantined")));
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(alarms["alarms"][0]["kind"], "amount_differs");
}

#[actix_web::test]
async fn inbox_payment_that_is_called_foreign_is_acknowledged_from_then_on() {
    for verdict in ["foreign", "dismiss"] {
        let running = Folder::new().serve().await;
        assert_eq!(told(&running, 100).await, 404);
        let body = json!({"verdict": verdict, "reason": "of the other shop"});
        assert_eq!(running.post(SETTLE, &body).await.0, 204);
        assert_eq!(told(&running, 100).await, 200);
        assert_eq!(running.post(SETTLE, &body).await.0, 404);
        let (_, list) = running.get("/v1/resolutions").await;
        assert_eq!(list["resolutions"][0]["verdict"], "foreign");
        assert_eq!(list["resolutions"][0]["reason"], "of the other shop");
    }
}

#[actix_web::test]
async fn inbox_decision_with_a_wrong_field_is_refused_by_its_name_and_nothing_is_settled() {
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(told(&running, 90_000).await, 404);
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
        let (status, error) = running.post(SETTLE, &body).await;
        assert_eq!(
            (status, &error["error"]["field"]),
            (422, &json!(field)),
            "{body} {error}"
        );
    }
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"].as_array().unwrap().len(), 1);
}
