//! The end: every payout is asked for until that is answered, and driven until it has an outcome.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jetpay_platform::Admin;
use serde_json::Value;

use super::load;
use super::record::{self, Record};
use crate::crash::ask;
use crate::crash::world::World;

/// How long one asks for a payout until there must be an answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// How long the service may take to settle what is open: waits grow by half each time, and some Gates forget a payout.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(250);

/// Waits for the end of all payouts, and keeps how each of them is shown then.
pub(in crate::crash) async fn to_the_end(world: &World) -> Result<()> {
    ask_for_the_rest(world).await;
    let begun = Instant::now();
    loop {
        let listed = listed(&world.admins[0]).await?;
        let unsettled = unsettled(world, &listed);
        if unsettled.is_empty() {
            break;
        }
        if begun.elapsed() > SETTLED_WITHIN {
            for problem in unsettled {
                world.violated(problem);
            }
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    read_all(world).await
}

/// Clients that have not given up are answered in the end.
async fn ask_for_the_rest(world: &World) {
    let open = world.payouts.book().take_all_open();
    for number in open {
        let begun = Instant::now();
        while !load::post(world, &world.admins[0], number).await {
            if begun.elapsed() > ANSWERED_WITHIN {
                world.violated(format!("payout {number} is not answered in the end"));
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Those that have not ended as they must.
fn unsettled(world: &World, listed: &[Value]) -> Vec<String> {
    let records = record::records(&world.payouts.gate.books());
    let book = world.payouts.book();
    let plans: BTreeMap<_, _> = book
        .asked
        .iter()
        .map(|asked| (asked.wish.key.as_str(), &asked.wish.plan))
        .collect();
    let open = listed.iter().filter_map(|shown| {
        let (id, key) = (text(shown, "payment_id"), text(shown, "idempotency_key"));
        let ending = records
            .get(id)
            .zip(plans.get(key))
            .and_then(|(record, plan)| Record::ending(record, plan));
        let state = text(shown, "state");
        (ending != Some(state)).then(|| {
            let sends = records.get(id).map_or(0, |record| record.sends);
            let must = ending.unwrap_or("sent (again)");
            format!("{id} was sent {sends} times and is {state} in the end; it must be {must}")
        })
    });
    open.collect()
}

/// Each payout with its history, from each service; they say the same.
async fn read_all(world: &World) -> Result<()> {
    let mut first: Option<Vec<Value>> = None;
    for admin in &world.admins {
        let mut all = Vec::new();
        for listed in listed(admin).await? {
            let path = format!("/v1/payouts/{}", text(&listed, "payment_id"));
            let shown = ask::get(admin, &path).await?.json;
            let mut shown = shown.with_context(|| format!("{path} is JSON"))?;
            // One that stays accepted for ever is asked about for ever.
            for moving in ["due_at", "changed_at"] {
                shown[moving].take();
            }
            all.push(shown);
        }
        match &first {
            Some(first) if *first != all => {
                world.violated("two services show different payouts".into());
            }
            _ => first = Some(all),
        }
    }
    world.payouts.book().shown = first.unwrap_or_default();
    Ok(())
}

/// All payouts, page by page, without their histories.
async fn listed(admin: &Admin) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = "/v1/payouts?limit=1000".to_owned();
    loop {
        let page = ask::get(admin, &path).await?;
        let page = page.json.context("a list of payouts is JSON")?;
        let payouts = page["payouts"].as_array();
        all.extend(payouts.context("a list of payouts")?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/payouts?limit=1000&after={next}"),
            None => return Ok(all),
        }
    }
}

/// A field of an answer, empty where it is missing.
pub(super) fn text<'a>(shown: &'a Value, field: &str) -> &'a str {
    shown[field].as_str().unwrap_or_default()
}
