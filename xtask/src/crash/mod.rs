//! `cargo xtask crash`: kills the real service again and again under load, and proves that no money is lost or created:
//! no top-up is lost or credited twice, no payout is forgotten or sent twice, and the merchant's billing books each credit once.
//!
//! The platform and its Gate survive every kill. They are those of `jetpay-platform`; here are the kills, and a journal of
//! what the service acknowledged. One round: start the services that are down, look up what was acknowledged, let the
//! traffic pass, crash something at a random moment. At the end, the feed must have the acknowledged money and nothing
//! else, the Gate's record must agree with the payouts, and `jetpay ledger check` proves the rest.
//!
//! The seed decides the actions and their times. The timing of the machine still differs, so a second run with the same
//! seed is similar, not identical.

mod at_the_gate;
mod billing;
mod fleet;
mod payouts;
mod program;
mod relay;
#[cfg(test)]
mod tests;
mod top_ups;

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use fastrand::Rng;
use jetpay_platform::traffic::{Runner, Tally};
use jetpay_platform::{Admin, Entry, Exchange};
use jetpay_testing::postgres::Cluster;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use crate::service::{self, TIMEOUT, TOKEN};
use crate::shell::{self, time};
use crate::stores::Stores;
use billing::Billing;
use fleet::Fleet;
use payouts::Payouts;
use relay::Relay;
use top_ups::Journal;

/// Only a few, so that each customer gets many payments at the same time.
const CUSTOMERS: [&str; 5] = [
    "7000000001",
    "7000000002",
    "7000000003",
    "7000000004",
    "7000000005",
];
/// The number of clients that request payouts.
const PAYOUT_CLIENTS: usize = 2;

/// The number of deliveries that an operator retries in a round, at each endpoint.
const RETRIED: usize = 10;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Kill the service this many times on each store
    #[arg(long, default_value_t = 200, value_name = "N")]
    kills: usize,
    /// The store: one service on a SQLite file, or two services on one PostgreSQL database, which crashes as well
    #[arg(long, value_enum, default_value_t)]
    store: Stores,
    /// Decides the actions and their times. Default: a new seed for each run
    #[arg(long)]
    seed: Option<u64>,
    /// Use the debug build: it builds sooner and runs slower
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let binary = service::build(if arguments.dev { "dev" } else { "release" })?;
    let seed = arguments
        .seed
        .unwrap_or_else(|| fastrand::u64(..1_000_000_000));
    let runtime = tokio::runtime::Runtime::new()?;
    let mut fleets = Vec::new();
    if arguments.store.has_sqlite() {
        fleets.push(("SQLite", Fleet::new(&binary, None)?));
    }
    if let Some(cluster) = arguments
        .store
        .on_postgres("crash", Cluster::start_durable)?
    {
        fleets.push(("PostgreSQL", Fleet::new(&binary, Some(cluster))?));
    }
    let mut failed = Vec::new();
    for (name, fleet) in fleets {
        shell::heading(&format!("crash: {name}, seed {seed}"));
        if !runtime.block_on(crash(fleet, arguments.kills, seed))? {
            failed.push(name);
        }
    }
    let failed = failed.join(" and ");
    ensure!(
        failed.is_empty(),
        "the ledger is wrong after crashes on {failed} (seed {seed})"
    );
    Ok(())
}

/// Crashes the services until they were killed this often. Prints the figures, and returns whether nothing was wrong.
async fn crash(mut fleet: Fleet, kills: usize, seed: u64) -> Result<bool> {
    let begun = Instant::now();
    let mut random = Rng::with_seed(seed);
    let mut run = Run::begin(&mut fleet, &mut random).await?;
    while fleet.killed_at.len() < kills && run.problems.is_empty() {
        run.round(&mut fleet, &mut random).await?;
    }
    if run.problems.is_empty() {
        run.end(&mut fleet).await?;
    }
    print(&run.rows(&fleet));
    for problem in run.problems.iter().take(SHOWN) {
        println!("✗ {problem}");
    }
    let (count, took) = (run.problems.len(), time(begun.elapsed()));
    if count > 0 {
        println!(
            "✗ {count} violations, {took}; the store and the logs are kept in {}",
            fleet.keep().display()
        );
    } else {
        println!("✓ the ledger agrees with every record, {took}");
    }
    Ok(count == 0)
}

/// At most this many violations are shown. More of them say nothing new.
const SHOWN: usize = 20;

fn print(rows: &[(&str, usize)]) {
    for (name, number) in rows {
        println!("  {name:<24} {number:>8}");
    }
}

struct Run {
    /// What the platform and the Gate send goes through here. It is closed while no service must be reached.
    relay: Relay,
    /// Reaches any of the services, through a relay of its own that is always open.
    admin: Admin,
    admin_relay: Relay,
    top_ups: Journal,
    payouts: Payouts,
    billing: Billing,
    traffic: JoinHandle<Tally>,
    stop: Arc<Notify>,
    /// What the merchant's program read of the feed, page by page, and at the end.
    feed: Vec<Entry>,
    /// What is wrong.
    problems: Vec<String>,
}

impl Run {
    /// Starts the services, then the platform and its Gate.
    async fn begin(fleet: &mut Fleet, random: &mut Rng) -> Result<Self> {
        let billing = Billing::open(fleet, random).await?;
        let (ports, admin_ports) = fleet.ports();
        let relay = Relay::to(ports, random.fork()).await?;
        let admin_relay = Relay::to(admin_ports, random.fork()).await?;
        let admin = Admin::new(admin_relay.url(), TOKEN);
        fleet.start()?;
        fleet.ready().await?;
        top_ups::put_customers(&admin).await?;
        relay.close();
        let top_ups = Journal::default();
        let runner = Runner::new(top_ups::traffic(relay.url(), random.u64(..), &top_ups)?);
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        Ok(Self {
            payouts: Payouts::open(fleet.gate, relay.url(), admin.clone()).await?,
            billing,
            traffic: tokio::spawn(runner.run(async move { stopped.notified().await })),
            relay,
            admin,
            admin_relay,
            top_ups,
            stop,
            feed: Vec::new(),
            problems: Vec::new(),
        })
    }

    /// Runs from one crash to the next.
    async fn round(&mut self, fleet: &mut Fleet, random: &mut Rng) -> Result<()> {
        // Sometimes kill a service that still recovers from the last crash.
        if random.u8(..100) < 10 {
            fleet.kill_while_starting(random).await?;
        }
        self.audit(fleet).await?;
        self.relay.open();
        let mut clients = JoinSet::new();
        for _ in 0..PAYOUT_CLIENTS {
            clients.spawn(self.payouts.clone().request_payouts(random.fork()));
        }
        clients.spawn(read_feed(self.admin.clone()));
        self.billing.start().await?;
        if random.u8(..100) < 30 {
            self.billing.retry(&self.admin, RETRIED).await?;
        }
        tokio::time::sleep(millis(random, 20, fleet.longest_load())).await;
        self.billing.trouble(random).await;
        let kills = fleet.killed_at.len();
        fleet.crash_something(random).await?;
        if fleet.any_survives() {
            // The services that survive handle the traffic meanwhile.
            tokio::time::sleep(millis(random, 0, 100)).await;
        }
        self.relay.close();
        clients.shutdown().await;
        if fleet.killed_at.len() / 50 > kills / 50 {
            print(&self.rows(fleet)[..4]);
        }
        Ok(())
    }

    /// Starts the services that are down, and looks up what was acknowledged.
    /// Nothing is sent meanwhile, because a repeated callback would restore what was lost.
    async fn audit(&mut self, fleet: &mut Fleet) -> Result<()> {
        fleet.start()?;
        fleet.ready().await?;
        self.problems
            .extend(top_ups::audit(&self.top_ups, &self.admin).await?);
        self.problems.extend(self.payouts.audit().await?);
        Ok(())
    }

    /// The platform repeats what is not acknowledged. After that the ledger must be complete.
    async fn end(&mut self, fleet: &mut Fleet) -> Result<()> {
        self.audit(fleet).await?;
        self.relay.open();
        self.stop.notify_one();
        let tally = (&mut self.traffic).await?;
        self.problems.extend(top_ups::given_up(&tally));
        self.problems.extend(self.payouts.finish().await?);
        self.top_ups.lock().touch_all();
        self.audit(fleet).await?;
        // Page by page during the run, and in one go.
        self.feed = eventually("the feed", async || self.admin.entries().await).await?;
        let fresh = Admin::new(self.admin_relay.url(), TOKEN);
        if self.feed != eventually("the feed", async || fresh.entries().await).await? {
            self.problems.push(
                "the feed differs from what was read of it page by page during the run".into(),
            );
        }
        self.problems
            .extend(top_ups::compare(&self.top_ups.lock(), &self.feed));
        let undelivered = self.billing.finish(&self.admin, &self.feed).await?;
        self.problems.extend(undelivered);
        fleet.kill_all()?;
        if let Some(printed) = fleet.check_the_ledger()? {
            self.problems
                .push(format!("`jetpay ledger check` disagrees:\n{printed}"));
        }
        Ok(())
    }

    fn rows(&self, fleet: &Fleet) -> Vec<(&'static str, usize)> {
        let journal = self.top_ups.lock();
        let of_kind = |kind: &str| self.feed.iter().filter(|it| it.kind == kind).count();
        let (callbacks, acknowledged) = journal.callbacks();
        let mut rows = vec![
            ("kills", fleet.killed_at.len()),
            ("payments issued", journal.payments.len()),
            ("callbacks", callbacks),
            ("  acknowledged", acknowledged),
            ("deliveries", journal.deliveries),
            ("  answered with 503", journal.unavailable),
            ("  without an answer", journal.unanswered),
            ("kills while starting", fleet.kills_while_starting),
            ("crashes of the database", fleet.database_crashes),
            ("credited", of_kind("credit")),
            (
                "refunded, reversed",
                of_kind("refund") + of_kind("reversal"),
            ),
        ];
        let (payouts, gate) = (self.payouts.journal(), self.payouts.gate());
        rows.extend(self.billing.rows());
        rows.extend(at_the_gate::rows(&payouts, &gate, &fleet.killed_at));
        rows
    }
}

/// The merchant's program. It follows the feed, and must not miss an entry.
async fn read_feed(admin: Admin) {
    loop {
        // The service may be down. What was read before is kept.
        let _read = admin.follow_feed().await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Tries again until it succeeds: a service that is ready may answer with HTTP 503 while its store recovers.
async fn eventually<T, E: Display>(
    what: &str,
    attempt: impl AsyncFn() -> Result<T, E>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(why) if begun.elapsed() > TIMEOUT => {
                bail!("{what}: no answer within {TIMEOUT:?}: {why}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What the admin interface answers to a path.
async fn get(admin: &Admin, path: &str) -> Result<Exchange> {
    let attempt = async || match admin.call("GET", path, None).await {
        Ok(answer) if answer.status == 503 => Err(answer.text()),
        Ok(answer) => Ok(answer),
        Err(none) => Err(none.to_string()),
    };
    eventually(path, attempt).await
}

/// What the admin interface shows at a path, where something is that was issued; or what is wrong.
async fn issued(admin: &Admin, path: &str) -> Result<Result<Value, String>> {
    let answer = get(admin, path).await?;
    let shown = answer.json.filter(|_| answer.status == 200);
    Ok(shown.ok_or_else(|| {
        let status = answer.status;
        format!("it was issued, and GET is answered with {status}")
    }))
}

/// A random time between two numbers of milliseconds.
fn millis(random: &mut Rng, from: u64, to: u64) -> Duration {
    Duration::from_micros(random.u64(from * 1000..to * 1000))
}

/// A list in an answer; empty if it is missing.
fn list<'a>(shown: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    shown[field].as_array().into_iter().flatten()
}

/// A text in an answer; empty if it is missing.
fn text<'a>(shown: &'a Value, field: &str) -> &'a str {
    shown[field].as_str().unwrap_or_default()
}
