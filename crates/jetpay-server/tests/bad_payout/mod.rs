//! What can be wrong with a payout.

use serde_json::{Value, json};

use crate::paying::payout_request;

/// A place in the body, what stands there instead (none: nothing), and the field that the answer names.
pub(crate) type Row = (&'static str, Option<Value>, &'static str);

pub(crate) fn rows() -> Vec<Row> {
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

/// A payout with that there.
pub(crate) fn with(place: &str, value: Option<Value>) -> Value {
    let mut body = payout_request("k", 10_000);
    let (object, name) = place.rsplit_once('/').unwrap();
    let object = body.pointer_mut(object).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
    body
}
