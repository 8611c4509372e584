//! Words that nobody knows yet, or not so.

use serde_json::json;

use crate::check_context::CheckContext;
use crate::edit::with;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::{credits, told};
use crate::rows::sections::WORDS;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-unknown-status",
        Level::Should,
        WORDS,
        "an unknown status is acknowledged and credits nothing",
        "A word that is new is taken for a success, or repeated for eleven days.",
        play!(unknown_status),
    ),
    Row::new(
        "callback-unknown-type",
        Level::Should,
        WORDS,
        "an unknown type of operation is acknowledged and credits nothing",
        "A new kind of operation is booked as a top-up, though the money may go the other way.",
        play!(unknown_type),
    )
    .credits(),
    Row::new(
        "callback-upper-case",
        Level::Should,
        WORDS,
        "a success in capital letters credits",
        "The payer has paid and is not credited over a capital letter.",
        play!(upper_case),
    )
    .credits(),
];

async fn unknown_status(scene: &CheckContext<'_>) -> Checked {
    let payment_id = told(scene, "awaiting moon", "sale", "awaiting moon").await?;
    scene.expect_money(&payment_id, "pending", &[]).await
}

async fn unknown_type(scene: &CheckContext<'_>) -> Checked {
    let payment_id = told(scene, "success", "gift", "success").await?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn upper_case(scene: &CheckContext<'_>) -> Checked {
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
