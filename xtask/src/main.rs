//! What a contributor runs; `cargo xtask --help` lists it.
//!
//! A Rust program and not shell, so that it runs wherever cargo does and is checked like everything else.

mod bench;
mod ci;
mod conformance;
mod crash;
mod deps;
mod docs;
mod fixtures;
mod fuzz;
mod shell;
mod simulate;
mod steps;
mod stores;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Tests, checks and measurements of this workspace"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that can run here: the tests of all crates, the fixtures, the dependency rules
    Test,
    /// What must hold before a commit lands: format, lints, documentation, each crate alone, test, conformance
    Ci(ci::Arguments),
    /// Drives every documented exchange of every method over HTTP, then the bad-input table
    Conformance(conformance::Arguments),
    /// Kills the real service again and again under load: nothing acknowledged is lost, nothing credited twice
    Crash(crash::Arguments),
    /// Which crate may depend on what
    Deps,
    /// Writes the pages that are made of what is in the code
    Docs(docs::Arguments),
    /// Whether every example of the documents is a file, with a row that is true
    Fixtures,
    /// Looks for bytes with which a property does not hold; needs cargo-fuzz and a nightly toolchain
    Fuzz(fuzz::Arguments),
    /// Measures the speed targets; every figure is a ratio taken in one run
    Bench(bench::Arguments),
    /// Runs the service under a virtual clock, through repeats, losses, crashes and outages, and checks every step
    Simulate(simulate::Arguments),
    /// The handler that `bench` compares the service with
    #[command(hide = true)]
    BenchBareServer(bench::BareArguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test => test::run(),
        Task::Ci(arguments) => ci::run(&arguments),
        Task::Conformance(arguments) => conformance::run(&arguments),
        Task::Crash(arguments) => crash::run(&arguments),
        Task::Deps => deps::run(),
        Task::Docs(arguments) => docs::run(&arguments),
        Task::Fixtures => fixtures::run(),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Simulate(arguments) => simulate::run(&arguments),
        Task::BenchBareServer(arguments) => bench::serve_bare(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
