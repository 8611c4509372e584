//! Messages that were changed so that their signature still matches.

use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{AMOUNT_MINOR, CheckContext, edited, tampered, with, without};
use crate::expect::Refusal;
use crate::row::sections::SIGNATURE;
use crate::row::{Row, must, run, should};
use crate::rows::expectations::{expect_credited, expect_harmless, refused};

pub(super) static ROWS: &[Row] = &[
    must("attack-status-hidden", SIGNATURE)
        .that("a callback whose status is hidden in another text credits nothing")
        .why("An attacker can turn a signed decline into a message without a status, which may credit.")
        .runs(run!(status_hidden)),
    should("attack-number-as-text", SIGNATURE)
        .that("a callback with a number turned into a text credits nothing")
        .why("Types are not signed, and a loose comparison may accept another amount.")
        .runs(run!(number_as_text)),
    must("attack-request-cut", SIGNATURE)
        .that("a request whose fields are hidden in another text is refused")
        .why("An attacker can turn a recorded request into a payment for another account.")
        .refused(request_cut, Refusal::new(200, 500)),
    should("attack-keys", SIGNATURE)
        .that("keys with `;` and two values of one path are refused")
        .why("One signature then fits two messages, and the endpoint may read the wrong one.")
        .refused(keys, Refusal::new(200, 500)),
    should("attack-harmless", SIGNATURE)
        .that("a success with null instead of an empty text and with empty containers credits")
        .why("Both forms have the same signature; a good success is refused without a reason.")
        .credits(run!(harmless)),
    must("attack-unsigned", SIGNATURE)
        .that("fields below a nested signature or frame_mode are not read")
        .why("They are not signed, so an attacker can write there which account gets how much.")
        .credits(run!(unsigned)),
    should("attack-second-signature", SIGNATURE)
        .that("of two signatures the one at the top level counts")
        .why("Two programs check different signatures, and one credits what the other refused.")
        .credits(run!(second_signature)),
    must("callback-semicolon", SIGNATURE)
        .that("a success with a harmless `;` in its description credits")
        .why("A semicolon in a description keeps the payer's money from being credited.")
        .credits_with(|it| {
            let text = json!("Top-up; contract: 7; thank you");
            let it = with(it, "/payment/description", text);
            with(it, "/operation/message", json!("Success; code:0;"))
        }),
];

async fn status_hidden(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    for (text, field) in [
        ("/operation/request_id", "/operation/status"),
        ("/payment/method", "/payment/status"),
    ] {
        let body = tampered(&signed, |it| hide(it, text, field));
        expect_harmless(context, &payment_id, body).await?;
    }
    Ok(())
}

async fn number_as_text(context: &CheckContext<'_>) -> CheckResult {
    let (payment_id, signed) = context.new_payment_with_callback().await?;
    // A decline does not depend on its amount.
    if context.target.credits {
        let amount = json!(AMOUNT_MINOR.to_string());
        let body = edited(&signed, "/operation/sum_initial/amount", amount);
        expect_harmless(context, &payment_id, body).await?;
    }
    let project = json!(context.project.id.number().to_string());
    let body = edited(&signed, "/project_id", project);
    expect_harmless(context, &payment_id, body).await
}

fn request_cut(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let signed = context.signed_deposit();
    let after_customer = if context.has_contracts() {
        "/entity_id"
    } else {
        "/payment_method"
    };
    let extended = with(context.check_deposit_json(), "/a", json!("b"));
    let extended = context.platform.sign(&extended);
    vec![
        tampered(&signed, |it| hide(it, "/currency", "/customer_id")),
        tampered(&signed, |it| hide(it, "/customer_id", after_customer)),
        tampered(&extended, |it| hide(it, "/a", "/amount")),
    ]
}

fn keys(context: &CheckContext<'_>) -> Vec<Vec<u8>> {
    let semicolon = with(context.verify_json(), "/a;b", json!("c"));
    let control = with(context.verify_json(), "/a\nb", json!("c"));
    let equal_paths = with(context.verify_json(), "/a:", json!({"b": 1}));
    let equal_paths = with(equal_paths, "/a", json!({":b": 2}));
    [semicolon, control, equal_paths]
        .map(|message| context.platform.sign(&message))
        .into()
}

/// Expects that a success that was changed after signing still credits the amount once.
async fn still_credits(
    context: &CheckContext<'_>,
    change: impl FnOnce(Value) -> Value,
) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let signed = context.platform.sign(&context.success(&payment_id));
    let changed = tampered(&signed, change);
    context.expect_status(&context.send_callback(changed).await?, 200)?;
    expect_credited(context, &payment_id).await
}

async fn harmless(context: &CheckContext<'_>) -> CheckResult {
    still_credits(context, |it| {
        let it = with(it, "/payment/description", Value::Null);
        let it = with(it, "/operation/provider/auth_code", Value::Null);
        let it = with(it, "/errors", json!([]));
        with(it, "/account", json!({"extra": {}}))
    })
    .await
}

async fn unsigned(context: &CheckContext<'_>) -> CheckResult {
    let other = json!({"id": 1, "status": "decline", "amount": 1, "currency": "USD"});
    still_credits(context, |it| {
        let it = with(it, "/operation/signature", other.clone());
        let it = with(it, "/operation/sum_initial/signature", other.clone());
        let it = with(it, "/payment/frame_mode", other.clone());
        let both = json!({"payment": other, "operation": other});
        with(it, "/frame_mode", both)
    })
    .await
}

async fn second_signature(context: &CheckContext<'_>) -> CheckResult {
    still_credits(context, |it| {
        with(it, "/general", json!({"signature": "another"}))
    })
    .await?;
    let payment_id = context.new_payment().await?;
    let signed = context.platform.sign(&context.success(&payment_id));
    let moved = |it: Value| {
        let good = it["signature"].clone();
        let it = with(it, "/general", json!({"signature": good}));
        with(it, "/signature", json!("another"))
    };
    refused(context, &payment_id, vec![tampered(&signed, moved)]).await
}

/// Moves a field to the end of the text before it in the signed string.
fn hide(message: Value, text: &str, field: &str) -> Value {
    let written = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let at = |pointer| message.pointer(pointer).map(written).unwrap_or_default();
    let path = field[1..].replace('/', ":");
    let hidden = format!("{};{path}:{}", at(text), at(field));
    with(without(message, field), text, json!(hidden))
}
