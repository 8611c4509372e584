//! `cargo xtask simulate`: seeds of the simulation, or the proof that it finds what it should.

mod copy;
mod mutants;
mod planted;

use anyhow::Result;
pub(crate) use mutants::run_turn;

use crate::shell;

#[derive(clap::Args)]
pub(crate) struct Arguments {
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
    #[arg(long, default_value = "both")]
    flow: String,
    /// Plants bugs in a copy of the ledger, one after the other: each must be caught
    #[arg(long)]
    mutants: bool,
    /// Only the bugs whose name has these words
    #[arg(long, value_name = "WORDS", requires = "mutants")]
    only: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.mutants {
        return mutants::run_all(arguments.only.as_deref().unwrap_or_default());
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
