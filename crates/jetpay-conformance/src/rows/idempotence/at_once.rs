//! Callbacks that come at once.

use tokio::task::JoinSet;

use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::row::{Level, Row, play};
use crate::rows::callbacks::{acknowledged_by_us, expect_credited};
use crate::rows::sections::RULE_3;
use jetpay_platform::is_acknowledged;
use jetpay_platform::next_operation_id;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "callback-at-once",
        Level::Must,
        RULE_3,
        "eight equal successes at once credit once",
        "Two deliveries meet, both find the payment open, and the payer is credited twice.",
        play!(at_once),
    )
    .credits(),
    Row::new(
        "callback-at-once-different",
        Level::Must,
        RULE_3,
        "eight successes of different operations at once credit once",
        "One payment told at once under several operations is credited several times.",
        play!(different_at_once),
    )
    .credits(),
];

/// How many come at once where several do.
const AT_ONCE: usize = 8;

async fn at_once(scene: &CheckContext<'_>) -> Checked {
    let payment_id = scene.pending().await?;
    let success = scene.platform.sign(&scene.success(&payment_id));
    all_at_once(scene, vec![success; AT_ONCE]).await?;
    expect_credited(scene, &payment_id).await
}

async fn different_at_once(scene: &CheckContext<'_>) -> Checked {
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

/// Sends all without waiting for any. One at least is acknowledged; held strictly, each: a stranger may refuse what meets
/// another on the way, since it comes again.
async fn all_at_once(scene: &CheckContext<'_>, bodies: Vec<Vec<u8>>) -> Checked {
    let mut tasks = JoinSet::new();
    for body in bodies {
        let platform = scene.callbacks.clone();
        tasks.spawn(async move { platform.send("", body).await });
    }
    let mut acknowledged = false;
    while let Some(exchange) = tasks.join_next().await {
        let exchange = exchange.map_err(|error| Stop::failed("an answer", error.to_string()))??;
        acknowledged_by_us(scene, &exchange)?;
        acknowledged |= is_acknowledged(exchange.status);
    }
    let what = "HTTP 200 to at least one of them";
    expect::holds(what, acknowledged, || "to none".into())
}
