//! Signed requests in which a field is wrong: refused with the code 500 and a text that names the field.

use serde_json::{Value, json};

use super::super::edit::{with, without};
use super::super::expect::Refusal;
use super::super::outcome::Checked;
use super::super::row::{Level, Play, Row, play};
use super::super::scene::Scene;
use super::{BAD_FIELD, always_contracts, option_2};

pub(super) const REFUSAL: Refusal = Refusal::new(200, 500);

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "field-type",
        Level::Should,
        BAD_FIELD,
        "a wrong type is refused with HTTP 200, code 500 and a text that names it",
        "",
        Play::Refused(kind, REFUSAL.naming("type")),
    ),
    Row::new(
        "field-project",
        Level::Should,
        BAD_FIELD,
        "project_id as a text is refused with code 500",
        "",
        Play::Refused(project, REFUSAL.naming("project_id")),
    ),
    Row::new(
        "field-customer",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when missing or no text",
        "",
        Play::Refused(customer, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-customer-id",
        Level::Should,
        BAD_FIELD,
        "customer_id is refused when empty, too long, with `;` or a control character",
        "",
        Play::Refused(customer_id, REFUSAL.naming("customer_id")),
    ),
    Row::new(
        "field-payment-method",
        Level::Should,
        BAD_FIELD,
        "payment_method is refused when missing or another method's",
        "",
        Play::Refused(payment_method, REFUSAL.naming("payment_method")),
    ),
    Row::new(
        "field-entity",
        Level::Should,
        BAD_FIELD,
        "entity_id is refused when missing or no id",
        "",
        Play::Refused(entity, REFUSAL.naming("entity_id")),
    )
    .only(always_contracts),
    Row::new(
        "field-entity-without-number",
        Level::Should,
        BAD_FIELD,
        "entity_id without number is refused with code 500",
        "",
        play!(entity_without_number),
    )
    .only(option_2),
    Row::new(
        "field-number-without-entity",
        Level::Should,
        BAD_FIELD,
        "number without entity_id is refused with code 500",
        "",
        play!(number_without_entity),
    )
    .only(option_2),
];

/// The message with each of these values in a field, and without the field, signed.
pub(super) fn wrong(
    scene: &Scene<'_>,
    message: &Value,
    field: &str,
    values: impl IntoIterator<Item = Value>,
) -> Vec<Vec<u8>> {
    let changed = values
        .into_iter()
        .map(|value| with(message.clone(), field, value));
    changed
        .chain([without(message.clone(), field)])
        .map(|message| scene.platform.sign(&message))
        .collect()
}

fn kind(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn project(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let number = json!(scene.project.id.number().to_string());
    [scene.verify_json(), scene.check_deposit_json()]
        .map(|it| {
            scene
                .platform
                .sign(&with(it, "/project_id", number.clone()))
        })
        .into()
}

fn customer(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn customer_id(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn payment_method(scene: &Scene<'_>) -> Vec<Vec<u8>> {
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

fn entity(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let values = [
        Value::Null,
        json!(12_345),
        json!(""),
        json!("12345;x"),
        json!({"id": "12345"}),
        json!("x".repeat(256)),
    ];
    wrong(scene, &scene.check_deposit_json(), "/entity_id", values)
}

async fn entity_without_number(scene: &Scene<'_>) -> Checked {
    half_a_contract(scene, "/number", "number").await
}

async fn number_without_entity(scene: &Scene<'_>) -> Checked {
    half_a_contract(scene, "/entity_id", "entity_id").await
}

async fn half_a_contract(scene: &Scene<'_>, field: &str, name: &'static str) -> Checked {
    let scene = scene.answering(super::super::project::Kassa24Answers::Contracts)?;
    let bodies = wrong(&scene, &scene.check_deposit_json(), field, [Value::Null]);
    scene.expect_refused(bodies, REFUSAL.naming(name)).await
}
