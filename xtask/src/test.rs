//! `cargo xtask test`: everything that can run here, in one command.

use anyhow::Result;

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
    steps.finish()
}

/// All targets of all crates, and the examples in their documentation.
pub(crate) fn tests() -> Result<()> {
    shell::run_cargo(&["test", "--workspace", "--no-fail-fast"])
}
