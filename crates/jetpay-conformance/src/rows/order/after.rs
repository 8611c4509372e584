//! Callbacks after one another.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::expect_credited;
use crate::rows::sections::RULE_5;
use jetpay_platform::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-decline-after-success",
        Level::Must,
        RULE_5,
        "a decline after a success changes nothing",
        "A late decline takes money from a customer who has paid.",
        play!(decline_after_success),
    )
    .credits(),
    Row::new(
        "callback-other-decline-after-success",
        Level::Must,
        RULE_5,
        "a decline of another operation after a success changes nothing",
        "A failed second try takes back what the first one has paid.",
        play!(other_decline_after_success),
    )
    .credits(),
    Row::new(
        "callback-success-after-decline",
        Level::Must,
        RULE_5,
        "a success after a decline credits",
        "The first try failed, the second one was paid, and the payer gets nothing.",
        play!(success_after_decline),
    )
    .credits(),
    Row::new(
        "callback-processing-after-success",
        Level::Must,
        RULE_5,
        "an old intermediate callback after a success changes nothing",
        "An old message opens a payment that is done, and it can be credited again.",
        play!(processing_after_success),
    )
    .credits(),
    Row::new(
        "callback-success-after-processing",
        Level::Must,
        RULE_5,
        "a success after an intermediate callback of its operation credits",
        "A payment told in two steps stops after the first, and the payer waits for nothing.",
        play!(success_after_processing),
    )
    .credits(),
];

fn decline(scene: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::decline(scene.method, scene.project.id, payment_id, scene.amount())
}

fn processing(scene: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::processing(scene.method, scene.project.id, payment_id, scene.amount())
}

async fn decline_after_success(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    scene
        .tell(&decline(scene, &payment_id).of_operation(success.operation.id))
        .await?;
    expect_credited(scene, &payment_id).await
}

async fn other_decline_after_success(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene.tell(&decline(scene, &payment_id)).await?;
    expect_credited(scene, &payment_id).await
}

async fn success_after_decline(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene.tell(&decline(scene, &payment_id)).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    expect_credited(scene, &payment_id).await
}

async fn processing_after_success(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    scene
        .tell(&processing(scene, &payment_id).of_operation(success.operation.id))
        .await?;
    // A payment that was opened again would be credited by the next repeat.
    scene.tell(&success).await?;
    expect_credited(scene, &payment_id).await
}

async fn success_after_processing(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let processing = processing(scene, &payment_id);
    scene.tell(&processing).await?;
    scene
        .tell(
            &scene
                .success(&payment_id)
                .of_operation(processing.operation.id),
        )
        .await?;
    expect_credited(scene, &payment_id).await
}
