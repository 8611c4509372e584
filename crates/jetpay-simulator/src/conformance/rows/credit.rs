//! A success credits, once.

use tokio::task::JoinSet;

use super::super::expect;
use super::super::outcome::{Checked, Stop};
use super::super::row::{Level, Row, Section, play};
use super::super::scene::Scene;
use super::{ANSWERS, RULE_3};
use crate::operation_ids::next_operation_id;

/// How many come at once where several do.
const AT_ONCE: usize = 8;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-success",
        Level::Must,
        Section::Callback,
        "a success is answered 200 without a body and credits the amount",
        "",
        play!(success),
    )
    .credits(),
    Row::new(
        "callback-success-balance",
        Level::Must,
        RULE_3,
        "a success makes the customer's balance grow by exactly the amount",
        "",
        play!(balance),
    )
    .credits(),
    Row::new(
        "callback-words",
        Level::Must,
        Section::Callback,
        "a success credits whatever payment.method says",
        "",
        play!(method_words),
    )
    .credits(),
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
        "callback-at-once",
        Level::Must,
        RULE_3,
        "eight equal successes at once credit once",
        "",
        play!(at_once),
    )
    .credits(),
    Row::new(
        "callback-at-once-different",
        Level::Must,
        RULE_3,
        "eight successes of different operations at once credit once",
        "",
        play!(different_at_once),
    )
    .credits(),
    Row::new(
        "callback-second-success",
        Level::Must,
        RULE_3,
        "a second success of another operation credits nothing more",
        "",
        play!(second_success),
    )
    .credits(),
    Row::new(
        "callback-same-operation",
        Level::Must,
        RULE_3,
        "a success of an operation that has credited another payment credits nothing",
        "",
        play!(same_operation),
    )
    .credits(),
];

async fn success(scene: &Scene<'_>) -> Checked {
    let (payment_id, success) = scene.credited().await?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await?;
    let entries = scene.admin()?.entries_of(&payment_id).await?;
    let operations: Vec<&str> = entries
        .iter()
        .map(|entry| entry.operation_id.as_str())
        .collect();
    expect::equal(
        "operations",
        &vec![success.operation.id.to_string().as_str()],
        &operations,
    )
}

async fn balance(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let payer = &scene.target.customers.payer;
    let before = scene.admin()?.balance(payer).await?;
    scene.tell(&scene.success(&payment_id)).await?;
    let after = scene.admin()?.balance(payer).await?;
    expect::equal("a balance of", &(before + scene.amount().minor()), &after)
}

async fn method_words(scene: &Scene<'_>) -> Checked {
    for word in scene
        .method
        .callback_words
        .iter()
        .chain(&["", "Another Method"])
    {
        let payment_id = scene.pending().await?;
        let mut success = scene.success(&payment_id);
        success.payment.method = (*word).to_owned();
        scene.tell(&success).await?;
        scene
            .expect_money(&payment_id, "credited", &[scene.amount().minor()])
            .await?;
    }
    Ok(())
}

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

async fn at_once(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.platform.sign(&scene.success(&payment_id));
    all_at_once(scene, vec![success; AT_ONCE]).await?;
    scene
        .expect_money(&payment_id, "credited", &[scene.amount().minor()])
        .await
}

async fn different_at_once(scene: &Scene<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = || scene.success(&payment_id).of_operation(next_operation_id());
    let bodies = (0..AT_ONCE)
        .map(|_| scene.platform.sign(&success()))
        .collect();
    all_at_once(scene, bodies).await?;
    scene
        .expect_entries(&payment_id, &[scene.amount().minor()])
        .await
}

/// Sends all without waiting for any; each is acknowledged.
async fn all_at_once(scene: &Scene<'_>, bodies: Vec<Vec<u8>>) -> Checked {
    let mut tasks = JoinSet::new();
    for body in bodies {
        let platform = scene.callbacks.clone();
        tasks.spawn(async move { platform.send("", body).await });
    }
    while let Some(exchange) = tasks.join_next().await {
        let exchange = exchange.map_err(|error| Stop::failed("an answer", error.to_string()))?;
        scene.expect_status(&exchange?, 200)?;
    }
    Ok(())
}

async fn second_success(scene: &Scene<'_>) -> Checked {
    let (payment_id, _) = scene.credited().await?;
    scene.tell(&scene.success(&payment_id)).await?;
    scene
        .expect_entries(&payment_id, &[scene.amount().minor()])
        .await
}

async fn same_operation(scene: &Scene<'_>) -> Checked {
    let (first, success) = scene.credited().await?;
    let second = scene.pending().await?;
    scene
        .tell(&scene.success(&second).of_operation(success.operation.id))
        .await?;
    scene
        .expect_entries(&first, &[scene.amount().minor()])
        .await?;
    scene.expect_entries(&second, &[]).await
}
