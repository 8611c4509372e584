//! What does not credit.

use super::super::outcome::Checked;
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::{ANSWERS, RULE_3, WORDS};
use crate::messages::{Callback, Operation};
use crate::operation_ids::next_operation_id;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-decline",
        Level::Must,
        Section::Callback,
        "a decline is answered 200 and credits nothing",
        "",
        play!(decline),
    ),
    Row::new(
        "callback-processing",
        Level::Should,
        ANSWERS,
        "a payment under way is answered 200 and stays pending",
        "",
        play!(processing),
    ),
    Row::new(
        "callback-unknown-status",
        Level::Should,
        WORDS,
        "an unknown status is answered 200 and stays pending",
        "",
        play!(unknown_status),
    ),
    Row::new(
        "callback-unknown-type",
        Level::Should,
        WORDS,
        "an unknown type of operation is answered 200 and credits nothing",
        "",
        play!(unknown_type),
    )
    .credits(),
    Row::new(
        "callback-failed-operation",
        Level::Must,
        RULE_3,
        "a declined operation of a successful payment credits nothing",
        "",
        play!(failed_operation),
    )
    .credits(),
    Row::new(
        "callback-payment-under-way",
        Level::Must,
        RULE_3,
        "a successful operation of a payment under way credits nothing",
        "",
        play!(payment_under_way),
    )
    .credits(),
    Row::new(
        "callback-unknown-payment",
        Level::Should,
        ANSWERS,
        "a callback of an unknown payment is answered 404, so that it comes again",
        "",
        play!(unknown_payment),
    ),
    Row::new(
        "callback-payout",
        Level::Should,
        ANSWERS,
        "a callback of a payout that nobody asked for is answered 404, too",
        "",
        play!(payout),
    ),
];

async fn decline(scene: &Scene<'_>) -> Checked {
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

async fn processing(scene: &Scene<'_>) -> Checked {
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

/// A callback of a fresh payment with these words; its payment id.
async fn told(scene: &Scene<'_>, payment: &str, kind: &str, operation: &str) -> Checked<String> {
    let payment_id = scene.pending().await?;
    let operation = Operation::new(kind, operation, scene.amount());
    scene
        .tell(&Callback::new(
            scene.method,
            scene.project.id,
            &payment_id,
            payment,
            operation,
        ))
        .await?;
    Ok(payment_id)
}

async fn unknown_status(scene: &Scene<'_>) -> Checked {
    let payment_id = told(scene, "awaiting moon", "sale", "awaiting moon").await?;
    scene.expect_money(&payment_id, "pending", &[]).await
}

async fn unknown_type(scene: &Scene<'_>) -> Checked {
    let payment_id = told(scene, "success", "gift", "success").await?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn failed_operation(scene: &Scene<'_>) -> Checked {
    let payment_id = told(scene, "success", "sale", "decline").await?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn payment_under_way(scene: &Scene<'_>) -> Checked {
    let payment_id = told(scene, "processing", "sale", "success").await?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn unknown_payment(scene: &Scene<'_>) -> Checked {
    let payment_id = format!("nobody-{}", next_operation_id());
    let success = scene.success(&payment_id);
    for _ in 0..2 {
        scene.expect_status(&scene.told(&success).await?, 404)?;
    }
    scene.expect_entries(&payment_id, &[]).await
}

async fn payout(scene: &Scene<'_>) -> Checked {
    let payment_id = format!("payout-{}", next_operation_id());
    let mut payout = scene.success(&payment_id);
    payout.payment.kind = "payout".into();
    payout.operation.kind = "payout".into();
    scene.expect_status(&scene.told(&payout).await?, 404)?;
    scene.expect_entries(&payment_id, &[]).await
}
