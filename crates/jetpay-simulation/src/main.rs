//! `cargo xtask simulate` runs this: some seeds, on all cores, and what they came to.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use clap::Parser;
use jetpay_simulation::{Plan, Setting, Tally, Violation, simulate};

#[derive(Parser)]
#[command(
    name = "jetpay-simulation",
    about = "Runs seeds, and checks every step of them"
)]
struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On so many days top-ups begin; what follows of them may take 47 more
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// How many run at a time; one a core unless said otherwise
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let setting = Setting::prepare()?;
    let begun = Instant::now();
    let (tally, violation) = run(&setting, &arguments);
    if let Some(violation) = violation {
        println!("✗ {violation}");
        return Ok(ExitCode::FAILURE);
    }
    tell(&arguments, &tally, begun.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// What the seeds came to, up to the first violation that anybody found.
fn run(setting: &Setting, arguments: &Arguments) -> (Tally, Option<Box<Violation>>) {
    let end = arguments.seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.seed);
    let outcome = Mutex::new((Tally::default(), None::<Box<Violation>>));
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
            let result = simulate(setting, plan);
            let mut outcome = outcome.lock().expect("nobody panicked");
            match result {
                Ok(tally) => outcome.0 += tally,
                Err(found) => {
                    // The rest of the seeds need not run.
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
    outcome.into_inner().expect("nobody panicked")
}

fn tell(arguments: &Arguments, tally: &Tally, took: Duration) {
    let minute = u128::from(tally.deliveries) * 60_000 / took.as_millis().max(1);
    let rows = [
        ("seeds", arguments.seeds),
        ("deliveries", tally.deliveries),
        ("of them callbacks", tally.callbacks),
        ("acknowledged", tally.acknowledged),
        ("answered 503", tally.unavailable),
        ("cut off by a crash", tally.cut_off),
        ("lost on the way", tally.lost),
        ("virtual days", tally.days),
        ("steps of the store", tally.steps),
        ("with failing commits", tally.refusals),
        ("crashes", tally.crashes),
        ("outages of ten days", tally.outages),
        ("payments", tally.payments),
        ("facts", tally.facts),
        ("given up by the platform", tally.given_up),
        ("credits", tally.credits),
        ("entries", tally.entries),
    ];
    for (name, count) in rows {
        println!("{name:<26}{count:>12}");
    }
    println!("{:<26}{minute:>12}", "deliveries a minute");
    println!("{:<26}{:>12}", "hash", format!("{:016x}", tally.hash));
    println!("✓ every invariant held after every step; {took:.1?}");
}
