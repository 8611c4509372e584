//! Unknown words, unusual forms of words, and undocumented fields.

use jetpay_platform::messages::{Callback, Operation};
use serde_json::{Value, json};

use crate::check::CheckResult;
use crate::check_context::{CheckContext, with, without};
use crate::row::sections::WORDS;
use crate::row::{Level, Row, run};
use crate::rows::expectations::{credits, post_with_words, post_wrong_callback};

pub(crate) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-status",
        Level::Should,
        WORDS,
        "an unknown status is acknowledged and credits nothing",
        "The endpoint credits on an unknown word, or the platform repeats the callback for eleven days.",
        run!(unknown_status),
    ),
    Row::new(
        "callback-unknown-type",
        Level::Should,
        WORDS,
        "an unknown type of operation is acknowledged and credits nothing",
        "An unknown kind of operation counts as a top-up, although the money may go the other way.",
        run!(unknown_type),
    )
    .credits(),
    Row::new(
        "callback-upper-case",
        Level::Should,
        WORDS,
        "a success in capital letters credits",
        "A capital letter keeps the payer's money from being credited.",
        run!(upper_case),
    )
    .credits(),
    Row::new(
        "callback-unknown-fields",
        Level::Must,
        WORDS,
        "a success with undocumented fields credits",
        "When the platform adds a field, all credits stop.",
        run!(unknown_fields),
    )
    .credits(),
    Row::new(
        "callback-null-objects",
        Level::Must,
        WORDS,
        "a success with null instead of objects credits",
        "A part that the platform leaves empty stops the credit of a good payment.",
        run!(null_objects),
    )
    .credits(),
    Row::new(
        "callback-few-fields",
        Level::Should,
        WORDS,
        "a success with only the required fields credits",
        "A credit fails because of a missing field that has nothing to do with money.",
        run!(few_fields),
    )
    .credits(),
    Row::new(
        "callback-odd-harmless-fields",
        Level::Must,
        WORDS,
        "a success with odd values in fields that no money depends on credits",
        "When the platform sends a number in place of a text, all credits stop.",
        run!(odd_harmless_fields),
    )
    .credits(),
    Row::new(
        "callback-decline-without-operation",
        Level::Should,
        WORDS,
        "a decline or intermediate callback without an operation, or without its id and sum, is acknowledged",
        "The platform reports errors without them, and repeats a refused report for eleven days.",
        run!(decline_without_operation),
    ),
    Row::new(
        "callback-success-without-operation",
        Level::Must,
        WORDS,
        "a success without an operation credits nothing",
        "Nothing says what was paid, nor makes the credit unique.",
        run!(success_without_operation),
    )
    .credits(),
    Row::new(
        "callback-id-as-text",
        Level::Should,
        WORDS,
        "a success with operation.id as a text and code as a number credits",
        "Some systems send long ids as texts; their payments are not credited.",
        run!(id_as_text),
    )
    .credits(),
    Row::new(
        "callback-bad-dates",
        Level::Should,
        WORDS,
        "a success with invalid dates credits",
        "An invalid date that nothing depends on stops the credit.",
        run!(bad_dates),
    )
    .credits(),
];

async fn unknown_status(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = post_with_words(context, "awaiting moon", "sale", "awaiting moon").await?;
    context.expect_money(&payment_id, "pending", &[]).await
}

async fn unknown_type(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = post_with_words(context, "success", "gift", "success").await?;
    context.expect_entries(&payment_id, &[]).await
}

async fn upper_case(context: &CheckContext<'_>) -> CheckResult {
    credits(context, |it| {
        let it = with(it, "/payment/status", json!("SUCCESS"));
        with(
            with(it, "/operation/status", json!("Success")),
            "/operation/type",
            json!("Sale"),
        )
    })
    .await
}

async fn unknown_fields(context: &CheckContext<'_>) -> CheckResult {
    let extended = json!({"extended": {"terminal_city": "Алматы", "lines": ["1", "2", []]}});
    credits(context, |it| {
        let it = with(it, "/operation/eci", json!("05"));
        let it = with(it, "/operation/exchange_rate", json!(447.35));
        let it = with(it, "/payment/is_new_attempts_available", json!(false));
        with(
            with(it, "/avs_result", Value::Null),
            "/provider_extra_fields",
            extended,
        )
    })
    .await
}

async fn null_objects(context: &CheckContext<'_>) -> CheckResult {
    let fields = [
        "/account",
        "/customer",
        "/errors",
        "/operation/provider",
        "/operation/sum_converted",
    ];
    credits(context, |it| {
        fields
            .into_iter()
            .fold(it, |it, field| with(it, field, Value::Null))
    })
    .await
}

async fn few_fields(context: &CheckContext<'_>) -> CheckResult {
    let fields = [
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
    credits(context, |it| fields.into_iter().fold(it, without)).await
}

async fn odd_harmless_fields(context: &CheckContext<'_>) -> CheckResult {
    let fields = [
        "/payment/type",
        "/payment/method",
        "/payment/description",
        "/payment/sum",
        "/account",
        "/customer",
        "/operation/request_id",
        "/operation/message",
        "/operation/code",
        "/operation/sum_converted",
        "/operation/provider",
    ];
    for value in [json!(12), json!(1.5), json!(true), json!({"x": {"y": 1}})] {
        credits(context, |it| {
            let odd = |it, field| with(it, field, value.clone());
            fields.into_iter().fold(it, odd)
        })
        .await?;
    }
    // Ids of other systems come as numbers on some days.
    credits(context, |it| {
        let it = with(it, "/account", json!({"number": 7_001_112_233_u64}));
        let it = with(it, "/customer", json!({"id": 123}));
        let it = with(
            it,
            "/operation/request_id",
            json!(9_007_199_254_740_993_u64),
        );
        with(
            it,
            "/operation/provider",
            json!({"id": 12345, "payment_id": 678, "auth_code": 9}),
        )
    })
    .await
}

async fn decline_without_operation(context: &CheckContext<'_>) -> CheckResult {
    for (status, state) in [("decline", "declined"), ("processing", "pending")] {
        for lacks in [
            ["/operation/id", "/operation/sum_initial"],
            ["/operation", "/errors"],
        ] {
            let payment_id = context.new_payment().await?;
            let operation = Operation::new("sale", status, context.amount());
            let (method, project) = (context.method, context.project.id);
            let callback = Callback::new(method, project, &payment_id, status, operation);
            let whole = serde_json::to_value(callback).unwrap_or_default();
            let callback = lacks.into_iter().fold(whole, without);
            context.expect_acknowledged(&callback).await?;
            context
                .expect_money_if_seen(&payment_id, state, &[])
                .await?;
        }
    }
    Ok(())
}

async fn success_without_operation(context: &CheckContext<'_>) -> CheckResult {
    let payment_id = context.new_payment().await?;
    let success = serde_json::to_value(context.success(&payment_id)).unwrap_or_default();
    post_wrong_callback(context, &without(success, "/operation")).await?;
    context.expect_money(&payment_id, "pending", &[]).await
}

async fn id_as_text(context: &CheckContext<'_>) -> CheckResult {
    credits(context, |it| {
        let id = it["operation"]["id"].to_string();
        with(
            with(it, "/operation/id", json!(id)),
            "/operation/code",
            json!(0),
        )
    })
    .await
}

async fn bad_dates(context: &CheckContext<'_>) -> CheckResult {
    credits(context, |it| {
        let it = with(it, "/payment/date", json!("soon"));
        let it = with(it, "/operation/date", json!(""));
        with(it, "/operation/created_date", json!("2022-02-30T25:61:00"))
    })
    .await
}
