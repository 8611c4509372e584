//! Callbacks changed so that their signature still fits.

use serde_json::json;

use super::cut::hide;
use crate::check_context::CheckContext;
use crate::edit::{tampered, with};
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::harmless;
use crate::rows::sections::SIGNATURE;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "attack-status-hidden",
        Level::Must,
        SIGNATURE,
        "a callback whose status hides in another text credits nothing",
        "A signed decline is cut anew into a message without it, and money may be credited.",
        play!(status_hidden),
    ),
    Row::new(
        "attack-number-as-text",
        Level::Should,
        SIGNATURE,
        "a callback with a number turned into a text credits nothing",
        "Types are not signed: a loose comparison may take another amount for the same one.",
        play!(number_as_text),
    ),
];

async fn status_hidden(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    for (text, field) in [
        ("/operation/request_id", "/operation/status"),
        ("/payment/method", "/payment/status"),
    ] {
        harmless(
            scene,
            &payment_id,
            tampered(&signed, |it| hide(it, text, field)),
        )
        .await?;
    }
    Ok(())
}

async fn number_as_text(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let signed = scene.platform.sign(&scene.any_callback(&payment_id));
    let amount = json!(scene.amount().minor().to_string());
    harmless(
        scene,
        &payment_id,
        tampered(&signed, |it| {
            with(it, "/operation/sum_initial/amount", amount)
        }),
    )
    .await?;
    let project = json!(scene.project.id.number().to_string());
    harmless(
        scene,
        &payment_id,
        tampered(&signed, |it| with(it, "/project_id", project)),
    )
    .await
}
