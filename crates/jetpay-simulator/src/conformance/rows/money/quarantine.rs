//! What is put before a person instead of being credited.

use jetpay_core::Currency;

use crate::conformance::outcome::{Checked, Stop};
use crate::conformance::row::{Level, Row, play};
use crate::conformance::rows::sections::{ANSWERS, RULE_5};
use crate::conformance::scene::Scene;
use crate::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-partially-paid",
        Level::Should,
        ANSWERS,
        "a payment that is partially paid is answered 200 and quarantined",
        "",
        play!(partially_paid),
    )
    .credits(),
    Row::new(
        "callback-other-amount",
        Level::Should,
        ANSWERS,
        "a success of another amount is answered 200 and quarantined",
        "",
        play!(other_amount),
    )
    .credits(),
    Row::new(
        "callback-other-currency",
        Level::Should,
        ANSWERS,
        "a success in another currency is answered 200 and quarantined",
        "",
        play!(other_currency),
    )
    .credits(),
    Row::new(
        "callback-other-project",
        Level::Should,
        ANSWERS,
        "a success signed by another project is answered 200 and credits nothing",
        "",
        play!(other_project),
    )
    .credits(),
    Row::new(
        "callback-success-after-quarantine",
        Level::Must,
        RULE_5,
        "the right success after a wrong one credits",
        "",
        play!(right_after_wrong),
    )
    .credits(),
];

async fn partially_paid(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let paid = scene.money(scene.amount().minor() - 4_000);
    scene
        .tell(&Callback::partially_paid(
            scene.method,
            scene.project.id,
            &payment_id,
            paid,
        ))
        .await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

fn wrong_success(scene: &Scene<'_>, payment_id: &str) -> Callback {
    Callback::success(
        scene.method,
        scene.project.id,
        payment_id,
        scene.money(scene.amount().minor() * 2),
    )
}

async fn other_amount(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene.tell(&wrong_success(scene, &payment_id)).await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_currency(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let usd =
        Currency::parse("USD").map_err(|error| Stop::failed("a currency", error.to_string()))?;
    scene
        .tell(&scene.success(&payment_id).in_currency(usd))
        .await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_project(scene: &Scene<'_>) -> Checked {
    let other = scene.another_project()?;
    let payment_id = scene.pending().await?;
    let success = Callback::success(
        scene.method,
        other.project_id(),
        &payment_id,
        scene.amount(),
    );
    scene.expect_status(&scene.send_callback(other.sign(&success)).await?, 200)?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn right_after_wrong(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    scene.tell(&wrong_success(scene, &payment_id)).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}
