//! The commands for contributors. `cargo xtask --help` lists them.
//!
//! This is a Rust program, not a set of shell scripts. It runs wherever cargo runs, and the compiler checks it.

mod bench;
mod ci;
mod conformance;
mod crash;
mod deps;
mod docs;
mod files;
mod fixtures;
mod fuzz;
mod once;
mod outside;
mod package;
mod readme;
mod release;
mod service;
mod shell;
mod simulate;
mod stores;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Tests, checks and measures this workspace"
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run all tests: the fixtures, the dependency rules, the tests of all crates, the conformance checks
    Test,
    /// Run everything that must pass before a commit lands: format, docs, licences, lints, documentation, the program of the
    /// README, tests, planted bugs
    Ci(ci::Arguments),
    /// Run what must pass before a release, besides `ci`: each crate alone, the packages of the SDK, a million recuts,
    /// `release`
    ReleaseCheck(ci::Arguments),
    /// Build the binaries that are shipped and the Debian package, and try them on this machine
    Release,
    /// Start the real service and run all conformance checks against it, on each store
    Conformance(conformance::Arguments),
    /// Kill the real service again and again under load, and check that nothing is lost or credited twice
    Crash(crash::Arguments),
    /// Check which crate depends on what, that the core reads no clock and does no I/O, and that no crate is built twice
    Deps,
    /// Write the pages of docs/ that are generated from the code, and check the links of all pages
    Docs(docs::Arguments),
    /// Check that every example of the platform's documents is a fixture with a correct row in its manifest; or sign a
    /// new fixture
    Fixtures(fixtures::Arguments),
    /// Search for input that breaks a property. Needs cargo-fuzz and a nightly toolchain
    Fuzz(fuzz::Arguments),
    /// Measure the speed targets. Each figure is a ratio of two measurements from the same run
    Bench(bench::Arguments),
    /// Run the simulation: the service under a virtual clock with repeats, losses, crashes and outages; or plant bugs in
    /// a copy of the sources and prove that the simulation catches them
    Simulate(simulate::Arguments),
    /// Serve the bare handler that `bench` compares the service with
    #[command(hide = true)]
    BenchBareServer(bench::BareArguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test => test::run(),
        Task::Ci(arguments) => ci::run(&arguments, false),
        Task::ReleaseCheck(arguments) => ci::run(&arguments, true),
        Task::Release => release::run(),
        Task::Conformance(arguments) => conformance::run(&arguments),
        Task::Crash(arguments) => crash::run(&arguments),
        Task::Deps => deps::run().and_then(|()| once::run()),
        Task::Docs(arguments) => docs::run(&arguments),
        Task::Fixtures(arguments) => fixtures::run(&arguments),
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
