//! Signed requests in which a field is wrong.

use serde_json::{Value, json};

use super::wrong::{REFUSAL, wrong};
use crate::check_context::CheckContext;
use crate::edit::with;
use crate::row::{Level, Play, Row};
use crate::rows::sections::BAD_FIELD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "field-type",
        Level::Should,
        BAD_FIELD,
        "type is refused when missing or a word that is none",
        "A message of an unknown kind is answered as if it were a known one.",
        Play::Refused(kind, REFUSAL.naming("type")),
    ),
    Row::new(
        "field-project",
        Level::Should,
        BAD_FIELD,
        "project_id as a text is refused",
        "Loose types here are loose types at the amount as well.",
        Play::Refused(project, REFUSAL.naming("project_id")),
    ),
    Row::new(
        "field-customer",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when missing or no text",
        "A number loses its leading zeros or last digits, and another customer is credited.",
        Play::Refused(customer, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-customer-id",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when empty, too long, with `;` or a control character",
        "A text with control characters ends in logs, files and databases that it can break.",
        Play::Refused(customer_id, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-payment-method",
        Level::Should,
        BAD_FIELD,
        "payment_method is refused when missing or another method's",
        "A payment by one method is booked and reconciled under another.",
        Play::Refused(payment_method, REFUSAL.naming("payment_method")),
    ),
];

fn kind(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = || {
        [
            Value::Null,
            json!(""),
            json!("refund"),
            json!("VERIFY"),
            json!("verify "),
            json!(1),
            json!(["verify"]),
        ]
    };
    let mut bodies = wrong(scene, &scene.verify_json(), "/type", values());
    bodies.extend(wrong(scene, &scene.check_deposit_json(), "/type", values()));
    bodies
}

fn project(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let number = json!(scene.project.id.number().to_string());
    [scene.verify_json(), scene.check_deposit_json()]
        .map(|it| {
            scene
                .platform
                .sign(&with(it, "/project_id", number.clone()))
        })
        .into()
}

fn customer(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = || {
        [
            Value::Null,
            json!(7_123_456_789_i64),
            json!(true),
            json!(["7123456789"]),
            json!({"id": "7123456789"}),
        ]
    };
    let mut bodies = wrong(scene, &scene.verify_json(), "/customer_id", values());
    bodies.extend(wrong(
        scene,
        &scene.check_deposit_json(),
        "/customer_id",
        values(),
    ));
    bodies
}

fn customer_id(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let payer = &scene.target.customers.payer;
    let ids = [
        String::new(),
        "x".repeat(256),
        format!("{payer};x"),
        format!("{payer}\n"),
        format!("{payer}\0"),
        format!("{payer}\u{7f}"),
    ];
    let both = |id: &String| {
        [scene.verify_json(), scene.check_deposit_json()]
            .map(|it| with(it, "/customer_id", json!(id)))
    };
    ids.iter()
        .flat_map(both)
        .map(|it| scene.platform.sign(&it))
        .collect()
}

fn payment_method(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let own = scene.method.payment_method;
    let values = [
        Value::Null,
        json!(24),
        json!(""),
        json!("card"),
        json!(own.to_uppercase()),
        json!(format!("{own}/")),
        json!([own]),
    ];
    wrong(
        scene,
        &scene.check_deposit_json(),
        "/payment_method",
        values,
    )
}
