//! The merchant's billing: the service tells it what was credited, by OSMP's `pay`, and by webhooks. Both have durable books:
//! a kill breaks the connections and loses nothing that was booked. At the end each credit is in the books once, and each
//! customer's credits are there in the order of the feed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use fastrand::Rng;
use jetpay_platform::billing::receiver::{self, Arrival, ReceiverState};
use jetpay_platform::billing::{self, BillingState, Booked, Dialect, OnRequest};
use jetpay_platform::{Admin, Entry};
use serde_json::json;

use super::fleet::{Fleet, WEBHOOK_SECRET};
use super::program::Program;
use super::{CUSTOMERS, get, list, millis};

/// The name of the endpoint that speaks OSMP, and that of the webhooks.
const ENDPOINTS: [&str; 2] = ["billing", "webhooks"];
/// Everything must be delivered within this time after the last kill.
const DELIVERED_WITHIN: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);
/// Requests that are scripted in a round.
const SCRIPTED: usize = 40;

/// The billing and the receiver, and what happened to them.
pub(super) struct Billing {
    osmp: Program<BillingState>,
    webhooks: Program<ReceiverState>,
    kills: usize,
    breaks: usize,
    retried: usize,
}

impl Billing {
    /// Opens both where the services of this fleet expect them.
    pub(super) async fn open(fleet: &Fleet, random: &mut Rng) -> Result<Self> {
        let [osmp, webhooks] = fleet.billing;
        let mut books = BillingState::new(Dialect::Osmp);
        for customer in CUSTOMERS {
            books.put_account(customer, None);
        }
        let receiver = ReceiverState::new([WEBHOOK_SECRET])?;
        Ok(Self {
            osmp: Program::open(osmp, books, billing::serve, random).await?,
            webhooks: Program::open(webhooks, receiver, receiver::serve, random).await?,
            kills: 0,
            breaks: 0,
            retried: 0,
        })
    }

    /// Starts what is down.
    pub(super) async fn start(&mut self) -> Result<()> {
        self.osmp.start().await?;
        self.webhooks.start().await
    }

    /// Kills one of them, or breaks the connections to it, and lets requests fail.
    pub(super) async fn trouble(&mut self, random: &mut Rng) {
        if let Some(billing) = &self.osmp.running {
            billing
                .state()
                .script((0..SCRIPTED).map(|_| on_request(random)));
        }
        if let Some(receiver) = &self.webhooks.running {
            // Whatever is answered with 200 has arrived, so a receiver must not answer that for nothing.
            let script = (0..SCRIPTED).map(|_| match on_request(random) {
                OnRequest::Body(_) => OnRequest::Fail(502),
                other => other,
            });
            receiver.state().deliveries().extend(script);
        }
        let is_osmp = random.bool();
        match random.u8(..100) {
            0..25 => {
                self.kills += 1;
                if is_osmp {
                    self.osmp.kill();
                } else {
                    self.webhooks.kill();
                }
            }
            25..50 => {
                self.breaks += 1;
                if is_osmp {
                    self.osmp.break_connections(random).await;
                } else {
                    self.webhooks.break_connections(random).await;
                }
            }
            _ => {}
        }
    }

    /// An operator makes due what waits at the endpoints, refused items too: so many at each.
    pub(super) async fn retry(&mut self, admin: &Admin, most: usize) -> Result<()> {
        for name in ENDPOINTS {
            self.retried += retry(admin, name, most).await?;
        }
        Ok(())
    }

    /// Both work again, and the operator retries what waits, until they have the whole feed. Returns what is wrong in the end.
    pub(super) async fn finish(&mut self, admin: &Admin, feed: &[Entry]) -> Result<Vec<String>> {
        self.start().await?;
        let begun = Instant::now();
        loop {
            let problems = self.compare(feed);
            if problems.is_empty() || begun.elapsed() > DELIVERED_WITHIN {
                return Ok(problems);
            }
            self.retry(admin, 1000).await?;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What differs between the feed and the books.
    fn compare(&self, feed: &[Entry]) -> Vec<String> {
        let mut problems = self
            .osmp
            .look(|it| compare(&credits(feed), &booked(it.booked())));
        let received = self.webhooks.look(|it| {
            let violations = it.violations().iter();
            let mut problems = compare(&entries(feed), &arrived(it.arrivals()));
            problems.extend(violations.map(|it| format!("the receiver of webhooks saw: {it:?}")));
            problems
        });
        problems.extend(received);
        problems
    }

    /// Rows of the report.
    pub(super) fn rows(&self) -> Vec<(&'static str, usize)> {
        let (booked, requests) = self.osmp.look(|it| (it.booked().len(), it.requests()));
        let (arrived, repeats) = self.webhooks.look(|it| (it.arrivals().len(), it.repeats()));
        vec![
            ("booked by the billing", booked),
            ("  requests to it", requests),
            ("webhooks received", arrived),
            ("  that came again", repeats),
            ("kills of the two", self.kills),
            ("broken connections", self.breaks),
            ("retried by a person", self.retried),
        ]
    }
}

/// What happens to a request at the billing: mostly nothing.
fn on_request(random: &mut Rng) -> OnRequest {
    match random.u8(..100) {
        0..6 => OnRequest::Drop,
        6..12 => OnRequest::DoneAndDrop,
        12..16 => OnRequest::Slowly(millis(random, 50, 400)),
        16..18 => OnRequest::Fail(503),
        18..20 => OnRequest::Result(1),
        20..22 => OnRequest::Result(79),
        22..24 => OnRequest::Body(b"<html>Bad Gateway</html>".to_vec()),
        _ => OnRequest::Answer,
    }
}

/// An operator makes due at once what waits at an endpoint, or is parked. Returns how many items that were.
async fn retry(admin: &Admin, name: &str, most: usize) -> Result<usize> {
    let path = format!("/v1/deliveries/{name}/waiting?limit={most}");
    let waiting = get(admin, &path).await?.json.unwrap_or_default();
    let seqs = list(&waiting, "waiting").filter_map(|it| it["seq"].as_i64());
    let mut retried = 0;
    for seq in seqs {
        let path = format!("/v1/deliveries/{name}/waiting/{seq}/retry");
        // It may be delivered by now.
        if admin
            .call("POST", &path, Some(&json!({"reason": "a test"})))
            .await
            .is_ok_and(|it| it.status < 300)
        {
            retried += 1;
        }
    }
    Ok(retried)
}

/// What the services are to tell, and what is told: a number and an amount of each item, by customer.
pub(super) type Lines = BTreeMap<String, Vec<(String, i64)>>;

fn lines(items: impl Iterator<Item = (String, String, i64)>) -> Lines {
    let mut lines = Lines::new();
    for (customer, number, amount) in items {
        lines.entry(customer).or_default().push((number, amount));
    }
    lines
}

/// The credits of the feed, as the billing books them.
pub(super) fn credits(feed: &[Entry]) -> Lines {
    let credits = feed.iter().filter(|it| it.kind == "credit");
    lines(credits.map(|it| (it.customer_id.clone(), it.operation_id.clone(), it.amount)))
}

/// What the billing booked, in its order.
fn booked(booked: &[Booked]) -> Lines {
    lines(
        booked
            .iter()
            .map(|it| (it.account.clone(), it.txn_id.clone(), it.minor)),
    )
}

/// The feed, as webhooks tell it.
fn entries(feed: &[Entry]) -> Lines {
    lines(feed.iter().map(|it| {
        let id = format!("entry_{}_{}_{}", it.project_id, it.operation_id, it.kind);
        (it.customer_id.clone(), id, it.amount)
    }))
}

/// What came by webhooks, in the order in which it came first.
fn arrived(arrivals: &[Arrival]) -> Lines {
    lines(arrivals.iter().map(|it| {
        let customer = it.customer_id.clone().unwrap_or_default();
        (customer, it.id.clone(), it.amount)
    }))
}

/// Compares: each item is told once, in the order of its customer, and nothing else is.
pub(super) fn compare(feed: &Lines, told: &Lines) -> Vec<String> {
    let customers: BTreeSet<_> = feed.keys().chain(told.keys()).collect();
    let none = Vec::new();
    let differs = |customer: &String| {
        let [feed, told] = [feed, told].map(|it| it.get(customer).unwrap_or(&none));
        let times = |item: &_| told.iter().filter(|it| *it == item).count();
        if let Some(item) = feed.iter().find(|item| times(item) == 0) {
            return Some(format!("{customer}: {item:?} is in the feed and not told"));
        }
        if let Some(item) = told.iter().find(|item| times(item) > 1) {
            return Some(format!("{customer}: {item:?} is told twice"));
        }
        if let Some(item) = told.iter().find(|item| !feed.contains(item)) {
            return Some(format!("{customer}: {item:?} is told and not in the feed"));
        }
        (feed != told).then(|| format!("{customer}: the items are told in another order"))
    };
    customers.into_iter().filter_map(differs).collect()
}
