//! Successes in unusual shapes that credit like any other.

use serde_json::{Value, json};

use super::super::edit::{with, without};
use super::super::outcome::Checked;
use super::super::row::{Level, Row, play};
use super::super::scene::Scene;
use super::{SIGNATURE, WORDS};
use crate::messages::{Callback, Operation};

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-fields",
        Level::Should,
        WORDS,
        "a success with fields that nobody knows credits",
        "",
        play!(unknown_fields),
    )
    .credits(),
    Row::new(
        "callback-null-objects",
        Level::Should,
        WORDS,
        "a success with null instead of objects credits",
        "",
        play!(null_objects),
    )
    .credits(),
    Row::new(
        "callback-few-fields",
        Level::Should,
        WORDS,
        "a success with the required fields alone credits",
        "",
        play!(few_fields),
    )
    .credits(),
    Row::new(
        "callback-account",
        Level::Should,
        WORDS,
        "a success with another's account and customer credits the payer",
        "",
        play!(account),
    )
    .credits(),
    Row::new(
        "callback-id-as-text",
        Level::Should,
        WORDS,
        "a success with operation.id as text and code as number credits",
        "",
        play!(id_as_text),
    )
    .credits(),
    Row::new(
        "callback-bad-dates",
        Level::Should,
        WORDS,
        "a success with dates that are none credits",
        "",
        play!(bad_dates),
    )
    .credits(),
    Row::new(
        "callback-upper-case",
        Level::Should,
        WORDS,
        "a success in capital letters credits",
        "",
        play!(upper_case),
    )
    .credits(),
    Row::new(
        "callback-payment-sum",
        Level::Should,
        WORDS,
        "a success with another payment.sum credits: sum_initial decides",
        "",
        play!(payment_sum),
    )
    .credits(),
    Row::new(
        "callback-unicode",
        Level::Should,
        WORDS,
        "a success with escapes, other scripts and white space credits",
        "",
        play!(unicode),
    )
    .credits(),
    Row::new(
        "callback-semicolon",
        Level::Should,
        SIGNATURE,
        "a success with an honest `;` in its description credits",
        "",
        play!(semicolon),
    )
    .credits(),
    Row::new(
        "callback-long-array",
        Level::Should,
        SIGNATURE,
        "a callback with an array of 12 is signed in natural order",
        "",
        play!(long_array),
    ),
];

/// A success of a fresh payment, changed so, credits.
async fn credits(scene: &Scene<'_>, change: impl FnOnce(Value) -> Value) -> Checked {
    let payment_id = scene.pending().await?;
    let success = serde_json::to_value(scene.success(&payment_id)).unwrap_or_default();
    scene.tell(&change(success)).await?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn unknown_fields(scene: &Scene<'_>) -> Checked {
    let extended = json!({"extended": {"terminal_city": "Алматы", "lines": ["1", "2", []]}});
    credits(scene, |it| {
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

async fn null_objects(scene: &Scene<'_>) -> Checked {
    let fields = [
        "/account",
        "/customer",
        "/errors",
        "/operation/provider",
        "/operation/sum_converted",
    ];
    credits(scene, |it| {
        fields
            .into_iter()
            .fold(it, |it, field| with(it, field, Value::Null))
    })
    .await
}

async fn few_fields(scene: &Scene<'_>) -> Checked {
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
    credits(scene, |it| fields.into_iter().fold(it, without)).await
}

async fn account(scene: &Scene<'_>) -> Checked {
    let customers = &scene.target.customers;
    let other = customers
        .plain
        .as_ref()
        .unwrap_or(&customers.unknown)
        .clone();
    credits(scene, |it| {
        let it = with(it, "/customer", json!({"id": other}));
        with(it, "/account", json!({"number": other}))
    })
    .await
}

async fn id_as_text(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        let id = it["operation"]["id"].to_string();
        with(
            with(it, "/operation/id", json!(id)),
            "/operation/code",
            json!(0),
        )
    })
    .await
}

async fn bad_dates(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        let it = with(it, "/payment/date", json!("soon"));
        let it = with(it, "/operation/date", json!(""));
        with(it, "/operation/created_date", json!("2022-02-30T25:61:00"))
    })
    .await
}

async fn upper_case(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        let it = with(it, "/payment/status", json!("SUCCESS"));
        with(
            with(it, "/operation/status", json!("Success")),
            "/operation/type",
            json!("Sale"),
        )
    })
    .await
}

async fn payment_sum(scene: &Scene<'_>) -> Checked {
    let other = scene.amount().minor() + 500;
    credits(scene, |it| with(it, "/payment/sum/amount", json!(other))).await
}

async fn unicode(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let mut success = scene.success(&payment_id);
    success.payment.description = " Төлем \u{1F4B0} \"№ 7\"\t/ \\ ".into();
    let pretty = serde_json::to_string_pretty(&success).unwrap_or_default();
    let body = format!("\r\n {} \t\n", pretty.replace("№", "\\u2116"));
    scene.expect_status(
        &scene.send_callback(scene.platform.sign_text(body)).await?,
        200,
    )?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn semicolon(scene: &Scene<'_>) -> Checked {
    credits(scene, |it| {
        let it = with(
            it,
            "/payment/description",
            json!("Top-up; contract: 7; thank you"),
        );
        with(it, "/operation/message", json!("Success; code:0;"))
    })
    .await
}

async fn long_array(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let operation =
        Operation::new("sale", "decline", scene.amount()).because("20000", "General decline");
    let decline = Callback::new(
        scene.method,
        scene.project.id,
        &payment_id,
        "decline",
        operation,
    );
    let errors: Vec<Value> = (0..12)
        .map(|number| json!({"code": 20_000 + number, "message": "wrong"}))
        .collect();
    let decline = with(
        serde_json::to_value(decline).unwrap_or_default(),
        "/errors",
        json!(errors),
    );
    scene.tell(&decline).await?;
    scene.expect_money(&payment_id, "declined", &[]).await
}
