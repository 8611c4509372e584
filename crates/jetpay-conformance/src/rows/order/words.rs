//! Unknown words, unusual forms of words, and undocumented fields.

use jetpay_platform::messages::Operation;
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, as_json, with, without};
use crate::row::sections::WORDS;
use crate::row::{Procedure, Row, Words, must, run, should};
use crate::rows::expectations::{
    credits, expect_credited, no_credit, post_with_words, post_wrong_callback,
};

pub(crate) static ROWS: &[Row] = &[
    should("callback-unknown-status", WORDS)
        .that("an unknown status is acknowledged and credits nothing")
        .why("The endpoint credits on an unknown word, or the platform repeats the callback for eleven days.")
        .runs(run!(unknown_status)),
    should("callback-unknown-type", WORDS)
        .that("an unknown type of operation is acknowledged and credits nothing")
        .why("An unknown kind of operation counts as a top-up, although the money may go the other way.")
        .credits(Procedure::NoCredit(&[["success", "gift", "success"]])),
    must("callback-unknown-success", WORDS)
        .that("a success with an unknown word (chargeback, dispute, void, approved) credits nothing, and the true success then credits")
        .why("Money that went another way is credited, or one odd word keeps the payer's money from being credited.")
        .credits(run!(unknown_success)),
    should("callback-unknown-success-acknowledged", WORDS)
        .that("a success with an unknown word, or with a space around a word, is acknowledged and credits nothing")
        .why("The platform repeats the callback for eleven days, and a person should decide what the word means.")
        .credits(run!(unknown_success_acknowledged)),
    should("callback-upper-case", WORDS)
        .that("a success in capital letters credits")
        .why("A capital letter keeps the payer's money from being credited.")
        .credits_with(|it| {
            let it = with(it, "/payment/status", json!("SUCCESS"));
            let it = with(it, "/operation/status", json!("Success"));
            with(it, "/operation/type", json!("Sale"))
        }),
    must("callback-unknown-fields", WORDS)
        .that("a success with undocumented fields credits")
        .why("When the platform adds a field, all credits stop.")
        .credits_with(|it| {
            let extended = json!({"terminal_city": "Алматы", "lines": ["1", "2", []]});
            let it = with(it, "/operation/eci", json!("05"));
            let it = with(it, "/operation/exchange_rate", json!(447.35));
            let it = with(it, "/payment/is_new_attempts_available", json!(false));
            let it = with(it, "/avs_result", Value::Null);
            with(it, "/provider_extra_fields", json!({"extended": extended}))
        }),
    must("callback-null-objects", WORDS)
        .that("a success with null instead of objects credits")
        .why("A part that the platform leaves empty stops the credit of a good payment.")
        .credits_with(|it| {
            let null = |it, field| with(it, field, Value::Null);
            OBJECTS.into_iter().fold(it, null)
        }),
    should("callback-few-fields", WORDS)
        .that("a success with only the required fields credits")
        .why("A credit fails because of a missing field that has nothing to do with money.")
        .credits_with(|it| DISPENSABLE.into_iter().fold(it, without)),
    must("callback-odd-harmless-fields", WORDS)
        .that("a success with odd values in fields that no money depends on credits")
        .why("When the platform sends a number in place of a text, all credits stop.")
        .credits(run!(odd_harmless_fields)),
    should("callback-decline-without-operation", WORDS)
        .that("a decline or intermediate callback without an operation, or without its id and sum, is acknowledged")
        .why("The platform reports errors without them, and repeats a refused report for eleven days.")
        .runs(run!(decline_without_operation)),
    must("callback-success-after-report", WORDS)
        .that("a decline or intermediate callback without an operation credits nothing, and the success after it does")
        .why("A report about a failed attempt credits the payer, or blocks the payment that succeeds next.")
        .credits(run!(success_after_report)),
    must("callback-success-without-operation", WORDS)
        .that("a success without an operation credits nothing")
        .why("Nothing says what was paid, nor makes the credit unique.")
        .credits(run!(success_without_operation)),
    should("callback-id-as-text", WORDS)
        .that("a success with operation.id as a text and code as a number credits")
        .why("Some systems send long ids as texts; their payments are not credited.")
        .credits_with(|it| {
            let id = it["operation"]["id"].to_string();
            let it = with(it, "/operation/id", json!(id));
            with(it, "/operation/code", json!(0))
        }),
    should("callback-bad-dates", WORDS)
        .that("a success with invalid dates credits")
        .why("An invalid date that nothing depends on stops the credit.")
        .credits(run!(bad_dates)),
];

async fn unknown_status(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = post_with_words(context, "awaiting moon", "sale", "awaiting moon").await?;
    context.expect_money(&payment_id, "pending", &[]).await
}

/// `payment.status`, `operation.type` and `operation.status` of a success with one word that is unknown, or that is known
/// and moves no money into a top-up.
const NO_SUCCESS: [Words; 12] = [
    ["success", "chargeback", "success"],
    ["success", "dispute", "success"],
    ["success", "void", "success"],
    ["success", "gift", "success"],
    ["success", "auth", "success"],
    ["success", "payout", "success"],
    ["success", "sale", "approved"],
    ["success", "sale", "completed"],
    ["success", "sale", "ok"],
    ["approved", "sale", "success"],
    ["completed", "sale", "success"],
    ["paid", "sale", "success"],
];

/// The same with a word that is known without the space around it.
const SPACED: [Words; 4] = [
    ["success", "sale ", "success"],
    ["success", "sale", "success "],
    ["success ", "sale", "success"],
    [" success", "sale", " success"],
];

async fn unknown_success(context: &CheckContext<'_>) -> CheckResult {
    for [payment, kind, operation] in NO_SUCCESS {
        let payment_id = context.new_payment().await?;
        let mut success = context.success(&payment_id);
        let mut unknown = success.clone();
        unknown.payment.status = payment.into();
        unknown.operation.kind = kind.into();
        unknown.operation.status = operation.into();
        post_wrong_callback(context, &unknown).await?;
        context.expect_entries(&payment_id, &[]).await?;
        if kind != "sale" {
            success = context.success(&payment_id);
        }
        context.expect_acknowledged(&success).await?;
        expect_credited(context, &payment_id).await?;
    }
    Ok(())
}

async fn unknown_success_acknowledged(context: &CheckContext<'_>) -> CheckResult {
    no_credit(context, &NO_SUCCESS).await?;
    no_credit(context, &SPACED).await
}

/// Objects that a callback may lack.
const OBJECTS: [&str; 5] = [
    "/account",
    "/customer",
    "/errors",
    "/operation/provider",
    "/operation/sum_converted",
];

/// Fields that are not required.
const DISPENSABLE: [&str; 12] = [
    "/payment/type",
    "/payment/date",
    "/payment/method",
    "/payment/sum",
    "/payment/description",
    "/operation/date",
    "/operation/created_date",
    "/operation/request_id",
    "/operation/sum_converted",
    "/operation/code",
    "/operation/message",
    "/operation/provider",
];

/// Fields that no money depends on, and the fields in them.
const HARMLESS: [&str; 10] = [
    "/payment/type",
    "/payment/method",
    "/payment/description",
    "/payment/sum",
    "/account",
    "/customer",
    "/errors",
    "/operation/request_id",
    "/operation/sum_converted",
    "/operation/provider",
];
const HARMLESS_INSIDE: [&str; 13] = [
    "/payment/sum/amount",
    "/payment/sum/currency",
    "/account/number",
    "/customer/id",
    "/errors/0/code",
    "/errors/0/message",
    "/operation/code",
    "/operation/message",
    "/operation/sum_converted/amount",
    "/operation/sum_converted/currency",
    "/operation/provider/id",
    "/operation/provider/payment_id",
    "/operation/provider/auth_code",
];

fn odd_values() -> [Value; 9] {
    [
        Value::Null,
        // Ids of other systems come as numbers on some days.
        json!(9_007_199_254_740_993_u64),
        json!(-1.5),
        json!(true),
        json!("x"),
        json!([]),
        json!(["x", [7]]),
        json!({}),
        json!({"x": {"y": 1}}),
    ]
}

async fn odd_harmless_fields(context: &CheckContext<'_>) -> CheckResult {
    for value in odd_values() {
        for fields in [&HARMLESS[..], &HARMLESS_INSIDE] {
            credits(context, |it| {
                let it = with(it, "/account", json!({"number": "7001112233"}));
                let it = with(it, "/customer", json!({"id": "123"}));
                let it = with(it, "/errors", json!([{"code": "1", "message": "none"}]));
                let odd = |it, field: &&str| with(it, field, value.clone());
                fields.iter().fold(it, odd)
            })
            .await?;
        }
    }
    Ok(())
}

type Form = fn(Value) -> Value;

/// The forms of a callback that is no success: its effect depends on no operation.
const FORMS: [Form; 8] = [
    |it| without(it, "/operation/id"),
    |it| with(it, "/operation/id", Value::Null),
    |it| without(it, "/operation/sum_initial"),
    |it| without(without(it, "/operation/id"), "/operation/sum_initial"),
    |it| without(it, "/operation"),
    |it| with(it, "/operation", Value::Null),
    |it| with(it, "/operation", json!({})),
    |it| with(it, "/operation", json!([])),
];

/// Statuses that are no success, each with the state that follows and in each form.
fn reports() -> impl Iterator<Item = (&'static str, &'static str, Form)> {
    let statuses = [
        ("decline", "declined"),
        ("error", "declined"),
        ("processing", "pending"),
    ];
    let of = |(status, state)| FORMS.map(move |form| (status, state, form));
    statuses.into_iter().flat_map(of)
}

fn report(context: &CheckContext<'_>, payment_id: &str, status: &str, form: Form) -> Value {
    let operation = Operation::new("sale", status, context.amount());
    let callback = context.callback(payment_id, status, operation);
    form(as_json(&callback))
}

async fn decline_without_operation(context: &CheckContext<'_>) -> CheckResult {
    for (status, state, form) in reports() {
        let payment_id = context.new_payment().await?;
        let report = report(context, &payment_id, status, form);
        for _ in 0..2 {
            context.expect_acknowledged(&report).await?;
        }
        context
            .expect_money_if_seen(&payment_id, state, &[])
            .await?;
    }
    Ok(())
}

async fn success_after_report(context: &CheckContext<'_>) -> CheckResult {
    for (status, _, form) in reports() {
        let payment_id = context.new_payment().await?;
        post_wrong_callback(context, &report(context, &payment_id, status, form)).await?;
        context.expect_entries(&payment_id, &[]).await?;
        context.expect_success_taken(&payment_id).await?;
        expect_credited(context, &payment_id).await?;
    }
    Ok(())
}

async fn success_without_operation(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = as_json(&context.success(&payment_id));
    post_wrong_callback(context, &without(success, "/operation")).await?;
    context.expect_money(&payment_id, "pending", &[]).await
}

async fn bad_dates(context: &CheckContext<'_>) -> CheckResult {
    let texts = [json!("soon"), json!(""), json!("2022-02-30T25:61:00")];
    for date in texts.into_iter().chain(odd_values()) {
        credits(context, |it| {
            let it = with(it, "/payment/date", date.clone());
            let it = with(it, "/operation/date", date.clone());
            with(it, "/operation/created_date", date)
        })
        .await?;
    }
    Ok(())
}
