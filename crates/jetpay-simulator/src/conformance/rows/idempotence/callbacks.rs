//! Callbacks that come again: their answer was lost on the way.

use crate::conformance::outcome::Checked;
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::sections::ANSWERS;
use crate::conformance::scene::Scene;
use crate::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-repeated",
        Level::Should,
        ANSWERS,
        "a repeated success is answered 200 and credits nothing more",
        "",
        play!(repeated),
    )
    .credits(),
    Row::new(
        "callback-repeated-later",
        Level::Should,
        ANSWERS,
        "a success repeated with other dates is answered 200 and credits nothing more",
        "",
        play!(repeated_later),
    )
    .credits(),
    Row::new(
        "callback-refund-repeated",
        Level::Should,
        ANSWERS,
        "a repeated refund is answered 200 and takes nothing more",
        "",
        play!(refund_repeated),
    )
    .credits(),
];

async fn repeated(scene: &Scene<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    for _ in 0..3 {
        scene.tell(&success).await?;
    }
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn repeated_later(scene: &Scene<'_>) -> Checked {
    let (payment_id, mut success) = scene.credited().await?;
    success.operation.date = "2030-01-01T00:00:01+0000".into();
    success.payment.date = "2030-01-01T00:00:02+0000".into();
    scene.tell(&success).await?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn refund_repeated(scene: &Scene<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    let refund = Callback::refund(scene.method, scene.project.id, &payment_id, scene.amount());
    for _ in 0..3 {
        scene.tell(&refund).await?;
    }
    let amount = scene.amount().minor();
    scene
        .expect_money(&payment_id, "refunded", &[amount, -amount])
        .await
}
