//! `cargo xtask ci`: what must hold before a commit lands.

use std::time::Instant;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::steps::{Steps, time};
use crate::{conformance, deps, docs, fixtures, shell, simulate, test};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this step
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
    /// Which of the planted bugs to run. Default: the commit's hash decides
    #[arg(long, value_name = "N")]
    turn: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Step {
    Format,
    Dependencies,
    Fixtures,
    Docs,
    Lints,
    Documentation,
    Alone,
    Tests,
    Conformance,
    PlantedBugs,
}

type Run = fn(&Arguments) -> Result<()>;

/// In the order in which they are run: what is quick and often broken comes first.
const STEPS: [(Step, &str, Run); 10] = [
    (Step::Format, "format", |_| {
        shell::run_cargo(&["fmt", "--all", "--check"])
    }),
    (Step::Dependencies, "dependencies", |_| deps::run()),
    (Step::Fixtures, "fixtures", |_| fixtures::run()),
    (Step::Docs, "docs", |_| docs::check()),
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
    (Step::Tests, "tests", |_| test::tests()),
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
    test::say_what_did_not_run();
    done
}

fn documentation() -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["doc", "--locked", "--no-deps", "--workspace"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Nobody depends on these alone; their tests run with all others.
const AT_THE_TOP: [&str; 5] = [
    "jetpay-server",
    "jetpay-simulation",
    "jetpay-platform",
    "jetpay-conformance",
    "jetpay-properties",
];

/// A build of the whole workspace gives every crate the features that any of them asks for. Alone, a crate has only
/// its own: first without its tests' dependencies, then with them.
fn each_crate_alone() -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(shell::root())
        .no_deps()
        .exec()
        .context("cargo metadata failed")?;
    for package in metadata.workspace_packages() {
        let begun = Instant::now();
        let has_library = package
            .targets
            .iter()
            .any(|target| target.kind.contains(&TargetKind::Lib));
        let depended_on = has_library && !AT_THE_TOP.contains(&package.name.as_str());
        for task in if depended_on {
            &["check", "test"][..]
        } else {
            &["check"]
        } {
            shell::run_cargo(&[task, "--locked", "--quiet", "--package", &package.name])?;
        }
        println!("✓ {} alone, {}", package.name, time(begun.elapsed()));
    }
    Ok(())
}
