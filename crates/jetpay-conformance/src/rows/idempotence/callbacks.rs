//! Callbacks that come again: their answer was lost on the way.

use crate::check_context::CheckContext;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::callbacks::{expect_credited, expect_taken_back};
use crate::rows::sections::RULE_3;
use jetpay_platform::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-repeated",
        Level::Must,
        RULE_3,
        "a repeated success is acknowledged and credits nothing more",
        "Every answer that is lost on the way credits the payer once more.",
        play!(repeated),
    )
    .credits(),
    Row::new(
        "callback-repeated-later",
        Level::Must,
        RULE_3,
        "a success repeated with other dates is acknowledged and credits nothing more",
        "A repeat that differs by a second is taken for new money.",
        play!(repeated_later),
    )
    .credits(),
    Row::new(
        "callback-refund-repeated",
        Level::Must,
        RULE_3,
        "a repeated refund is acknowledged and takes nothing more",
        "A refund that is told three times takes the money from the customer three times.",
        play!(refund_repeated),
    )
    .credits(),
];

async fn repeated(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    for _ in 0..3 {
        scene.tell(&success).await?;
    }
    expect_credited(scene, &payment_id).await
}

async fn repeated_later(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, mut success) = scene.credited().await?;
    success.operation.date = "2030-01-01T00:00:01+0000".into();
    success.payment.date = "2030-01-01T00:00:02+0000".into();
    scene.tell(&success).await?;
    expect_credited(scene, &payment_id).await
}

async fn refund_repeated(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    let refund = Callback::refund(scene.method, scene.project.id, &payment_id, scene.amount());
    for _ in 0..3 {
        scene.tell(&refund).await?;
    }
    let amount = scene.amount().minor();
    expect_taken_back(scene, &payment_id, "refunded", &[amount, -amount]).await
}
