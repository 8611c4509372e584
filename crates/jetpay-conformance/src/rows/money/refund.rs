//! Money that goes back.

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::Checked;
use crate::row::{Level, Row, play};
use crate::rows::applies::strict;
use crate::rows::callbacks::{expect_credited, expect_taken_back};
use crate::rows::sections::BACK;
use jetpay_platform::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-refund",
        Level::Should,
        BACK,
        "a refund takes the amount back",
        "The payer has the money back and keeps the credit.",
        play!(refund),
    )
    .credits(),
    Row::new(
        "callback-refund-partial",
        Level::Must,
        BACK,
        "a partial refund, where refunds are followed, takes its part back: sum_initial, not payment.sum",
        "Too much or too little is taken from the customer, who paid for the rest.",
        play!(partial),
    )
    .credits(),
    Row::new(
        "callback-refund-rest",
        Level::Must,
        BACK,
        "two partial refunds, where they are followed, take both parts back",
        "The second refund is taken for a repeat, and the merchant pays for it.",
        play!(rest),
    )
    .credits(),
    Row::new(
        "callback-reversal",
        Level::Should,
        BACK,
        "a reversal takes the amount back",
        "The platform has taken the payment back, and the merchant is out of pocket.",
        play!(reversal),
    )
    .credits(),
    Row::new(
        "callback-refund-balance",
        Level::Must,
        BACK,
        "after success and refund the balance is what it was",
        "The customer keeps a coin or loses one each time that a payment is returned.",
        play!(balance),
    )
    .credits()
    .only(strict),
    Row::new(
        "callback-refund-declined",
        Level::Must,
        BACK,
        "a declined refund takes nothing back",
        "The customer loses money to a refund that never took place.",
        play!(declined),
    )
    .credits(),
];

/// What goes back first, of the usual amount, in minor units.
const PART_MINOR: i64 = 3_000;

fn full(scene: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::refund(scene.method, scene.project.id, payment_id, scene.amount())
}

fn part(scene: &CheckContext<'_>, payment_id: &str) -> Callback {
    let (part, left) = (
        scene.money(PART_MINOR),
        scene.money(scene.amount().minor() - PART_MINOR),
    );
    Callback::partial_refund(scene.method, scene.project.id, payment_id, part, left)
}

async fn refund(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene.tell(&full(scene, &payment_id)).await?;
    let amount = scene.amount().minor();
    scene
        .expect_money(&payment_id, "refunded", &[amount, -amount])
        .await
}

async fn partial(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene.tell(&part(scene, &payment_id)).await?;
    let amounts = [scene.amount().minor(), -PART_MINOR];
    expect_taken_back(scene, &payment_id, "partially_refunded", &amounts).await
}

async fn rest(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene.tell(&part(scene, &payment_id)).await?;
    let rest = scene.amount().minor() - PART_MINOR;
    let last = Callback::refund(
        scene.method,
        scene.project.id,
        &payment_id,
        scene.money(rest),
    );
    scene.tell(&last).await?;
    let amounts = [scene.amount().minor(), -PART_MINOR, -rest];
    expect_taken_back(scene, &payment_id, "refunded", &amounts).await
}

async fn reversal(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene
        .tell(&Callback::reversal(
            scene.method,
            scene.project.id,
            &payment_id,
            scene.amount(),
        ))
        .await?;
    let amount = scene.amount().minor();
    scene
        .expect_money(&payment_id, "reversed", &[amount, -amount])
        .await
}

async fn balance(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let payer = &scene.target.customers.payer;
    let before = scene.admin()?.balance(payer).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    scene.tell(&full(scene, &payment_id)).await?;
    expect::equal(
        "a balance of",
        &before,
        &scene.admin()?.balance(payer).await?,
    )
}

async fn declined(scene: &CheckContext<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    let mut refund = full(scene, &payment_id).leaving(scene.amount());
    refund.payment.status = "success".into();
    refund.operation.status = "decline".into();
    scene.tell(&refund).await?;
    expect_credited(scene, &payment_id).await
}
