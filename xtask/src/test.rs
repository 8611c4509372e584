//! `cargo xtask test`: everything that can run here, in one command.

use anyhow::Result;
use jetpay_testing::{chromium, postgres};

use crate::steps::Steps;
use crate::{conformance, deps, fixtures, shell};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.run("fixtures", fixtures::run);
    steps.run("dependencies", deps::run);
    steps.run("tests", tests);
    steps.run("conformance", || {
        conformance::run(&conformance::Arguments::default())
    });
    let done = steps.finish();
    say_what_did_not_run();
    done
}

/// All targets of all crates, and the examples in their documentation.
pub(crate) fn tests() -> Result<()> {
    shell::run_cargo(&["test", "--workspace", "--no-fail-fast"])
}

/// A test without PostgreSQL or Chromium passes, so the last lines say that it has shown nothing.
pub(crate) fn say_what_did_not_run() {
    if let Some(missing) = postgres::missing() {
        eprintln!(
            "\n!!! NOT RUN: the tests and the conformance checks with PostgreSQL. They need {missing}."
        );
    }
    if chromium().is_none() {
        eprintln!("\n!!! NOT RUN: the report in a browser. It needs chromium in PATH.");
    }
}
