//! `cargo xtask docs`: the page of the checks, which is made from the code and so agrees with it.

mod checks;
mod links;
mod markdown;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jetpay_conformance::catalogue;

use crate::shell;

/// The template of the page of the checks.
const CONFORMANCE: &str = include_str!("conformance.md");

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail when a page differs from the code
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let path = path();
    let page = checks::fill(CONFORMANCE, &catalogue().collect::<Vec<_>>())?;
    let name = "docs/conformance.md";
    if arguments.check {
        let is = fs::read_to_string(&path).with_context(|| format!("{name} cannot be read"))?;
        // A checkout may have other line breaks.
        if is.replace("\r\n", "\n") != page {
            bail!("{name} is not what the code says: run `cargo xtask docs`");
        }
        println!("✓ {name} is what the code says");
    } else {
        fs::write(&path, page).with_context(|| format!("{name} cannot be written"))?;
        println!("✓ {name} written");
    }
    links::check()
}

/// The step of CI.
pub(crate) fn check() -> Result<()> {
    run(&Arguments { check: true })
}

fn path() -> PathBuf {
    shell::root().join("docs").join("conformance.md")
}
