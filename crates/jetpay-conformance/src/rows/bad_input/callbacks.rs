//! Callbacks with missing or wrong fields.

use jetpay_platform::messages::Callback;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{AMOUNT_MINOR, CheckContext, as_json, replaced, with, without};
use crate::row::sections::{ANSWERS, BAD_FIELD, UNREADABLE};
use crate::row::{Row, run, should};
use crate::rows::conditions::{EXACT, HAS_CALLBACK_URL};
use crate::rows::expectations::expect_unchanged;

pub(crate) static ROWS: &[Row] = &[
    should("callback-missing-field", BAD_FIELD)
        .that("a signed callback without a field that its effect depends on is refused")
        .why("The endpoint replaces the missing field with a default and credits it.")
        .callback_refused(missing_field),
    should("callback-wrong-type", BAD_FIELD)
        .that("a signed callback with a wrong type in a field that money depends on is refused")
        .why("A converted type changes an amount or an id unnoticed.")
        .callback_refused(wrong_type),
    should("callback-unreadable", UNREADABLE)
        .that("an unreadable callback is refused")
        .why("A callback that could not be read is acknowledged and never repeated, and the payer waits.")
        .only(HAS_CALLBACK_URL)
        .once()
        .runs(run!(unreadable_callback)),
    should("callback-url-verify", ANSWERS)
        .that("a verify at /callback is answered with 400 without a body")
        .why("A URL in the wrong line of the Dashboard seems to work, but no payer is found.")
        .only(EXACT)
        .once()
        .runs(run!(verify_at_callback)),
];

/// The fields that every effect depends on, except the project, without which no signature can be verified.
const FIELDS: [&str; 2] = ["/payment/id", "/payment/status"];

/// The fields that a credit depends on besides. A decline needs none of them.
const FIELDS_OF_A_SUCCESS: [&str; 5] = [
    "/operation/id",
    "/operation/type",
    "/operation/status",
    "/operation/sum_initial/amount",
    "/operation/sum_initial/currency",
];

/// The fields that the effect of [`CheckContext::any_callback`] depends on.
fn fields(context: &CheckContext<'_>) -> impl Iterator<Item = &'static str> {
    let success = FIELDS_OF_A_SUCCESS
        .into_iter()
        .filter(|_| context.target.credits);
    FIELDS.into_iter().chain(success)
}

fn missing_field(context: &CheckContext<'_>, callback: &Callback) -> Vec<Vec<u8>> {
    let success = as_json(callback);
    let sum = ["/operation/sum_initial"];
    let sum = sum.into_iter().filter(|_| context.target.credits);
    // An empty text has the same signed string as `null`.
    let without_it = |field| {
        [
            without(success.clone(), field),
            with(success.clone(), field, Value::Null),
            with(success.clone(), field, json!("")),
        ]
    };
    let messages = fields(context).chain(sum).flat_map(without_it);
    messages.map(|it| context.platform.sign(&it)).collect()
}

fn wrong_type(context: &CheckContext<'_>, callback: &Callback) -> Vec<Vec<u8>> {
    let success = as_json(callback);
    let mut bodies = Vec::new();
    let mut add = |field, value| {
        bodies.push(context.platform.sign(&with(success.clone(), field, value)));
    };
    for field in fields(context) {
        // Some languages consider `true` equal to any text, including "success". For `strcmp` of old PHP the same holds
        // for a list and an object.
        if context.target.credits || !field.ends_with("/status") {
            add(field, json!(true));
            add(field, json!({"a": "b"}));
            add(field, json!([1]));
        }
        add(field, json!(7.5));
    }
    if context.target.credits {
        for operation in [json!(true), json!("id:1"), json!([1])] {
            add("/operation", operation);
        }
        let amount = AMOUNT_MINOR;
        for wrong in [json!(amount.to_string()), json!("100.00"), json!(u64::MAX)] {
            add("/operation/sum_initial/amount", wrong);
        }
        // An integer that is written as a float is not an integer.
        let integer = format!("\"sum_initial\":{{\"amount\":{amount}");
        let float = format!("{integer}.0");
        let float = replaced(success.to_string().as_bytes(), &integer, &float);
        bodies.push(context.platform.sign_text(float));
    }
    bodies
}

async fn unreadable_callback(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    for body in unreadable_bodies(&signed) {
        context.expect_status(&context.send_to_callback_url(body).await?, 400)?;
    }
    expect_unchanged(context, &payment_id).await
}

/// Unreadable bodies, made from a signed one.
fn unreadable_bodies(signed: &[u8]) -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        b"callback".to_vec(),
        signed[..signed.len() - 1].to_vec(),
        [signed, b"}"].concat(),
        [b"\xEF\xBB\xBF", signed].concat(),
        [b"[", signed, b"]"].concat(),
        replaced(signed, "\"status\":", "\"status\":\"decline\",\"status\":"),
    ]
}

async fn verify_at_callback(context: &CheckContext<'_>) -> CheckResult {
    for body in context.signed_requests() {
        for url in context.callback_urls().iter().skip(1) {
            let exchange = context.send_at(url, body.clone()).await?;
            context.expect_status(&exchange, 400)?;
        }
    }
    Ok(())
}
