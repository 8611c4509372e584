//! What a durable credit costs in each store, beside the same store with bare statements; and what it costs when the
//! books have grown. `cargo xtask bench` runs it and shows its rows, which come as lines of JSON.
//!
//! With `--callers` it measures what a payment and a credit cost on SQLite with 1 to 128 callers at once.
//!
//! ```text
//! cargo run --release -p jetpay-ledger --features postgres --example credits -- [--quick] [--growth CUSTOMERS | --callers]
//! ```
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "times and ratios; no money among them"
)]

mod bare;
mod callers;
mod growth;
mod ours;

use std::error::Error;
use std::time::Duration;

use jetpay_ledger::Ledger;
use jetpay_testing::postgres::{Cluster, require_or_skip};

use ours::Batch;

/// How many callers wait for their credit at once. The bare side commits as many at a time: no group of ours is larger.
const CALLERS: usize = 256;

/// How often, and how many credits each time.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    credits: usize,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let effort = if quick {
        Effort {
            rounds: 3,
            credits: 10_000,
        }
    } else {
        Effort {
            rounds: 9,
            credits: 20_000,
        }
    };
    let growth = arguments
        .iter()
        .position(|argument| argument == "--growth")
        .and_then(|at| arguments.get(at + 1));
    if let Some(customers) = growth {
        return growth::measure(effort, customers.parse()?).await;
    }
    if arguments.iter().any(|argument| argument == "--callers") {
        return callers::measure(effort).await;
    }
    sqlite(effort).await?;
    postgres(effort).await
}

async fn sqlite(effort: Effort) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let ledger = Ledger::open(&directory.path().join("ours.db"))?;
    // The schema is the ledger's own.
    let bare = directory.path().join("bare.db");
    Ledger::open(&bare)?.close().await;
    let mut bare = bare::Sqlite::open(&bare)?;
    let (mut all_ours, mut all_bare) = (Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let batch = Batch::new(round, effort.credits)?;
        bare.announce(&batch)?;
        all_ours.push(ours::credit(&ledger, &batch, CALLERS).await?);
        all_bare.push(bare.credit(&batch, CALLERS)?);
    }
    ledger.close().await;
    print("credits on SQLite / bare statements", &all_ours, &all_bare);
    Ok(())
}

async fn postgres(effort: Effort) -> Result<(), Box<dyn Error>> {
    let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
        return Ok(());
    };
    let (ours_there, bare_there) = (cluster.database(), cluster.database());
    let ledger = Ledger::connect(ours_there.url(), None).await?;
    Ledger::connect(bare_there.url(), None).await?.close().await;
    let mut bare = bare::Postgres::connect(bare_there.url()).await?;
    let (mut all_ours, mut all_bare): (Vec<Took>, Vec<Took>) = (Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let batch = Batch::new(round, effort.credits)?;
        bare.announce(&batch).await?;
        all_ours.push(ours::credit(&ledger, &batch, CALLERS).await?);
        all_bare.push(bare.credit(&batch, CALLERS).await?);
    }
    ledger.close().await;
    print(
        "credits on PostgreSQL / bare statements",
        &all_ours,
        &all_bare,
    );
    Ok(())
}

/// Medians of both sides, and of the rounds' ratios.
fn print(name: &str, ours: &[Took], bare: &[Took]) {
    let ratio = median(
        ours.iter()
            .zip(bare)
            .map(|(ours, bare)| ours.rate / bare.rate),
    );
    let words = |side: &[Took]| {
        let rate = median(side.iter().map(|took| took.rate));
        let p99 = median(side.iter().map(|took| took.p99.as_secs_f64() * 1e3));
        format!("{rate:.0}/s, p99 {p99:.1} ms")
    };
    line(name, "at_least", 0.5, ratio, &words(ours), &words(bare));
}

fn line(name: &str, kind: &str, target: f64, ratio: f64, ours: &str, bare: &str) {
    let row = serde_json::json!({
        "name": name, kind: target, "ratio": ratio, "ours": ours, "bare": bare,
    });
    println!("{row}");
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a round took.
struct Took {
    /// Credits a second.
    rate: f64,
    p99: Duration,
}

/// The time that all but one in a hundred kept.
fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default()
}
