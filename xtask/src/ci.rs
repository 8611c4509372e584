//! `cargo xtask ci`: everything that must pass before a commit lands. `cargo xtask test`: the part of it that tests.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use cargo_metadata::MetadataCommand;
use jetpay_testing::{chromium, postgres};

use crate::shell::{Steps, time};
use crate::{conformance, deps, docs, fixtures, outside, package, readme, shell, simulate};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this step
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
    /// Run the planted bugs of turn N. Default: the hash of the commit decides the turn
    #[arg(long, value_name = "N")]
    turn: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Step {
    /// `cargo fmt --check`
    Format,
    /// The rules of `cargo xtask deps`
    Dependencies,
    /// The rules of `cargo xtask fixtures`
    Fixtures,
    /// Generated pages are up to date, and links in the docs lead somewhere
    Docs,
    /// Licences, duplicates and sources of what is below our crates, by `deny.toml`
    Licences,
    /// Clippy without warnings
    Lints,
    /// rustdoc without warnings
    Documentation,
    /// Each crate compiles without the features that other crates turn on
    Alone,
    /// The packages of the SDK pass their tests
    Package,
    /// The README's program builds with the README's dependencies, and its test passes
    Readme,
    /// What is signed does not depend on the features that other crates switch on in `serde_json`
    Features,
    /// All tests
    Tests,
    /// A million random recuts of signed messages: refused, or the same effect
    Recuts,
    /// The conformance checks against the real service, on each store
    Conformance,
    /// Every planted bug compiles, and the simulation catches the bugs of this turn
    PlantedBugs,
}

type Run = fn(&Arguments) -> Result<()>;

/// The steps in their order: quick steps that often fail come first.
const STEPS: [(Step, &str, Run); 15] = [
    (Step::Format, "format", |_| {
        shell::run_cargo(&["fmt", "--all", "--check"])
    }),
    (Step::Dependencies, "dependencies", |_| deps::run()),
    (Step::Fixtures, "fixtures", |_| fixtures::check()),
    (Step::Docs, "docs", |_| docs::check()),
    (Step::Licences, "licences", |_| licences()),
    (Step::Lints, "lints", |_| {
        shell::run_cargo(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
    }),
    (Step::Documentation, "documentation", |_| documentation()),
    (Step::Alone, "alone", |_| each_crate_alone()),
    (Step::Package, "package", |_| package::run()),
    (Step::Readme, "readme", |_| readme::run()),
    (Step::Features, "features", |_| outside::features()),
    (Step::Tests, "tests", |_| tests()),
    (Step::Recuts, "recuts", |_| recuts()),
    (Step::Conformance, "conformance", |_| {
        conformance::run(&conformance::Arguments::default())
    }),
    (Step::PlantedBugs, "planted bugs", |arguments| {
        simulate::run_turn(arguments.turn)
    }),
];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut steps = Steps::default();
    for (step, name, run) in STEPS {
        if arguments.only.is_none_or(|only| only == step) {
            steps.run(name, || run(arguments));
        }
    }
    let done = steps.finish();
    name_what_did_not_run();
    done
}

/// Runs `cargo xtask test`.
pub(crate) fn test() -> Result<()> {
    let mut steps = Steps::default();
    steps.run("fixtures", fixtures::check);
    steps.run("dependencies", deps::run);
    steps.run("tests", tests);
    steps.run("conformance", || {
        conformance::run(&conformance::Arguments::default())
    });
    let done = steps.finish();
    name_what_did_not_run();
    done
}

/// The tests of all crates, and the examples in their documentation.
fn tests() -> Result<()> {
    shell::run_cargo(&["test", "--workspace", "--no-fail-fast"])
}

/// The test of the workspace tries a few thousand. A million take a minute, with an optimised build.
fn recuts() -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["test", "--locked", "--profile", "simulation"])
            .args(["--package", "jetpay-core", "--test", "recuts"])
            .env("JETPAY_RECUTS", "1000000"),
    )
}

/// Without PostgreSQL, Chromium or cargo-deny, what needs them passes without running. The last lines of the output say so.
fn name_what_did_not_run() {
    if let Some(missing) = postgres::missing() {
        eprintln!(
            "\n!!! NOT RUN: the tests and the conformance checks with PostgreSQL. They need {missing}."
        );
    }
    if cargo_deny().is_none() {
        eprintln!(
            "\n!!! NOT RUN: licences and duplicates of dependencies. They need cargo-deny in PATH."
        );
    }
    if chromium().is_none() {
        eprintln!("\n!!! NOT RUN: the report in a browser. It needs chromium in PATH.");
    }
}

/// With this variable, a missing cargo-deny is a failure.
const REQUIRED_DENY: &str = "JETPAY_REQUIRE_CARGO_DENY";

/// `deny.toml` holds for everything below our crates.
fn licences() -> Result<()> {
    if cargo_deny().is_none() {
        if std::env::var_os(REQUIRED_DENY).is_some() {
            bail!("{REQUIRED_DENY} is set, and cargo-deny is not in PATH");
        }
        println!("skipped: cargo-deny is not in PATH");
        return Ok(());
    }
    // Offline, cargo-deny looks at crates of all systems. Advisories need the network.
    outside::fetch()?;
    shell::run_cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"])
}

/// The program cargo-deny, if it is installed.
fn cargo_deny() -> Option<PathBuf> {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

fn documentation() -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["doc", "--locked", "--no-deps", "--workspace"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// In a build of the whole workspace, each crate gets the features that any other crate turns on. This step builds each
/// crate with its own features. The tests of the published ones run alone in the step `package`.
fn each_crate_alone() -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(shell::root())
        .no_deps()
        .exec()
        .context("cargo metadata failed")?;
    for package in metadata.workspace_packages() {
        let begun = Instant::now();
        shell::run_cargo(&["check", "--locked", "--quiet", "--package", &package.name])?;
        println!("✓ {} alone, {}", package.name, time(begun.elapsed()));
    }
    Ok(())
}
