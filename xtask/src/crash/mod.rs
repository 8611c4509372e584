//! `cargo xtask crash`: the real service is killed again and again under load, and no money is lost or made: of top-ups
//! none is lost or credited twice, of payouts none is forgotten or sent twice.
//!
//! A round: start what is down, compare the books with what was acknowledged, put load on it, strike at a random
//! moment. The seed decides what is done and when; the machine's own timing stays, so a second run with the same seed
//! is alike and not the same.

mod ask;
mod audit;
mod book;
mod chance;
mod feed;
mod fleet;
mod load;
mod messages;
mod payouts;
mod report;
mod service;
mod settle;
#[cfg(test)]
mod tests;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use jetpay_testing::postgres::Cluster;

use crate::shell;
use crate::stores::Stores;
use chance::Chance;
use fleet::Fleet;
use report::Report;
use world::World;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many processes of the service are killed, for each store
    #[arg(long, default_value_t = 200, value_name = "N")]
    kills: usize,
    /// Which store it runs on: one service on a file, or two on one database, which crashes from time to time, too
    #[arg(long, value_enum, default_value_t)]
    store: Stores,
    /// Decides what is done and when; a new one each time unless given
    #[arg(long)]
    seed: Option<u64>,
    /// The build for debugging, which is there sooner and runs slower
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut build = vec!["build", "--quiet", "--package", "jetpay-server"];
    if !arguments.dev {
        build.push("--release");
    }
    shell::run_cargo(&build)?;
    let seed = arguments.seed.unwrap_or_else(seed_of_the_moment);
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
        let report = runtime.block_on(crashed(fleet, arguments.kills, Chance::new(seed)))?;
        print!("{report}");
        if report.is_violated() {
            failed.push(name);
        }
    }
    ensure!(
        failed.is_empty(),
        "the books are wrong after crashes on {} (seed {seed})",
        failed.join(" and ")
    );
    Ok(())
}

async fn crashed(mut fleet: Fleet, kills: usize, mut chance: Chance) -> Result<Report> {
    let begun = Instant::now();
    let world = Arc::new(World::around(&fleet)?);
    fleet.start()?;
    fleet.ready().await?;
    messages::put_customers(&world.admins[0]).await?;
    let mut told = 0;
    while fleet.kills < kills && !world.is_violated() {
        round(&mut fleet, &world, &mut chance).await?;
        if fleet.kills / 50 > told {
            told = fleet.kills / 50;
            println!("{} kills, {}", fleet.kills, world.summary());
        }
    }
    if !world.is_violated() {
        fleet.start()?;
        fleet.ready().await?;
        audit::after_a_crash(&world).await?;
        // What is still open comes again until it is acknowledged; then the books must be complete.
        settle::deliver_the_rest(&world).await;
        payouts::settle::to_the_end(&world).await?;
        settle::compare_all(&world).await?;
        fleet.kill_all()?;
        fleet.check_the_ledger(&world)?;
        payouts::compare::with_the_gate(&world);
    }
    let report = Report::of(&world, &fleet, begun.elapsed());
    if report.is_violated() {
        println!(
            "The store and the logs are kept in {}",
            fleet.keep().display()
        );
    }
    Ok(report)
}

/// From one strike to the next.
async fn round(fleet: &mut Fleet, world: &Arc<World>, chance: &mut Chance) -> Result<()> {
    // A kill while it recovers from the last one.
    if chance.of(10) {
        fleet.start()?;
        tokio::time::sleep(chance.millis(0, 60)).await;
        fleet.kill_while_starting(chance)?;
    }
    fleet.start()?;
    fleet.ready().await?;
    audit::after_a_crash(world).await?;
    if world.is_violated() {
        return Ok(());
    }
    let load = load::begin(world, chance);
    tokio::time::sleep(chance.millis(20, fleet.longest_load())).await;
    let struck = fleet.strike(chance).await;
    if struck.is_ok() && fleet.any_survives() {
        // The others take what comes meanwhile.
        tokio::time::sleep(chance.millis(0, 100)).await;
    }
    load.end().await;
    struck
}

fn seed_of_the_moment() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since_1970.map_or(Duration::ZERO, |time| time).as_micros();
    u64::try_from(micros % 1_000_000_007).unwrap_or_default()
}
