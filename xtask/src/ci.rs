//! `cargo xtask ci`: everything that must pass before a commit lands. `cargo xtask release-check`: what takes too long for
//! every commit, and must pass before a release.

use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;
use jetpay_testing::program;

use crate::shell::{Steps, time};
use crate::{docs, outside, package, readme, release, shell, simulate};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this step
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
    /// Run the planted bugs of turn N. Default: the hash of the commit decides the turn
    #[arg(long, value_name = "N")]
    turn: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, ValueEnum)]
enum Step {
    /// `cargo fmt --check`
    Format,
    /// Generated pages are up to date, and links in the docs lead somewhere
    Docs,
    /// Licences, duplicates and sources of what is below our crates, by `deny.toml`
    Licences,
    /// Clippy without warnings
    Lints,
    /// rustdoc without warnings
    Documentation,
    /// The README's program builds with the README's dependencies, and its test passes
    Readme,
    /// What is signed does not depend on the features that other crates switch on in `serde_json`
    Features,
    /// All tests: the README's second command
    Test,
    /// 200 000 random recuts of signed messages: refused, or the same effect
    Recuts,
    /// Every planted bug compiles, and the simulation catches the bugs of this turn
    PlantedBugs,
    /// Before a release: each crate compiles without the features that other crates turn on
    Alone,
    /// Before a release: the packages of the SDK pass their tests
    Package,
    /// Before a release: a million random recuts
    MillionRecuts,
    /// Before a release: the Debian package is built, installed, started and removed
    Release,
}

impl Step {
    /// Whether a release needs it and a commit does not.
    fn is_for_releases(self) -> bool {
        self >= Self::Alone
    }

    fn name(self) -> String {
        let name = self.to_possible_value();
        name.map_or_else(String::new, |name| name.get_name().replace('-', " "))
    }

    fn run(self, arguments: &Arguments) -> Result<()> {
        match self {
            Self::Format => shell::run_cargo("fmt --all --check"),
            Self::Docs => docs::check(),
            Self::Licences => licences(),
            Self::Lints => {
                shell::run_cargo("clippy --locked --workspace --all-targets -- -D warnings")
            }
            Self::Documentation => documentation(),
            Self::Readme => readme::run(),
            Self::Features => outside::features(),
            Self::Test => shell::run_cargo("xtask test"),
            Self::Recuts => recuts("200000"),
            Self::PlantedBugs => simulate::run_turn(arguments.turn),
            Self::Alone => each_crate_alone(),
            Self::Package => package::run(),
            Self::MillionRecuts => recuts("1000000"),
            Self::Release => release::run(),
        }
    }
}

/// Runs the steps in their order: quick steps that often fail come first.
pub(crate) fn run(arguments: &Arguments, before_a_release: bool) -> Result<()> {
    let mut steps = Steps::default();
    for step in Step::value_variants() {
        let wanted = arguments.only.map_or_else(
            || step.is_for_releases() == before_a_release,
            |only| only == *step,
        );
        if wanted {
            steps.run(&step.name(), || step.run(arguments));
        }
    }
    steps.finish()
}

/// The test of the workspace tries a few thousand, unoptimised.
fn recuts(count: &str) -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["test", "--locked", "--package", "jetpay-core"])
            .args(["--test", "recuts"])
            .args(["--config", "profile.dev.package.jetpay-core.opt-level=2"])
            .env("JETPAY_RECUTS", count),
    )
}

/// With this variable, a missing cargo-deny is a failure.
const REQUIRED_DENY: &str = "JETPAY_REQUIRE_CARGO_DENY";

/// `deny.toml` holds for everything below our crates.
fn licences() -> Result<()> {
    if program("cargo-deny").is_none() {
        if std::env::var_os(REQUIRED_DENY).is_some() {
            bail!("{REQUIRED_DENY} is set, and cargo-deny is not in PATH");
        }
        println!("!!! NOT RUN: cargo-deny is not in PATH");
        return Ok(());
    }
    // Offline, cargo-deny looks at crates of all systems. Advisories need the network.
    outside::fetch()?;
    shell::run_cargo("deny --offline check bans licenses sources")
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
    for package in shell::workspace()?.workspace_packages() {
        let begun = Instant::now();
        let check = format!("check --locked --quiet --package {}", package.name);
        shell::run_cargo(&check)?;
        println!("✓ {} alone, {}", package.name, time(begun.elapsed()));
    }
    Ok(())
}
