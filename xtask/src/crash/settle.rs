//! The end: everything is delivered, and all books agree.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use jetpay_platform::{Admin, Entry};
use serde_json::Value;
use tokio::task::JoinSet;

use super::ask;
use super::audit;
use super::book::{Book, Kind, Payment};
use super::chance::Chance;
use super::feed::Feed;
use super::load::send_one;
use super::messages::CUSTOMERS;
use super::world::World;

/// How often a callback comes again before it is given up: for some ten seconds.
const REPEATS: usize = 60;
/// How many are delivered at once.
const AT_ONCE: usize = 16;

/// What was not acknowledged comes again until it is, as the platform does it.
pub(super) async fn deliver_the_rest(world: &Arc<World>) {
    let mut chance = Chance::new(0);
    let open = world.book().take_all_open();
    for some in open.chunks(AT_ONCE) {
        let mut sent = JoinSet::new();
        for &fact in some {
            let (world, chance) = (Arc::clone(world), chance.fork());
            sent.spawn(async move { (fact, send_one(world, chance, fact, REPEATS).await) });
        }
        for (fact, acknowledged) in sent.join_all().await {
            let mut book = world.book();
            book.delivered(fact, acknowledged);
            let id = &book.payments[book.facts[fact].payment].id;
            if !acknowledged {
                world.violated(format!("{id}: a callback is not acknowledged in the end"));
            }
        }
    }
}

/// The feed, the payments and the balances, all of them, from each service.
pub(super) async fn compare_all(world: &World) -> Result<()> {
    audit::after_a_crash(world).await?;
    for admin in &world.admins {
        let feed = Feed::whole(admin).await?;
        compare_feed(world, &feed);
        let listed = payments(admin).await?;
        compare_payments(world, &listed, &feed);
        for customer in CUSTOMERS {
            let shown = ask::get(admin, &format!("/v1/customers/{customer}")).await?;
            let balance = shown.json.and_then(|json| json["balance"].as_i64());
            let entries = feed.entries.iter();
            let entries = entries.filter(|entry| entry.customer_id == customer);
            let sum: i64 = entries.map(|entry| entry.amount).sum();
            if balance != Some(sum) {
                world.violated(format!(
                    "a balance is {balance:?}, and its entries are {sum} together"
                ));
            }
        }
    }
    Ok(())
}

/// Who has read on by `next` all the time has read the same as who reads from the beginning.
fn compare_feed(world: &World, feed: &Feed) {
    let followed = world.feed();
    if followed.entries != feed.entries {
        let missed = feed
            .entries
            .iter()
            .filter(|entry| !followed.entries.contains(entry));
        let missed: Vec<_> = missed.map(|entry| entry.payment_id.as_str()).collect();
        world.violated(format!(
            "the feed, read on by `next`, is not what it is from the beginning; missed: {missed:?}"
        ));
    }
    let rising = feed
        .entries
        .windows(2)
        .all(|pair| pair[0].seq < pair[1].seq);
    if !rising {
        world.violated("the numbers of the feed do not rise".into());
    }
}

fn compare_payments(world: &World, listed: &[Value], feed: &Feed) {
    let book = world.book();
    let entries = audit::by_payment(&feed.entries);
    let mut found: HashMap<&str, &Value> = HashMap::new();
    let mut remaining = 0;
    for shown in listed {
        let id = shown["payment_id"].as_str().unwrap_or_default();
        if found.insert(id, shown).is_some() {
            world.violated(format!("{id} is listed twice"));
        }
        let entries = entries.get(id).map_or(&[][..], Vec::as_slice);
        let sum: i64 = entries.iter().map(|entry| entry.amount).sum();
        // One that does not say what is left of it, disagrees.
        remaining += shown["remaining"].as_i64().unwrap_or_default();
        let mut problems = match book.payment(id) {
            Some(payment) => {
                let mut problems = audit::problems(&book, payment, shown, entries);
                problems.extend(unsettled(&book, payment, shown, sum));
                problems
            }
            // Its answer was lost with the process: nobody will ever tell of it.
            None if shown["state"] == "pending" && entries.is_empty() => Vec::new(),
            None => vec!["nobody knows this payment, and something happened to it".into()],
        };
        problems.extend(disagreeing(shown, entries));
        for problem in problems {
            world.violated(format!("{id}: {problem}"));
        }
    }
    for payment in &book.payments {
        if !found.contains_key(payment.id.as_str()) {
            world.violated(format!("{} was issued and is not listed", payment.id));
        }
    }
    let sum: i64 = feed.entries.iter().map(|entry| entry.amount).sum();
    if remaining != sum {
        world.violated(format!(
            "the entries are {sum} together, and {remaining} remains of the payments"
        ));
    }
    for id in entries.keys().filter(|id| book.payment(id).is_none()) {
        world.violated(format!("{id} has entries, and was never issued"));
    }
}

/// What a payment says of its money is what its entries say: the one is kept in its row, the others are added up.
pub(super) fn disagreeing(shown: &Value, entries: &[Entry]) -> Option<String> {
    let credits = entries.iter().filter(|entry| entry.kind == "credit");
    let credited: i64 = credits.map(|entry| entry.amount).sum();
    let remaining: i64 = entries.iter().map(|entry| entry.amount).sum();
    let (of_credits, left) = (&shown["credited"], &shown["remaining"]);
    (*of_credits != credited || *left != remaining).then(|| {
        format!("says {of_credits} was credited and {left} remains; its entries say {credited} and {remaining}")
    })
}

/// All is delivered, so the state and the sum are certain.
fn unsettled(book: &Book, payment: &Payment, shown: &Value, sum: i64) -> Option<String> {
    let amount = payment.wish.amount;
    let is_sold = book.has(payment, Kind::Sale);
    let expected_sum = if is_sold {
        amount - payment.refunded
    } else {
        0
    };
    let expected = match (is_sold, expected_sum) {
        (true, 0) => "refunded",
        (true, left) if left == amount => "credited",
        (true, _) => "partially_refunded",
        (false, _) if book.has(payment, Kind::Decline) => "declined",
        (false, _) => "pending",
    };
    let same = shown["state"] == expected
        && sum == expected_sum
        && shown["amount"] == amount
        && shown["customer_id"] == payment.wish.customer;
    (!same).then(|| {
        format!(
            "must be {expected} with {expected_sum} left, and is {} with {sum}",
            shown["state"]
        )
    })
}

/// All payments, page by page.
async fn payments(admin: &Admin) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = "/v1/payments?limit=1000".to_owned();
    loop {
        let page = ask::get(admin, &path).await?;
        let page = page.json.context("a list of payments is JSON")?;
        let payments = page["payments"].as_array();
        all.extend(payments.context("a list of payments")?.iter().cloned());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/payments?limit=1000&after={next}"),
            None => return Ok(all),
        }
    }
}
