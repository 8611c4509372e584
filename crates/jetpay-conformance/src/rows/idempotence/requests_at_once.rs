//! Requests of several payers at the same time.

use serde::Serialize;
use tokio::task::JoinSet;

use super::requests::said;
use crate::check_context::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use crate::row::{Level, Row, play};
use crate::rows::sections::{RULE_1, RULE_2};
use jetpay_platform::Exchange;

/// How many come at once.
const AT_ONCE: usize = 8;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        "verify-at-once",
        Level::Must,
        RULE_1,
        "verifies of two customers at once are each answered as alone",
        "One payer is shown, and pays, the account of another.",
        play!(verifies),
    ),
    Row::new(
        "deposit-at-once",
        Level::Must,
        RULE_2,
        "eight check_deposits at once get eight payment ids",
        "Two payers under one payment id: one of them has paid for nothing.",
        play!(deposits),
    ),
];

/// Sends all without waiting for any; the answers in the requests' order.
async fn all_at_once(
    scene: &CheckContext<'_>,
    requests: &[impl Serialize],
) -> Checked<Vec<Exchange>> {
    let mut tasks = JoinSet::new();
    for (number, request) in requests.iter().enumerate() {
        let (platform, body) = (scene.platform.clone(), scene.platform.sign(request));
        tasks.spawn(async move { (number, platform.send("", body).await) });
    }
    let mut answers = Vec::new();
    while let Some(answered) = tasks.join_next().await {
        let (number, exchange) =
            answered.map_err(|error| Stop::failed("an answer", error.to_string()))?;
        answers.push((number, exchange?));
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers.into_iter().map(|(_, exchange)| exchange).collect())
}

async fn verifies(scene: &CheckContext<'_>) -> Checked {
    let customers = &scene.target.customers;
    let payer = scene.verify(&customers.payer);
    let unknown = scene.verify(&customers.unknown);
    let alone = scene.call(&payer).await?;
    expect::answer(&alone, 0)?;
    let requests: Vec<_> = [&payer, &unknown]
        .into_iter()
        .cycle()
        .take(AT_ONCE)
        .collect();
    for (number, exchange) in all_at_once(scene, &requests).await?.iter().enumerate() {
        if number % 2 == 0 {
            expect::equal("the answer", &said(&alone), &said(exchange))?;
        } else {
            scene.expect_refusal(exchange, Refusal::new(200, 404))?;
        }
    }
    Ok(())
}

async fn deposits(scene: &CheckContext<'_>) -> Checked {
    let requests = vec![scene.check_deposit(scene.amount()); AT_ONCE];
    let mut ids = Vec::new();
    for exchange in all_at_once(scene, &requests).await? {
        let answer = expect::answer(&exchange, 0)?;
        ids.push(expect::text(answer, "payment_id", &exchange)?.to_owned());
    }
    ids.sort_unstable();
    ids.dedup();
    expect::equal("different payment ids:", &AT_ONCE, &ids.len())
}
