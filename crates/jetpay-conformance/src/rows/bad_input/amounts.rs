//! Signed requests in which the amount or the currency is wrong.

use serde_json::{Value, json};

use super::wrong::{REFUSAL, wrong};
use crate::check_context::CheckContext;
use crate::edit::replaced;
use crate::row::{Level, Play, Row};
use crate::rows::sections::BAD_FIELD;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "field-amount",
        Level::Should,
        BAD_FIELD,
        "amount is refused when missing or no integer",
        "A payment is recorded without a sum, or with what a text happens to mean.",
        Play::Refused(amount, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-amount-float",
        Level::Should,
        BAD_FIELD,
        "amount is refused when written as a float, also a whole one",
        "Cents are lost or rounded, and the books never agree with the platform.",
        Play::Refused(amount_float, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-amount-not-positive",
        Level::Should,
        BAD_FIELD,
        "amount is refused when zero, negative or beyond 64 bits",
        "A payment of less than nothing takes money from the customer it should credit.",
        Play::Refused(amount_not_positive, REFUSAL.naming("amount")),
    ),
    Row::new(
        "field-currency",
        Level::Must,
        BAD_FIELD,
        "currency is refused when missing, no code, or not the project's",
        "A thousand dollars are recorded as a thousand tenge.",
        Play::Refused(currency, REFUSAL.naming("currency")),
    ),
];

fn amount(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let minor = scene.amount().minor().to_string();
    let values = [
        Value::Null,
        json!(minor),
        json!("100.00"),
        json!(true),
        json!([10_000]),
        json!({"amount": 10_000}),
        json!(""),
    ];
    wrong(scene, &scene.check_deposit_json(), "/amount", values)
}

fn amount_float(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let plain = scene.check_deposit_json().to_string();
    let field = format!("\"amount\":{}", scene.amount().minor());
    let floats = ["10000.0", "100.5", "1e4", "1E+4", "0.1"];
    floats
        .map(|float| {
            scene.platform.sign_text(replaced(
                plain.as_bytes(),
                &field,
                &format!("\"amount\":{float}"),
            ))
        })
        .into()
}

fn amount_not_positive(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let values = [
        json!(0),
        json!(-1),
        json!(-10_000),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_223_372_036_854_775_808_u64),
    ];
    wrong(scene, &scene.check_deposit_json(), "/amount", values)
}

fn currency(scene: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let other = if scene.target.currency.code() == "USD" {
        "KZT"
    } else {
        "USD"
    };
    let code = scene.target.currency.code();
    let values = [
        Value::Null,
        json!(398),
        json!(""),
        json!(other),
        json!([code]),
    ];
    let other_spellings = [json!(code.to_lowercase()), json!(format!("{code} "))];
    let other_spellings = other_spellings.into_iter().filter(|_| scene.target.exact);
    let values = values.into_iter().chain(other_spellings);
    wrong(scene, &scene.check_deposit_json(), "/currency", values)
}
