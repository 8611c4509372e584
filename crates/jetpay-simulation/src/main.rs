//! The binary behind `cargo xtask simulate`: runs seeds on all cores and prints their totals.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use jetpay_simulation::{PayoutTally, Plan, Setup, Tally, Violation, simulate, simulate_payouts};

#[derive(Parser)]
#[command(
    name = "jetpay-simulation",
    about = "Runs seeds of the simulation and checks every step"
)]
struct Arguments {
    /// Number of seeds
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// First seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of days on which top-ups begin; their callbacks may arrive up to 47 days later
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// What to simulate
    #[arg(long, value_enum, default_value_t = Flow::Both)]
    flow: Flow,
    /// Number of seeds that run at the same time [default: one per core]
    #[arg(long)]
    threads: Option<usize>,
}

/// What is simulated.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Flow {
    Both,
    TopUps,
    Payouts,
}

/// The totals of both simulations.
#[derive(Default)]
struct Totals {
    top_ups: Tally,
    payouts: PayoutTally,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let setup = Setup::prepare()?;
    let begun = Instant::now();
    let (totals, violation) = run(&setup, &arguments);
    if let Some(violation) = violation {
        println!("✗ {violation}");
        return Ok(ExitCode::FAILURE);
    }
    print(&arguments, &totals, begun.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// Runs the seeds. Returns their totals and, if there is one, the violation of the lowest seed that was found.
fn run(setup: &Setup, arguments: &Arguments) -> (Totals, Option<Box<Violation>>) {
    let end = arguments.seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.seed);
    let outcome = Mutex::new((Totals::default(), None::<Box<Violation>>));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Relaxed);
            if seed >= end {
                return;
            }
            let plan = Plan {
                seed,
                days: arguments.days,
            };
            let result = simulate_flows(setup, plan, arguments.flow);
            let mut outcome = outcome.lock().expect("no thread panicked");
            match result {
                Ok(totals) => {
                    outcome.0.top_ups += totals.top_ups;
                    outcome.0.payouts += totals.payouts;
                }
                Err(found) => {
                    // The remaining seeds need not run.
                    next.store(end, Relaxed);
                    let lower = |first: &Violation| first.seed < found.seed;
                    if !outcome.1.as_deref().is_some_and(lower) {
                        outcome.1 = Some(found);
                    }
                }
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.unwrap_or(cores) {
            scope.spawn(work);
        }
    });
    outcome.into_inner().expect("no thread panicked")
}

fn simulate_flows(setup: &Setup, plan: Plan, flow: Flow) -> Result<Totals, Box<Violation>> {
    let mut totals = Totals::default();
    if flow != Flow::Payouts {
        totals.top_ups = simulate(setup, plan)?;
    }
    if flow != Flow::TopUps {
        totals.payouts = simulate_payouts(setup, plan)?;
    }
    Ok(totals)
}

fn print(arguments: &Arguments, totals: &Totals, took: Duration) {
    row("seeds", arguments.seeds);
    if arguments.flow != Flow::Payouts {
        println!("top-ups");
        for (name, count) in top_up_rows(&totals.top_ups) {
            row(name, count);
        }
        println!(
            "{:<28}{:>12}",
            "hash",
            format!("{:016x}", totals.top_ups.hash)
        );
    }
    if arguments.flow != Flow::TopUps {
        println!("payouts");
        for (name, count) in payout_rows(&totals.payouts) {
            row(name, count);
        }
        println!(
            "{:<28}{:>12}",
            "hash",
            format!("{:016x}", totals.payouts.hash)
        );
    }
    let messages = u128::from(totals.top_ups.deliveries + totals.payouts.messages());
    let minute = messages * 60_000 / took.as_millis().max(1);
    println!("{:<28}{minute:>12}", "messages a minute");
    println!("✓ every invariant held after every step; {took:.1?}");
}

fn row(name: &str, count: u64) {
    println!("{name:<28}{count:>12}");
}

fn top_up_rows(tally: &Tally) -> [(&'static str, u64); 16] {
    [
        ("deliveries", tally.deliveries),
        ("callbacks among them", tally.callbacks),
        ("acknowledged", tally.acknowledged),
        ("answered 503", tally.unavailable),
        ("interrupted by a crash", tally.interrupted),
        ("lost", tally.lost),
        ("virtual days", tally.days),
        ("steps of the store", tally.steps),
        ("with failed commits", tally.failed_commits),
        ("crashes", tally.crashes),
        ("outages of ten days", tally.outages),
        ("payments", tally.payments),
        ("notifications", tally.notifications),
        ("given up by the platform", tally.given_up),
        ("credits", tally.credits),
        ("entries", tally.entries),
    ]
}

fn payout_rows(tally: &PayoutTally) -> [(&'static str, u64); 27] {
    [
        ("requests of the merchant", tally.requests),
        ("answered 503", tally.unavailable),
        ("refused: key in use", tally.conflicts),
        ("refused: balance too small", tally.refused),
        ("payouts", tally.payouts),
        ("sends", tally.sends),
        ("repeated sends", tally.resends),
        ("overtaken sends", tally.overtaken),
        ("status queries", tally.status_queries),
        ("callbacks", tally.callbacks),
        ("mismatched callbacks", tally.mismatched),
        ("lost", tally.lost),
        ("virtual days", tally.days),
        ("steps of the store", tally.steps),
        ("with failed commits", tally.failed_commits),
        ("crashes of the store", tally.store_crashes),
        ("crashes of servers", tally.crashes),
        ("actions interrupted", tally.interrupted),
        ("stalls of servers", tally.stalls),
        ("actions left, lease ended", tally.too_late),
        ("resolved by an operator", tally.resolved),
        ("paid", tally.paid),
        ("reversed", tally.reversed),
        ("released", tally.released),
        ("paid after a release", tally.reserved_again),
        ("open at the end", tally.open),
        ("last callback not delivered", tally.unreported),
    ]
}
