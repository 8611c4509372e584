//! `cargo xtask crash`: kills the real service again and again under load, and proves that no money is lost or created:
//! no top-up is lost or credited twice, no payout is forgotten or sent twice.
//!
//! One round: start the services that are down, compare the ledger with what was acknowledged, send traffic, crash
//! something at a random moment. The seed decides the actions and their times. The timing of the machine still differs,
//! so a second run with the same seed is similar, not identical.

mod audit;
mod final_check;
mod fleet;
mod journal;
mod load;
mod payouts;
mod run;
mod service;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use jetpay_testing::postgres::Cluster;

use crate::shell::{self, time};
use crate::stores::Stores;
use fleet::Fleet;
use run::{Random, Run};

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
    let mut build = vec!["build", "--quiet", "--package", "jetpay-server"];
    if !arguments.dev {
        build.push("--release");
    }
    shell::run_cargo(&build)?;
    let seed = arguments.seed.unwrap_or_else(seed_from_clock);
    let binary = service::binary(arguments.dev)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let cluster = arguments
        .store
        .on_postgres("crash", Cluster::start_durable)?;
    let sqlite = arguments
        .store
        .has_sqlite()
        .then(|| Fleet::on_sqlite(&binary));
    let postgres = cluster.map(|cluster| Fleet::on_postgres(&binary, cluster));
    let fleets = [("SQLite", sqlite), ("PostgreSQL", postgres)];
    let mut failed = Vec::new();
    for (name, fleet) in fleets {
        let Some(fleet) = fleet.transpose()? else {
            continue;
        };
        shell::heading(&format!("crash: {name}, seed {seed}"));
        let report = runtime.block_on(crash(fleet, arguments.kills, Random::new(seed)))?;
        print!("{report}");
        if report.is_violated() {
            failed.push(name);
        }
    }
    ensure!(
        failed.is_empty(),
        "the ledger is wrong after crashes on {} (seed {seed})",
        failed.join(" and ")
    );
    Ok(())
}

async fn crash(mut fleet: Fleet, kills: usize, mut random: Random) -> Result<Report> {
    let begun = Instant::now();
    let run = Arc::new(Run::of(&fleet)?);
    fleet.start()?;
    fleet.ready().await?;
    journal::put_customers(&run.admins[0]).await?;
    let mut printed = 0;
    while fleet.kills < kills && !run.is_violated() {
        round(&mut fleet, &run, &mut random).await?;
        if fleet.kills / 50 > printed {
            printed = fleet.kills / 50;
            println!("{} kills, {}", fleet.kills, run.summary());
        }
    }
    if !run.is_violated() {
        fleet.start()?;
        fleet.ready().await?;
        audit::after_a_crash(&run).await?;
        // The platform repeats what is not acknowledged. After that the ledger must be complete.
        final_check::deliver_the_rest(&run).await;
        payouts::audit::finish_all(&run).await?;
        final_check::compare_all(&run).await?;
        fleet.kill_all()?;
        fleet.check_the_ledger(&run)?;
        payouts::compare::with_the_gate(&run);
    }
    let report = Report::of(&run, &fleet, begun.elapsed());
    if report.is_violated() {
        println!(
            "The store and the logs are kept in {}",
            fleet.keep().display()
        );
    }
    Ok(report)
}

/// Runs from one crash to the next.
async fn round(fleet: &mut Fleet, run: &Arc<Run>, random: &mut Random) -> Result<()> {
    // Sometimes kill a service that still recovers from the last crash.
    if random.percent(10) {
        fleet.start()?;
        tokio::time::sleep(random.millis(0, 60)).await;
        fleet.kill_while_starting(random)?;
    }
    fleet.start()?;
    fleet.ready().await?;
    audit::after_a_crash(run).await?;
    if run.is_violated() {
        return Ok(());
    }
    let load = load::begin(run, random);
    tokio::time::sleep(random.millis(20, fleet.longest_load())).await;
    let crashed = fleet.crash_something(random).await;
    if crashed.is_ok() && fleet.any_survives() {
        // The services that survive handle the traffic meanwhile.
        tokio::time::sleep(random.millis(0, 100)).await;
    }
    load.end().await;
    crashed
}

fn seed_from_clock() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since_1970.map_or(Duration::ZERO, |time| time).as_micros();
    u64::try_from(micros % 1_000_000_007).unwrap_or_default()
}

/// The report shows at most this many violations. More of them say nothing new.
const SHOWN: usize = 20;

/// The figures and the violations of a run.
struct Report {
    rows: Vec<(&'static str, usize)>,
    violations: Vec<String>,
    took: Duration,
}

impl Report {
    fn of(run: &Run, fleet: &Fleet, took: Duration) -> Self {
        let (journal, feed) = (run.journal(), run.feed());
        let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        let of_kind = |kind: &str| feed.entries.iter().filter(|it| it.kind == kind).count();
        let mut rows = vec![
            ("kills", fleet.kills),
            ("  while starting", fleet.kills_while_starting),
            ("crashes of the database", fleet.database_crashes),
            ("payments issued", journal.payments.len()),
            ("callbacks", journal.events.len()),
            ("deliveries", count(&run.deliveries)),
            ("  answered with 503", count(&run.unavailable)),
            ("  without an answer", count(&run.unanswered)),
            ("acknowledged callbacks", journal.acknowledged()),
            ("credited", of_kind("credit")),
            ("refunded", of_kind("refund")),
        ];
        rows.extend(payouts::compare::rows(run, &fleet.killed_at));
        Self {
            rows,
            violations: run.violations(),
            took,
        }
    }

    fn is_violated(&self) -> bool {
        !self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in &self.rows {
            writeln!(f, "  {name:<24} {number:>8}")?;
        }
        for violation in self.violations.iter().take(SHOWN) {
            writeln!(f, "✗ {violation}")?;
        }
        let (count, took) = (self.violations.len(), time(self.took));
        if count == 0 {
            writeln!(f, "✓ the ledger agrees with every record, {took}")
        } else {
            writeln!(f, "✗ {count} violations, {took}")
        }
    }
}
