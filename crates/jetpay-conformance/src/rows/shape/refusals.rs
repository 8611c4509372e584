//! The shape of refusals, and what they must not reveal.

use jetpay_platform::{Exchange, Platform};
use serde_json::{Value, json};

use super::values::{refused, unknown_answers};
use crate::check::CheckResult;
use crate::check_context::{CheckContext, edited, with};
use crate::expect::{self, Refusal};
use crate::leaks::expect_no_leak;
use crate::row::{Row, Source, must, run, should};
use crate::rows::documented::requests::unknown_verify;
use crate::target::Kassa24Answers;

pub(crate) static ROWS: &[Row] = &[
    must("shape-refusal-text-verify", Source::Verify)
        .that("a refused verify has a text that is not empty, in the field of the method")
        .why("The payer sees no reason, and tries again or leaves.")
        .runs(run!(text_of_verify)),
    must("shape-refusal-text-deposit", Source::CheckDeposit)
        .that("a refused check_deposit has a text that is not empty, in the field of the method")
        .why("The payer, whose cash is in the machine, sees no reason.")
        .runs(run!(text_of_deposit)),
    must("shape-refusal-only", Source::CheckDeposit)
        .that("a refusal has no payment_id and no contracts")
        .why("A program may take a refusal with the fields of a success for a success.")
        .runs(run!(nothing_else)),
    must("option-1-unknown", Source::Verify)
        .that("option 1: a refusal has its text in error_description and message")
        .why("The kiosk reads the other field and shows the payer an empty line.")
        .option(Kassa24Answers::Account)
        .runs(run!(unknown_verify)),
    must("option-2-unknown", Source::Verify)
        .that("option 2: a refusal has its text in message")
        .why("The payer sees no reason, tries again, and calls the support.")
        .option(Kassa24Answers::Contracts)
        .runs(run!(unknown_verify)),
    must("shape-no-secret", ERRORS)
        .that("no answer contains the secret")
        .why("An attacker who reads one answer can sign callbacks, and credits any account.")
        .runs(run!(no_secret)),
    should("shape-nothing-inside", ERRORS)
        .that("answers to bad bodies show no stack trace, no SQL and no file of the program")
        .why("An attacker learns how the program that handles the money is built.")
        .runs(run!(nothing_inside)),
];

async fn text_of_verify(context: &CheckContext<'_>) -> CheckResult {
    let [verify, _] = unknown_answers(context).await?;
    texts(context, &verify)
}

async fn text_of_deposit(context: &CheckContext<'_>) -> CheckResult {
    let [_, deposit] = unknown_answers(context).await?;
    texts(context, &deposit)
}

fn texts(context: &CheckContext<'_>, exchange: &Exchange) -> CheckResult {
    is_refusal(exchange, 404)?;
    for place in context.refusal_texts() {
        if expect::text_at(exchange, place).is_none_or(|text| text.trim().is_empty()) {
            return Err(expect::no_text(place, exchange));
        }
    }
    Ok(())
}

/// Expects any refusal. Whether it has this code is for another check.
fn is_refusal(exchange: &Exchange, code: i64) -> CheckResult {
    match expect::code(exchange) {
        Ok(got) if got != 0 => Ok(()),
        Err(stop) if exchange.status < 500 => Err(stop),
        _ => Refusal::new(200, code).check(exchange, &[]),
    }
}

async fn nothing_else(context: &CheckContext<'_>) -> CheckResult {
    for (exchange, code) in refused(context).await?.iter().zip([404, 404, 400, 400]) {
        is_refusal(exchange, code)?;
        for name in ["payment_id", "entities"] {
            let value = exchange.json.as_ref().and_then(|it| it.get(name));
            let what = format!("a refusal without `{name}`");
            let none = value.is_none_or(Value::is_null);
            expect::holds(&what, none, || expect::brief(exchange))?;
        }
    }
    Ok(())
}

const ERRORS: Source = Source::Other("OWASP API8:2023, security misconfiguration");

/// Every answer is searched for the secret; here are the messages that most likely bring it to light.
async fn no_secret(context: &CheckContext<'_>) -> CheckResult {
    unknown_answers(context).await?;
    for message in context.requests() {
        context.send(context.platform.sign(&message)).await?;
        context.send(message.to_string()).await?;
        let forged = edited(&context.platform.sign(&message), "/signature", "x");
        context.send(forged).await?;
    }
    let callback = context.any_callback("no-such-payment");
    context.post_callback(&callback).await?;
    let forged = edited(&context.callbacks.sign(&callback), "/signature", "x");
    context.send_callback(forged).await?;
    for body in ["", "{", "[]"] {
        context.send(body).await?;
        context.send_callback(body).await?;
    }
    Ok(())
}

async fn nothing_inside(context: &CheckContext<'_>) -> CheckResult {
    for message in context.requests() {
        for field in ["/customer_id", "/amount", "/type"] {
            let sql = json!("'\"; DROP TABLE x; --");
            for value in [json!({"a": [1]}), sql, json!(null)] {
                let body = context.platform.sign(&with(message.clone(), field, value));
                tells_nothing(&context.platform, body).await?;
            }
        }
    }
    let deep = format!("{{\"a\":{}", "[".repeat(5_000));
    let bytes = b"{\"type\":\"\xFF\"}";
    for body in [b"", &b"{"[..], b"[]", b"null", b"7", bytes, deep.as_bytes()] {
        for platform in [&context.platform, &context.callbacks] {
            tells_nothing(platform, body.to_vec()).await?;
        }
    }
    let payment = json!({"project_id": context.project.id, "payment": [], "operation": "x"});
    tells_nothing(&context.callbacks, context.callbacks.sign(&payment)).await?;
    context.expect_alive().await
}

async fn tells_nothing(platform: &Platform, body: Vec<u8>) -> CheckResult {
    expect_no_leak(&platform.send("", body).await?)
}
