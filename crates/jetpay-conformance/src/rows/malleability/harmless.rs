//! What may be changed under a signature, since nothing depends on it.

use serde_json::{Value, json};

use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::{credits, expect_credited, refused};
use crate::rows::sections::SIGNATURE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "attack-harmless",
        Level::Should,
        SIGNATURE,
        "a success with null for an empty text and with empty containers credits",
        "Both sign alike; a real success is refused over a difference that is none.",
        play!(harmless),
    )
    .credits(),
    Row::new(
        "attack-unsigned",
        Level::Must,
        SIGNATURE,
        "what stands below a nested signature or frame_mode is not read",
        "Anybody on the way can write there who is credited and how much.",
        play!(unsigned),
    )
    .credits(),
    Row::new(
        "attack-second-signature",
        Level::Should,
        SIGNATURE,
        "of two signatures the one at the top counts",
        "Two readers check two signatures, and what one has refused the other one credits.",
        play!(second_signature),
    )
    .credits(),
    Row::new(
        "callback-semicolon",
        Level::Must,
        SIGNATURE,
        "a success with an honest `;` in its description credits",
        "A payer is not credited since somebody has written a semicolon into a description.",
        play!(semicolon),
    )
    .credits(),
];

/// A success changed so after it was signed still credits the amount, once.
async fn still_credits(scene: &CheckContext<'_>, change: impl FnOnce(Value) -> Value) -> Checked {
    let payment_id = scene.pending().await?;
    let body = tampered(&scene.platform.sign(&scene.success(&payment_id)), change);
    scene.expect_status(&scene.send_callback(body).await?, 200)?;
    expect_credited(scene, &payment_id).await
}

async fn harmless(scene: &CheckContext<'_>) -> Checked {
    still_credits(scene, |it| {
        let it = with(it, "/payment/description", Value::Null);
        let it = with(it, "/operation/provider/auth_code", Value::Null);
        with(
            with(it, "/errors", json!([])),
            "/account",
            json!({"extra": {}}),
        )
    })
    .await
}

async fn unsigned(scene: &CheckContext<'_>) -> Checked {
    let other = json!({"id": 1, "status": "decline", "amount": 1, "currency": "USD"});
    still_credits(scene, |it| {
        let it = with(it, "/operation/signature", other.clone());
        let it = with(it, "/operation/sum_initial/signature", other.clone());
        let it = with(it, "/payment/frame_mode", other.clone());
        with(
            it,
            "/frame_mode",
            json!({"payment": other, "operation": other}),
        )
    })
    .await
}

async fn second_signature(scene: &CheckContext<'_>) -> Checked {
    still_credits(scene, |it| {
        with(it, "/general", json!({"signature": "another"}))
    })
    .await?;
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.success(&payment_id));
    let moved = |it: Value| {
        let good = it["signature"].clone();
        with(
            with(it, "/general", json!({"signature": good})),
            "/signature",
            json!("another"),
        )
    };
    refused(scene, &payment_id, tampered(&signed, moved)).await
}

async fn semicolon(scene: &CheckContext<'_>) -> Checked {
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
