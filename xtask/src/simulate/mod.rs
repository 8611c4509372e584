//! `cargo xtask simulate`: runs seeds of the simulation, or plants bugs in a copy of the sources and proves that the
//! simulation catches them.

mod copy;
mod planted;

use std::fmt::{self, Write as _};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, anyhow, bail, ensure};

use crate::shell::{self, time};
use copy::{Built, Copy};
use planted::{Planted, guilty, patch, planted, rounds};

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
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.mutants {
        return run_all(arguments.only.as_deref().unwrap_or_default());
    }
    let number = |number: u64| number.to_string();
    shell::run_cargo(&[
        "run",
        "--quiet",
        "--profile",
        "simulation",
        "--package",
        "jetpay-simulation",
        "--",
        "--seeds",
        &number(arguments.seeds),
        "--seed",
        &number(arguments.seed),
        "--days",
        &number(arguments.days.into()),
        "--flow",
        &arguments.flow,
    ])
}

/// The simulation must catch a bug within this many seeds.
const SEEDS: &str = "100";

/// The number of bugs that CI runs at each turn.
const AT_A_TURN: usize = 2;

type Bugs = Vec<&'static Planted>;

/// Plants, builds and runs every bug whose name contains these words.
fn run_all(only: &str) -> Result<()> {
    let mut copy = Copy::make("simulation")?;
    expect_built(copy.cargo("build")?)?;
    if let Some(printed) = copy.simulate(SEEDS)? {
        bail!("without a planted bug, the simulation fails:\n{printed}");
    }
    let bugs: Bugs = planted().filter(|bug| bug.name.contains(only)).collect();
    let results = run_each(&mut copy, &bugs)?;
    finish(bugs.len(), &results)
}

/// Proves that every bug can be planted and built, and runs a few of them. The turn says which.
pub(crate) fn run_turn(turn: Option<u64>) -> Result<()> {
    let turn = turn.unwrap_or_else(turn_of_this_commit);
    let all: Bugs = planted().collect();
    let mut copy = Copy::make("dev")?;
    expect_built(copy.cargo("check")?)?;
    let begun = Instant::now();
    let mut results = all_build(&mut copy, &all)?;
    let failed: Vec<&str> = results.iter().map(|(name, _)| *name).collect();
    let took = time(begun.elapsed());
    println!(
        "{} of {} planted bugs build ({took})",
        all.len() - failed.len(),
        all.len()
    );
    println!("turn {turn}; to repeat it: cargo xtask ci --only planted-bugs --turn {turn}");
    let mut chosen = at_turn(&all, turn);
    chosen.retain(|bug| !failed.contains(&bug.name));
    results.extend(run_each(&mut copy, &chosen)?);
    finish(failed.len() + chosen.len(), &results)
}

/// A number that differs from commit to commit, also in a clone without history.
fn turn_of_this_commit() -> u64 {
    let output = Command::new("git")
        .current_dir(shell::root())
        .args(["rev-parse", "--short=8", "HEAD"])
        .output();
    let hash = output.map(|output| output.stdout).unwrap_or_default();
    let hash = String::from_utf8_lossy(&hash);
    u64::from_str_radix(hash.trim(), 16).unwrap_or_default()
}

/// The bugs of a turn. Consecutive turns run all bugs, [`AT_A_TURN`] at a time.
fn at_turn(bugs: &[&'static Planted], turn: u64) -> Bugs {
    let turns = bugs.len().div_ceil(AT_A_TURN).max(1) as u64;
    let turn = usize::try_from(turn % turns).unwrap_or_default();
    let first = turn * AT_A_TURN;
    bugs.iter().skip(first).take(AT_A_TURN).copied().collect()
}

fn expect_built(built: Built) -> Result<()> {
    built.map_err(|why| anyhow!("the copy does not build without a bug:\n{why}"))
}

type Results = Vec<(&'static str, Outcome)>;

/// Checks that each bug can be planted and compiled. Bugs that change different texts are compiled together, so a few
/// checks are enough. Returns the bugs that fail.
fn all_build(copy: &mut Copy, bugs: &[&'static Planted]) -> Result<Results> {
    let mut failed = Vec::new();
    let mut good = Vec::new();
    for bug in bugs {
        match patch(&[bug], &|file| copy.read(file)) {
            Ok(_) => good.push(*bug),
            Err(why) => failed.push((bug.name, Outcome::NotBuilt(format!("{why:#}")))),
        }
    }
    for round in rounds(&good, &|file| copy.read(file)) {
        let check = &mut |bugs: &[&'static Planted]| {
            copy.plant(bugs)?;
            copy.cargo("check")
        };
        let guilty = guilty(&round, check)?;
        failed.extend(
            guilty
                .into_iter()
                .map(|(name, why)| (name, Outcome::NotBuilt(why))),
        );
    }
    copy.restore()?;
    for (name, outcome) in &failed {
        println!("✗ {name}: {outcome}");
    }
    Ok(failed)
}

/// Plants, builds and runs one bug after the other. One that fails does not stop the rest.
fn run_each(copy: &mut Copy, bugs: &[&'static Planted]) -> Result<Results> {
    let mut results = Vec::new();
    for bug in bugs {
        let begun = Instant::now();
        let outcome = outcome(copy, bug)?;
        let took = time(begun.elapsed());
        println!("{} {}: {outcome} ({took})", outcome.mark(), bug.name);
        results.push((bug.name, outcome));
    }
    copy.restore()?;
    Ok(results)
}

fn outcome(copy: &mut Copy, bug: &'static Planted) -> Result<Outcome> {
    if let Err(why) = copy.plant(&[bug]) {
        return Ok(Outcome::NotBuilt(format!("{why:#}")));
    }
    if let Err(why) = copy.cargo("build")? {
        return Ok(Outcome::NotBuilt(why));
    }
    let printed = copy.simulate(SEEDS)?.unwrap_or_default();
    Ok(match violation(&printed) {
        None => Outcome::NotCaught,
        Some((invariant, seed)) => Outcome::Caught {
            invariant: invariant.to_owned(),
            seed: seed.to_owned(),
        },
    })
}

/// What happened to a planted bug.
enum Outcome {
    Caught {
        invariant: String,
        seed: String,
    },
    NotCaught,
    /// Its text is not in the source, or the simulation does not compile with it.
    NotBuilt(String),
}

impl Outcome {
    const fn mark(&self) -> char {
        match self {
            Self::Caught { .. } => '✓',
            Self::NotCaught | Self::NotBuilt(_) => '✗',
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caught { invariant, seed } => write!(f, "caught by \"{invariant}\", {seed}"),
            Self::NotCaught => write!(f, "not caught within {SEEDS} seeds"),
            Self::NotBuilt(why) => write!(f, "cannot be planted: {why}"),
        }
    }
}

/// Repeats the failures, and ends with one line of figures.
fn finish(planted: usize, results: &[(&str, Outcome)]) -> Result<()> {
    let (mut caught, mut missed, mut broken) = (0, 0, 0);
    for (name, outcome) in results {
        match outcome {
            Outcome::Caught { .. } => {
                caught += 1;
                continue;
            }
            Outcome::NotCaught => missed += 1,
            Outcome::NotBuilt(_) => broken += 1,
        }
        eprintln!("✗ {name}: {outcome}");
    }
    let mut line = format!("{planted} planted bugs: {caught} caught");
    if missed > 0 {
        let _ = write!(line, ", {missed} not caught");
    }
    if broken > 0 {
        let _ = write!(line, ", {broken} not built");
    }
    ensure!(caught == planted, line);
    println!("✓ {line}");
    Ok(())
}

/// The invariant and the seed of a violation.
fn violation(printed: &str) -> Option<(&str, &str)> {
    let (_, rest) = printed.split_once("violated: ")?;
    let (invariant, rest) = rest.split_once('\n')?;
    let (seed, _) = rest.trim_start().split_once(',')?;
    Some((invariant, seed))
}

#[cfg(test)]
mod tests {
    use super::{AT_A_TURN, Outcome, at_turn, finish, planted, violation};
    use std::collections::BTreeSet;

    #[test]
    fn violation_tells_its_invariant_and_its_seed() {
        let printed = "✗ violated: nothing goes back\n  seed 7, step 3: it is gone\n";
        assert_eq!(violation(printed), Some(("nothing goes back", "seed 7")));
        assert_eq!(violation("✓ every invariant held"), None);
    }

    #[test]
    fn every_bug_has_its_turn() {
        let bugs: Vec<_> = planted().collect();
        let turns = bugs.len().div_ceil(AT_A_TURN) as u64;
        let run: BTreeSet<&str> = (1000..1000 + turns)
            .flat_map(|turn| at_turn(&bugs, turn))
            .map(|bug| bug.name)
            .collect();
        assert_eq!(run.len(), bugs.len());
    }

    #[test]
    fn run_fails_when_a_bug_is_not_caught_or_not_built() {
        let caught = || Outcome::Caught {
            invariant: String::new(),
            seed: String::new(),
        };
        assert!(finish(2, &[("a", caught()), ("b", caught())]).is_ok());
        let error = finish(
            3,
            &[
                ("a", caught()),
                ("b", Outcome::NotCaught),
                ("c", Outcome::NotBuilt(String::new())),
            ],
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "3 planted bugs: 1 caught, 1 not caught, 1 not built"
        );
    }
}
