//! `cargo xtask simulate` runs this: some seeds, on all cores, and what they came to.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use jetpay_simulation::{PayoutTally, Plan, Setting, Tally, Violation, simulate, simulate_payouts};

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
    /// Top-ups, payouts, or both
    #[arg(long, value_enum, default_value_t = Worlds::Both)]
    worlds: Worlds,
    /// How many run at a time; one a core unless said otherwise
    #[arg(long)]
    threads: Option<usize>,
}

/// What is simulated.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Worlds {
    Both,
    TopUps,
    Payouts,
}

/// What both worlds came to.
#[derive(Default)]
struct Sum {
    top_ups: Tally,
    payouts: PayoutTally,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let setting = Setting::prepare()?;
    let begun = Instant::now();
    let (sum, violation) = run(&setting, &arguments);
    if let Some(violation) = violation {
        println!("✗ {violation}");
        return Ok(ExitCode::FAILURE);
    }
    tell(&arguments, &sum, begun.elapsed());
    Ok(ExitCode::SUCCESS)
}

/// What the seeds came to, up to the first violation that anybody found.
fn run(setting: &Setting, arguments: &Arguments) -> (Sum, Option<Box<Violation>>) {
    let end = arguments.seed.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.seed);
    let outcome = Mutex::new((Sum::default(), None::<Box<Violation>>));
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
            let result = both(setting, plan, arguments.worlds);
            let mut outcome = outcome.lock().expect("nobody panicked");
            match result {
                Ok(sum) => {
                    outcome.0.top_ups += sum.top_ups;
                    outcome.0.payouts += sum.payouts;
                }
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

fn both(setting: &Setting, plan: Plan, worlds: Worlds) -> Result<Sum, Box<Violation>> {
    let mut sum = Sum::default();
    if worlds != Worlds::Payouts {
        sum.top_ups = simulate(setting, plan)?;
    }
    if worlds != Worlds::TopUps {
        sum.payouts = simulate_payouts(setting, plan)?;
    }
    Ok(sum)
}

fn tell(arguments: &Arguments, sum: &Sum, took: Duration) {
    row("seeds", arguments.seeds);
    if arguments.worlds != Worlds::Payouts {
        println!("top-ups");
        for (name, count) in top_ups(&sum.top_ups) {
            row(name, count);
        }
        println!("{:<28}{:>12}", "hash", format!("{:016x}", sum.top_ups.hash));
    }
    if arguments.worlds != Worlds::TopUps {
        println!("payouts");
        for (name, count) in payouts(&sum.payouts) {
            row(name, count);
        }
        println!("{:<28}{:>12}", "hash", format!("{:016x}", sum.payouts.hash));
    }
    let messages = u128::from(sum.top_ups.deliveries + sum.payouts.messages());
    let minute = messages * 60_000 / took.as_millis().max(1);
    println!("{:<28}{minute:>12}", "messages a minute");
    println!("✓ every invariant held after every step; {took:.1?}");
}

fn row(name: &str, count: u64) {
    println!("{name:<28}{count:>12}");
}

fn top_ups(tally: &Tally) -> [(&'static str, u64); 16] {
    [
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
    ]
}

fn payouts(tally: &PayoutTally) -> [(&'static str, u64); 27] {
    [
        ("asked for by the merchant", tally.asked),
        ("answered 503", tally.unavailable),
        ("refused: key of another", tally.conflicts),
        ("refused: balance", tally.refused),
        ("payouts", tally.payouts),
        ("sends", tally.sends),
        ("of them again", tally.resends),
        ("overtaken on the way", tally.overtaken),
        ("questions for a status", tally.questions),
        ("callbacks", tally.callbacks),
        ("of them odd", tally.odd),
        ("lost on the way", tally.lost),
        ("virtual days", tally.days),
        ("steps of the store", tally.steps),
        ("with failing commits", tally.refusals),
        ("in which it ended", tally.store_crashes),
        ("crashes of a server", tally.crashes),
        ("errands cut off", tally.cut_off),
        ("servers that stood still", tally.stalls),
        ("errands left, too late", tally.too_late),
        ("ended by a person", tally.settled),
        ("paid", tally.paid),
        ("reversed", tally.reversed),
        ("released", tally.released),
        ("paid after a release", tally.reserved_again),
        ("open in the end", tally.open),
        ("of which nobody told the end", tally.untold),
    ]
}
