//! `cargo xtask simulate`: runs seeds of the simulation, or plants bugs in a copy of the sources and proves that the
//! simulation catches them.

mod planted;

use std::time::Instant;

use anyhow::{Result, anyhow, bail, ensure};

use crate::shell::{self, time};
use planted::{Copy, Planted, number_of_this_commit, planted};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run this many seeds
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Top-ups begin on this many days; what follows them may take 47 days more
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Simulate top-ups, payouts, or both
    #[arg(long, default_value = "both")]
    flow: String,
    /// Plant bugs in a copy of the sources, one after the other. The simulation must catch each of them
    #[arg(long)]
    mutants: bool,
    /// Plant only the bugs whose name contains these words
    #[arg(long, value_name = "WORDS", requires = "mutants")]
    only: Option<String>,
    /// Build nothing: say which bugs can no longer be planted, because the sources changed
    #[arg(long, requires = "mutants")]
    check_only: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.mutants {
        let mut bugs = planted()?;
        let only = arguments.only.as_deref().unwrap_or_default();
        bugs.retain(|bug| bug.name.contains(only));
        let bugs: Vec<&Planted> = bugs.iter().collect();
        return if arguments.check_only {
            finish("can be planted", &check(&bugs))
        } else {
            run_all(&bugs)
        };
    }
    let Arguments {
        seeds,
        seed,
        days,
        flow,
        ..
    } = arguments;
    let run = "run --quiet --profile simulation --package jetpay-simulation --";
    shell::run_cargo(&format!(
        "{run} --seeds {seeds} --seed {seed} --days {days} --flow {flow}"
    ))
}

/// The simulation must catch a bug within this many seeds.
const SEEDS: &str = "100";

/// The number of bugs that CI runs at each turn.
const AT_A_TURN: usize = 2;

/// The name of a bug, and what happened to it. The error says why it counts as a failure.
type Outcome = (String, Result<String, String>);

/// Whether each patch applies.
fn check(bugs: &[&Planted]) -> Vec<Outcome> {
    let check = |bug: &&Planted| {
        let applies = bug.still_applies().map_err(|why| cannot_be_planted(&why));
        outcome(bug, applies.map(|()| "can be planted".to_owned()))
    };
    bugs.iter().map(check).collect()
}

/// Plants, builds and runs every bug.
fn run_all(bugs: &[&Planted]) -> Result<()> {
    let copy = Copy::make("simulation")?;
    copy.cargo("build")?
        .map_err(|why| not_without_a_bug(&why))?;
    if let Some(printed) = copy.simulate(SEEDS)? {
        bail!("without a planted bug, the simulation fails:\n{printed}");
    }
    finish("caught", &run_each(&copy, bugs)?)
}

/// Proves that every bug can be planted and built, and runs a few of them. The turn says which.
pub(crate) fn run_turn(turn: Option<u64>) -> Result<()> {
    let turn = turn.unwrap_or_else(number_of_this_commit);
    let all = planted()?;
    let copy = Copy::make("dev")?;
    copy.cargo("check")?
        .map_err(|why| not_without_a_bug(&why))?;
    let begun = Instant::now();
    let mut outcomes = all_build(&copy, &all)?;
    let (built, took) = (all.len() - outcomes.len(), time(begun.elapsed()));
    println!("{built} of {} planted bugs build ({took})", all.len());
    println!("turn {turn}; to repeat it: cargo xtask ci --only planted-bugs --turn {turn}");
    let mut chosen = at_turn(&all, turn);
    chosen.retain(|bug| outcomes.iter().all(|(failed, _)| *failed != bug.name));
    outcomes.extend(run_each(&copy, &chosen)?);
    finish("caught", &outcomes)
}

/// The bugs of a turn. Consecutive turns run all bugs, [`AT_A_TURN`] at a time.
fn at_turn(bugs: &[Planted], turn: u64) -> Vec<&Planted> {
    let turns = bugs.len().div_ceil(AT_A_TURN).max(1) as u64;
    let turn = usize::try_from(turn % turns).unwrap_or_default();
    bugs.iter().skip(turn * AT_A_TURN).take(AT_A_TURN).collect()
}

fn not_without_a_bug(why: &str) -> anyhow::Error {
    anyhow!("the copy does not build without a bug:\n{why}")
}

fn cannot_be_planted(why: &str) -> String {
    format!("cannot be planted: {why}")
}

/// Checks that each bug can be planted and compiled. Bugs that change different lines are compiled together, so a few
/// checks are enough; if one fails, each of its bugs is compiled alone. Returns the bugs that fail.
fn all_build(copy: &Copy, bugs: &[Planted]) -> Result<Vec<Outcome>> {
    let mut failed = Vec::new();
    let mut left: Vec<&Planted> = bugs.iter().collect();
    while !left.is_empty() {
        copy.restore()?;
        let (mut together, mut later) = (Vec::new(), Vec::new());
        for bug in left {
            match copy.plant(bug) {
                Ok(()) => together.push(bug),
                Err(why) if together.is_empty() => {
                    failed.push(outcome(bug, Err(cannot_be_planted(&why))));
                }
                Err(_) => later.push(bug),
            }
        }
        if copy.cargo("check")?.is_err() {
            for bug in together {
                copy.restore()?;
                let planted = copy.plant(bug).map_err(|why| cannot_be_planted(&why));
                if let Err(why) = planted.and(copy.cargo("check")?) {
                    failed.push(outcome(bug, Err(why)));
                }
            }
        }
        left = later;
    }
    copy.restore()?;
    Ok(failed)
}

/// Plants, builds and runs one bug after the other. One that fails does not stop the rest.
fn run_each(copy: &Copy, bugs: &[&Planted]) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for bug in bugs {
        let begun = Instant::now();
        copy.restore()?;
        let built = match copy.plant(bug).map_err(|why| cannot_be_planted(&why)) {
            Ok(()) => copy.cargo("build")?,
            Err(why) => Err(why),
        };
        let caught = match built {
            Ok(()) => caught(&copy.simulate(SEEDS)?.unwrap_or_default()),
            Err(why) => Err(why),
        };
        let took = time(begun.elapsed());
        outcomes.push(outcome(bug, caught.map(|by| format!("{by} ({took})"))));
    }
    copy.restore()?;
    Ok(outcomes)
}

/// What the simulation says of a planted bug: by which invariant and which seed it is caught.
fn caught(printed: &str) -> Result<String, String> {
    let violation = || {
        let (_, rest) = printed.split_once("violated: ")?;
        let (invariant, rest) = rest.split_once('\n')?;
        let (seed, _) = rest.trim_start().split_once(',')?;
        Some(format!("caught by \"{invariant}\", {seed}"))
    };
    violation().ok_or_else(|| format!("not caught within {SEEDS} seeds"))
}

/// Prints what happened to a bug.
fn outcome(bug: &Planted, happened: Result<String, String>) -> Outcome {
    match &happened {
        Ok(good) => println!("✓ {}: {good}", bug.name),
        Err(bad) => println!("✗ {}: {bad}", bug.name),
    }
    (bug.name.clone(), happened)
}

/// Repeats the failures, and ends with one line of figures.
fn finish(what: &str, outcomes: &[Outcome]) -> Result<()> {
    let mut failed = 0;
    for (name, happened) in outcomes {
        if let Err(why) = happened {
            failed += 1;
            eprintln!("✗ {name}: {why}");
        }
    }
    let all = outcomes.len();
    let line = format!("{all} planted bugs: {} {what}", all - failed);
    ensure!(failed == 0, "{line}, {failed} not");
    println!("✓ {line}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{AT_A_TURN, at_turn, caught, finish, planted};
    use std::collections::BTreeSet;

    #[test]
    fn violation_tells_its_invariant_and_its_seed() {
        let printed = "✗ violated: nothing goes back\n  seed 7, step 3: it is gone\n";
        let by = "caught by \"nothing goes back\", seed 7";
        assert_eq!(caught(printed), Ok(by.to_owned()));
        assert!(caught("✓ every invariant held").is_err());
    }

    #[test]
    fn every_bug_has_its_turn() {
        let bugs = planted().unwrap();
        let turns = bugs.len().div_ceil(AT_A_TURN) as u64;
        let run: BTreeSet<&str> = (1000..1000 + turns)
            .flat_map(|turn| at_turn(&bugs, turn))
            .map(|bug| bug.name.as_str())
            .collect();
        assert_eq!(run.len(), bugs.len());
    }

    #[test]
    fn run_fails_when_a_bug_is_not_caught_or_not_built() {
        let good = || ("a".to_owned(), Ok(String::new()));
        let bad = || ("b".to_owned(), Err(String::new()));
        assert!(finish("caught", &[good(), good()]).is_ok());
        let error = finish("caught", &[good(), bad(), bad()]).unwrap_err();
        assert_eq!(error.to_string(), "3 planted bugs: 1 caught, 2 not");
    }
}
