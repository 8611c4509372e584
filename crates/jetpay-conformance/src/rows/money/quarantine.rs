//! What is put before a person instead of being credited.

use jetpay_core::Currency;

use crate::check_context::CheckContext;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, play};
use crate::rows::callbacks::{acknowledged_by_us, expect_credited, tell_what_is_wrong};
use crate::rows::sections::{RULE_3, RULE_5};
use jetpay_platform::messages::Callback;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-partially-paid",
        Level::Should,
        RULE_3,
        "a payment that is partially paid credits nothing by itself",
        "The whole amount is credited for a part of the money.",
        play!(partially_paid),
    )
    .credits(),
    Row::new(
        "callback-other-amount",
        Level::Must,
        RULE_3,
        "a success of another amount than was asked for is not credited",
        "A mistake of a factor of 100 is credited before any person sees it.",
        play!(other_amount),
    )
    .credits(),
    Row::new(
        "callback-other-currency",
        Level::Must,
        RULE_3,
        "a success in another currency is not credited",
        "Dollars are booked as tenge, or tenge as dollars.",
        play!(other_currency),
    )
    .credits(),
    Row::new(
        "callback-other-project",
        Level::Must,
        RULE_3,
        "a success signed by another project is not credited",
        "Who holds the secret of one project can credit himself in all others.",
        play!(other_project),
    )
    .credits(),
    Row::new(
        "callback-success-after-quarantine",
        Level::Must,
        RULE_5,
        "the right success after a wrong one credits",
        "One wrong message blocks the payment for ever, though the money has come.",
        play!(right_after_wrong),
    )
    .credits(),
];

async fn partially_paid(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let paid = scene.money(scene.amount().minor() - 4_000);
    let partly = Callback::partially_paid(scene.method, scene.project.id, &payment_id, paid);
    tell_what_is_wrong(scene, &partly).await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

fn wrong_success(scene: &CheckContext<'_>, payment_id: &str) -> Callback {
    Callback::success(
        scene.method,
        scene.project.id,
        payment_id,
        scene.money(scene.amount().minor() * 2),
    )
}

async fn other_amount(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    tell_what_is_wrong(scene, &wrong_success(scene, &payment_id)).await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_currency(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let other = if scene.target.currency.code() == "USD" {
        "KZT"
    } else {
        "USD"
    };
    let other =
        Currency::parse(other).map_err(|error| Stop::failed("a currency", error.to_string()))?;
    tell_what_is_wrong(scene, &scene.success(&payment_id).in_currency(other)).await?;
    scene.expect_money(&payment_id, "quarantined", &[]).await
}

async fn other_project(scene: &CheckContext<'_>) -> Checked {
    let other = scene.another_project()?;
    let payment_id = scene.pending().await?;
    let success = Callback::success(
        scene.method,
        other.project_id(),
        &payment_id,
        scene.amount(),
    );
    let exchange = scene.send_callback(other.sign(&success)).await?;
    acknowledged_by_us(scene, &exchange)?;
    scene.expect_entries(&payment_id, &[]).await
}

async fn right_after_wrong(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    tell_what_is_wrong(scene, &wrong_success(scene, &payment_id)).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    expect_credited(scene, &payment_id).await
}
