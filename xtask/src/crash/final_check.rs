//! The end of a run: every callback is delivered, and the ledger agrees with the journal.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use jetpay_platform::{Admin, Entry};
use serde_json::Value;
use tokio::task::JoinSet;

use super::audit::{self, Feed};
use super::journal::{CUSTOMERS, Journal, Kind, Payment};
use super::load::send_one;
use super::run::{Random, Run, get_with_retries};

/// How often a callback is repeated before the run reports a violation: for about ten seconds.
const REPEATS: usize = 60;
/// How many callbacks are delivered at the same time.
const AT_ONCE: usize = 16;

/// Delivers every open event until it is acknowledged, as the platform does.
pub(super) async fn deliver_the_rest(run: &Arc<Run>) {
    let mut random = Random::new(0);
    let open = run.journal().take_all_open();
    for some in open.chunks(AT_ONCE) {
        let mut sent = JoinSet::new();
        for &event in some {
            let (run, random) = (Arc::clone(run), random.fork());
            sent.spawn(async move { (event, send_one(run, random, event, REPEATS).await) });
        }
        for (event, acknowledged) in sent.join_all().await {
            let mut journal = run.journal();
            journal.delivered(event, acknowledged);
            let id = &journal.payments[journal.events[event].payment].id;
            if !acknowledged {
                run.violated(format!("{id}: a callback is not acknowledged in the end"));
            }
        }
    }
}

/// Reads the whole feed, all payments and all balances from each service, and compares them.
pub(super) async fn compare_all(run: &Run) -> Result<()> {
    audit::after_a_crash(run).await?;
    for admin in &run.admins {
        let feed = Feed::whole(admin).await?;
        compare_feed(run, &feed);
        let listed = payments(admin).await?;
        compare_payments(run, &listed, &feed);
        for customer in CUSTOMERS {
            let shown = get_with_retries(admin, &format!("/v1/customers/{customer}")).await?;
            let balance = shown.json.and_then(|json| json["balance"].as_i64());
            let entries = feed.entries.iter();
            let entries = entries.filter(|entry| entry.customer_id == customer);
            let sum: i64 = entries.map(|entry| entry.amount).sum();
            if balance != Some(sum) {
                run.violated(format!(
                    "a balance is {balance:?}, and the sum of its entries is {sum}"
                ));
            }
        }
    }
    Ok(())
}

/// The feed that was read page by page during the run must equal the feed that is read now.
fn compare_feed(run: &Run, feed: &Feed) {
    let followed = run.feed();
    if followed.entries != feed.entries {
        let missed = feed
            .entries
            .iter()
            .filter(|entry| !followed.entries.contains(entry));
        let missed: Vec<_> = missed.map(|entry| entry.payment_id.as_str()).collect();
        run.violated(format!(
            "the feed that was read during the run differs from the whole feed; missing: {missed:?}"
        ));
    }
    let rising = feed
        .entries
        .windows(2)
        .all(|pair| pair[0].seq < pair[1].seq);
    if !rising {
        run.violated("the numbers of the feed do not rise".into());
    }
}

fn compare_payments(run: &Run, listed: &[Value], feed: &Feed) {
    let journal = run.journal();
    let entries = audit::by_payment(&feed.entries);
    let mut found: HashMap<&str, &Value> = HashMap::new();
    let mut remaining = 0;
    for shown in listed {
        let id = shown["payment_id"].as_str().unwrap_or_default();
        if found.insert(id, shown).is_some() {
            run.violated(format!("{id} is listed twice"));
        }
        let entries = entries.get(id).map_or(&[][..], Vec::as_slice);
        let sum: i64 = entries.iter().map(|entry| entry.amount).sum();
        // `disagreeing` reports a payment without `remaining`.
        remaining += shown["remaining"].as_i64().unwrap_or_default();
        let mut problems = match journal.payment(id) {
            Some(payment) => {
                let mut problems = audit::problems(&journal, payment, shown, entries);
                problems.extend(wrong_state(&journal, payment, shown, sum));
                problems
            }
            // The kill lost the answer with its id, so the platform will never send a callback for this payment.
            None if shown["state"] == "pending" && entries.is_empty() => Vec::new(),
            None => vec!["no answer issued this payment, and its state changed".into()],
        };
        problems.extend(disagreeing(shown, entries));
        for problem in problems {
            run.violated(format!("{id}: {problem}"));
        }
    }
    for payment in &journal.payments {
        if !found.contains_key(payment.id.as_str()) {
            run.violated(format!("{} was issued and is not listed", payment.id));
        }
    }
    let sum: i64 = feed.entries.iter().map(|entry| entry.amount).sum();
    if remaining != sum {
        run.violated(format!(
            "the sum of the entries is {sum}, and the sum of `remaining` is {remaining}"
        ));
    }
    for id in entries.keys().filter(|id| journal.payment(id).is_none()) {
        run.violated(format!("{id} has entries and was never issued"));
    }
}

/// Compares the sums in the row of a payment with the sums of its entries.
pub(super) fn disagreeing(shown: &Value, entries: &[Entry]) -> Option<String> {
    let credits = entries.iter().filter(|entry| entry.kind == "credit");
    let credited: i64 = credits.map(|entry| entry.amount).sum();
    let remaining: i64 = entries.iter().map(|entry| entry.amount).sum();
    let (of_credits, left) = (&shown["credited"], &shown["remaining"]);
    (*of_credits != credited || *left != remaining).then(|| {
        format!("it shows {of_credits} credited and {left} remaining; its entries give {credited} and {remaining}")
    })
}

/// Everything is delivered, so the state and the sum are certain.
fn wrong_state(journal: &Journal, payment: &Payment, shown: &Value, sum: i64) -> Option<String> {
    let amount = payment.top_up.amount;
    let is_sold = journal.has(payment, Kind::Sale);
    let expected_sum = if is_sold {
        amount - payment.refunded
    } else {
        0
    };
    let expected = match (is_sold, expected_sum) {
        (true, 0) => "refunded",
        (true, left) if left == amount => "credited",
        (true, _) => "partially_refunded",
        (false, _) if journal.has(payment, Kind::Decline) => "declined",
        (false, _) => "pending",
    };
    let same = shown["state"] == expected
        && sum == expected_sum
        && shown["amount"] == amount
        && shown["customer_id"] == payment.top_up.customer;
    (!same).then(|| {
        format!(
            "it must be {expected} with {expected_sum} remaining, and it is {} with {sum}",
            shown["state"]
        )
    })
}

/// Lists all payments, page by page.
async fn payments(admin: &Admin) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = "/v1/payments?limit=1000".to_owned();
    loop {
        let page = get_with_retries(admin, &path).await?;
        let page = page.json.context("the list of payments is not JSON")?;
        let payments = page["payments"].as_array();
        all.extend(
            payments
                .context("the answer has no list of payments")?
                .iter()
                .cloned(),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/payments?limit=1000&after={next}"),
            None => return Ok(all),
        }
    }
}
