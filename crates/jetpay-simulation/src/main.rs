//! The binary behind `cargo xtask simulate`: runs seeds on all cores and prints their totals.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use jetpay_simulation::{Plan, Setup, Tally, Violation, simulate, simulate_payouts};

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

/// Simulates a seed.
type Simulate = fn(&Setup, Plan) -> Result<Tally, Box<Violation>>;

/// The simulations of a flow, each with its name in the report.
fn simulations(flow: Flow) -> Vec<(&'static str, Simulate)> {
    let (top_ups, payouts) = (
        ("top-ups", simulate as Simulate),
        ("payouts", simulate_payouts as Simulate),
    );
    match flow {
        Flow::Both => vec![top_ups, payouts],
        Flow::TopUps => vec![top_ups],
        Flow::Payouts => vec![payouts],
    }
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

/// Runs the seeds. Returns the totals of each simulation and, if there is one, the violation of the lowest seed that was
/// found.
fn run(setup: &Setup, arguments: &Arguments) -> (Vec<Tally>, Option<Box<Violation>>) {
    let simulations = simulations(arguments.flow);
    let end = arguments.seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.seed);
    let outcome = Mutex::new((
        vec![Tally::default(); simulations.len()],
        None::<Box<Violation>>,
    ));
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
            for (index, (_, simulate)) in simulations.iter().enumerate() {
                let result = simulate(setup, plan);
                let mut outcome = outcome.lock().expect("no thread panicked");
                match result {
                    Ok(tally) => outcome.0[index] += tally,
                    Err(found) => {
                        // The remaining seeds need not run.
                        next.store(end, Relaxed);
                        let lower = |first: &Violation| first.seed < found.seed;
                        if !outcome.1.as_deref().is_some_and(lower) {
                            outcome.1 = Some(found);
                        }
                        break;
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

/// Prints what was counted. What never happened has no row.
fn print(arguments: &Arguments, totals: &[Tally], took: Duration) {
    row("seeds", arguments.seeds);
    let mut messages = 0;
    for ((name, _), tally) in simulations(arguments.flow).iter().zip(totals) {
        println!("{name}");
        for (count, times) in tally.counted() {
            row(count.as_str(), times);
        }
        row("hash", format!("{:016x}", tally.hash));
        messages += u128::from(tally.messages());
    }
    row(
        "messages a minute",
        messages * 60_000 / took.as_millis().max(1),
    );
    println!("✓ every invariant held after every step; {took:.1?}");
}

fn row(name: &str, value: impl std::fmt::Display) {
    println!("{name:<28}{value:>16}");
}
