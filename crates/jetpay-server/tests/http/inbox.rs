//! `/v1/inbox`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{CUSTOMER, Folder, Running, answer, each, refused};

const FOREIGN: &str = "of another/system";
const PATH: &str = "/v1/inbox/of%20another%2Fsystem";
const RESOLVE: &str = "/v1/inbox/of%20another%2Fsystem/resolve";

/// Sends a callback that names an unknown payment, and returns the HTTP status of the answer.
async fn send_callback(running: &Running, minor: i64) -> u16 {
    running.succeed(FOREIGN, minor, 4_700_000_001).await
}

fn credit(customer: &str, minor: i64) -> Value {
    json!({"verdict": "credit", "customer_id": customer, "amount": minor, "reason": "of the old system"})
}

/// The newest resolution.
async fn newest(running: &Running) -> Value {
    running.get("/v1/resolutions").await.1["resolutions"][0].clone()
}

#[actix_web::test]
async fn inbox_credit_to_a_customer_applies_the_waiting_callback() {
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_callback(&running, 90_000).await, 404);
    let (status, payment) = running.post(RESOLVE, &credit(CUSTOMER, 90_000)).await;
    assert_eq!((status, &payment["state"]), (200, &json!("credited")));
    assert_eq!(payment["customer_id"], CUSTOMER);
    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    assert_eq!(running.get("/v1/inbox").await.1, json!({"callbacks": []}));
    assert_eq!(send_callback(&running, 90_000).await, 200);
    let resolution = newest(&running).await;
    let shown = ["payment_id", "verdict", "reason"].map(|field| &resolution[field]);
    assert_eq!(
        json!(shown),
        json!([FOREIGN, "credit", "of the old system"])
    );
    let again = running.post(RESOLVE, &credit(CUSTOMER, 90_000)).await;
    assert_eq!(again.0, 404, "nothing waits any more");
}

#[actix_web::test]
async fn inbox_credit_with_another_amount_than_the_callback_needs_an_override_and_credits_nothing()
{
    let running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_callback(&running, 90_000).await, 404);
    let mut other = credit(CUSTOMER, 100_000);
    refused(&running.post(RESOLVE, &other).await, "amount");
    other["override"] = true.into();
    let (status, payment) = running.post(RESOLVE, &other).await;
    assert_eq!((status, &payment["state"]), (200, &json!("quarantined")));
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(each(&alarms["alarms"], "kind"), json!(["amount_differs"]));
}

#[actix_web::test]
async fn callback_of_a_foreign_payment_is_acknowledged_from_then_on() {
    for verdict in ["foreign", "dismiss", ""] {
        let running = Folder::new().serve().await;
        assert_eq!(send_callback(&running, 100).await, 404);
        let (_, inbox) = running.get("/v1/inbox").await;
        assert_eq!(each(&inbox["callbacks"], "payment_id"), json!([FOREIGN]));
        let body = json!({"verdict": verdict, "reason": "of the other merchant"});
        let decide = async || match verdict {
            "" => answer(running.admin(Method::DELETE, PATH)).await.0,
            _ => running.post(RESOLVE, &body).await.0,
        };
        assert_eq!(decide().await, 204);
        assert_eq!(send_callback(&running, 100).await, 200);
        assert_eq!(decide().await, 404);
        let resolution = newest(&running).await;
        assert_eq!(resolution["verdict"], "foreign");
        let reason = if verdict.is_empty() {
            "deleted from the inbox"
        } else {
            "of the other merchant"
        };
        assert_eq!(resolution["reason"], reason);
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
    let foreign = json!({"verdict": "foreign", "reason": "x", "customer_id": CUSTOMER});
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
        (foreign, "customer_id"),
    ] {
        refused(&running.post(RESOLVE, &body).await, field);
    }
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(inbox["callbacks"].as_array().map(Vec::len), Some(1));
}
