//! What does not credit.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, Section, play};
use crate::rows::callbacks::told;
use crate::rows::sections::RULE_3;
use jetpay_platform::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-decline",
        Level::Must,
        Section::Callback,
        "a decline is acknowledged and credits nothing",
        "The payer gets the money back and is credited as well.",
        play!(decline),
    ),
    Row::new(
        "callback-processing",
        Level::Must,
        RULE_3,
        "a payment under way is acknowledged and credits nothing",
        "Money is handed out that may never come.",
        play!(processing),
    ),
    Row::new(
        "callback-failed-operation",
        Level::Must,
        RULE_3,
        "a declined operation of a successful payment is acknowledged and credits nothing",
        "A failed attempt of an old payment is credited as if it had succeeded.",
        play!(failed_operation),
    )
    .credits(),
    Row::new(
        "callback-payment-under-way",
        Level::Must,
        RULE_3,
        "a successful operation of a payment under way is acknowledged and credits nothing",
        "A step on the way is taken for the end, and the payment can still fail.",
        play!(payment_under_way),
    )
    .credits(),
];

async fn decline(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene
        .tell(&Callback::decline(
            scene.method,
            scene.project.id,
            &payment_id,
            scene.amount(),
        ))
        .await?;
    scene.expect_money(&payment_id, "declined", &[]).await
}

async fn processing(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene
        .tell(&Callback::processing(
            scene.method,
            scene.project.id,
            &payment_id,
            scene.amount(),
        ))
        .await?;
    scene.expect_money(&payment_id, "pending", &[]).await
}

async fn failed_operation(scene: &CheckContext<'_>) -> Checked {
    let payment_id = told(scene, "success", "sale", "decline").await?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn payment_under_way(scene: &CheckContext<'_>) -> Checked {
    let payment_id = told(scene, "processing", "sale", "success").await?;
    scene.expect_entries(&payment_id, &[]).await
}
