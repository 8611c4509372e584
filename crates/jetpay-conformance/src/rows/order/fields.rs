//! Successes with more fields, with fewer, and with odd ones.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{with, without};
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::credits;
use crate::rows::sections::WORDS;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-fields",
        Level::Must,
        WORDS,
        "a success with fields that nobody knows credits",
        "The day the platform adds a field, all credits stop.",
        play!(unknown_fields),
    )
    .credits(),
    Row::new(
        "callback-null-objects",
        Level::Must,
        WORDS,
        "a success with null instead of objects credits",
        "A part that the platform leaves empty stops the credit of a payment that was made.",
        play!(null_objects),
    )
    .credits(),
    Row::new(
        "callback-few-fields",
        Level::Should,
        WORDS,
        "a success with the required fields alone credits",
        "A credit fails for want of a field that has nothing to do with money.",
        play!(few_fields),
    )
    .credits(),
    Row::new(
        "callback-id-as-text",
        Level::Should,
        WORDS,
        "a success with operation.id as text and code as number credits",
        "Long ids come as texts from some systems; their payments are not credited.",
        play!(id_as_text),
    )
    .credits(),
    Row::new(
        "callback-bad-dates",
        Level::Should,
        WORDS,
        "a success with dates that are none credits",
        "A date that nobody needs stands between the payer and his money.",
        play!(bad_dates),
    )
    .credits(),
];

async fn unknown_fields(scene: &CheckContext<'_>) -> Checked {
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

async fn null_objects(scene: &CheckContext<'_>) -> Checked {
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

async fn few_fields(scene: &CheckContext<'_>) -> Checked {
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

async fn id_as_text(scene: &CheckContext<'_>) -> Checked {
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

async fn bad_dates(scene: &CheckContext<'_>) -> Checked {
    credits(scene, |it| {
        let it = with(it, "/payment/date", json!("soon"));
        let it = with(it, "/operation/date", json!(""));
        with(it, "/operation/created_date", json!("2022-02-30T25:61:00"))
    })
    .await
}
