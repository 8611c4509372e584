//! Signed requests in which a field is wrong: refused with the code 500 and a text that names the field.

use serde_json::{Value, json};

use super::super::check::{Play, Row, play};
use super::super::edit::{replaced, with, without};
use super::super::expect::Refusal;
use super::super::outcome::Checked;
use super::super::scene::Scene;
use super::{BAD_FIELD, always_contracts, two_options};

const REFUSAL: Refusal = Refusal::new(200, 500);

pub(super) static ROWS: &[Row] = &[
    Row::new("field-type", BAD_FIELD, "a wrong type is refused with HTTP 200, code 500 and a text that names the field", Play::Refused(kind, REFUSAL.naming("type"))),
    Row::new("field-project", BAD_FIELD, "project_id as a text is", Play::Refused(project, REFUSAL.naming("project_id"))),
    Row::new("field-customer", BAD_FIELD, "customer_id is, when missing or no text", Play::Refused(customer, REFUSAL.naming("customer_id"))),
    Row::new("field-customer-id", BAD_FIELD, "customer_id is, when empty, too long, with `;` or a control character", Play::Refused(customer_id, REFUSAL.naming("customer_id"))),
    Row::new("field-amount", BAD_FIELD, "amount is, when missing or no integer", Play::Refused(amount, REFUSAL.naming("amount"))),
    Row::new("field-amount-float", BAD_FIELD, "amount is, when written as a float, also a whole one", Play::Refused(amount_float, REFUSAL.naming("amount"))),
    Row::new("field-amount-not-positive", BAD_FIELD, "amount is, when zero, negative or beyond 64 bits", Play::Refused(amount_not_positive, REFUSAL.naming("amount"))),
    Row::new("field-currency", BAD_FIELD, "currency is, when missing, no code, or not the project's", Play::Refused(currency, REFUSAL.naming("currency"))),
    Row::new("field-payment-method", BAD_FIELD, "payment_method is, when missing or another method's", Play::Refused(payment_method, REFUSAL.naming("payment_method"))),
    Row::new("field-entity", BAD_FIELD, "entity_id is, when missing or no id", Play::Refused(entity, REFUSAL.naming("entity_id"))).only(always_contracts),
    Row::new("field-entity-without-number", BAD_FIELD, "entity_id without number is", play!(entity_without_number)).only(two_options),
    Row::new("field-number-without-entity", BAD_FIELD, "number without entity_id is", play!(number_without_entity)).only(two_options),
];

/// The message with each of these values in a field, and without the field, signed.
fn wrong(scene: &Scene<'_>, message: &Value, field: &str, values: impl IntoIterator<Item = Value>) -> Vec<Vec<u8>> {
    let changed = values.into_iter().map(|value| with(message.clone(), field, value));
    changed.chain([without(message.clone(), field)]).map(|message| scene.platform.sign(&message)).collect()
}

fn kind(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let values = || [Value::Null, json!(""), json!("refund"), json!("VERIFY"), json!("verify "), json!(1), json!(["verify"])];
    let mut bodies = wrong(scene, &scene.verify_json(), "/type", values());
    bodies.extend(wrong(scene, &scene.check_deposit_json(), "/type", values()));
    bodies
}

fn project(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let number = json!(scene.project.id.number().to_string());
    [scene.verify_json(), scene.check_deposit_json()].map(|it| scene.platform.sign(&with(it, "/project_id", number.clone()))).into()
}

fn customer(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let values = || [Value::Null, json!(7_123_456_789_i64), json!(true), json!(["7123456789"]), json!({"id": "7123456789"})];
    let mut bodies = wrong(scene, &scene.verify_json(), "/customer_id", values());
    bodies.extend(wrong(scene, &scene.check_deposit_json(), "/customer_id", values()));
    bodies
}

fn customer_id(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let payer = &scene.target.customers.payer;
    let ids = [String::new(), "x".repeat(256), format!("{payer};x"), format!("{payer}\n"), format!("{payer}\0"), format!("{payer}\u{7f}")];
    let both = |id: &String| [scene.verify_json(), scene.check_deposit_json()].map(|it| with(it, "/customer_id", json!(id)));
    ids.iter().flat_map(both).map(|it| scene.platform.sign(&it)).collect()
}

/// Not for a `check_deposit` that may call itself `verify`: without an amount it would be one.
fn amount(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let minor = scene.amount().minor().to_string();
    let values = [Value::Null, json!(minor), json!("100.00"), json!(true), json!([10_000]), json!({"amount": 10_000}), json!("")];
    wrong(scene, &scene.check_deposit_json(), "/amount", values)
}

fn amount_float(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let plain = scene.check_deposit_json().to_string();
    let field = format!("\"amount\":{}", scene.amount().minor());
    let floats = ["10000.0", "100.5", "1e4", "1E+4", "0.1"];
    floats.map(|float| scene.platform.sign_text(replaced(plain.as_bytes(), &field, &format!("\"amount\":{float}")))).into()
}

fn amount_not_positive(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let values = [json!(0), json!(-1), json!(-10_000), json!(i64::MIN), json!(u64::MAX), json!(9_223_372_036_854_775_808_u64)];
    wrong(scene, &scene.check_deposit_json(), "/amount", values)
}

fn currency(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let other = if scene.target.currency.code() == "USD" { "KZT" } else { "USD" };
    let code = scene.target.currency.code();
    let values = [
        Value::Null,
        json!(398),
        json!(""),
        json!(other),
        json!(code.to_lowercase()),
        json!(format!("{code} ")),
        json!([code]),
    ];
    wrong(scene, &scene.check_deposit_json(), "/currency", values)
}

fn payment_method(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let own = scene.method.payment_method;
    let values = [Value::Null, json!(24), json!(""), json!("card"), json!(own.to_uppercase()), json!(format!("{own}/")), json!([own])];
    wrong(scene, &scene.check_deposit_json(), "/payment_method", values)
}

fn entity(scene: &Scene<'_>) -> Vec<Vec<u8>> {
    let values = [Value::Null, json!(12_345), json!(""), json!("12345;x"), json!({"id": "12345"}), json!("x".repeat(256))];
    wrong(scene, &scene.check_deposit_json(), "/entity_id", values)
}

async fn entity_without_number(scene: &Scene<'_>) -> Checked {
    half_a_contract(scene, "/number", "number").await
}

async fn number_without_entity(scene: &Scene<'_>) -> Checked {
    half_a_contract(scene, "/entity_id", "entity_id").await
}

async fn half_a_contract(scene: &Scene<'_>, field: &str, name: &'static str) -> Checked {
    let scene = scene.answering(super::super::target::Kassa24Answers::Contracts)?;
    let bodies = wrong(&scene, &scene.check_deposit_json(), field, [Value::Null]);
    scene.expect_refused(bodies, REFUSAL.naming(name)).await
}
