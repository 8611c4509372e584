//! `cargo xtask docs`: the pages that are made of what is in the code, so that they do not fall behind it.

mod checks;
mod links;
mod markdown;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jetpay_conformance::catalogue;

use crate::shell;

/// The page of the checks: what is written by hand, with places for what is not.
const CONFORMANCE: &str = include_str!("conformance.md");

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing, and fails when a page is not what it would be
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let path = path();
    let page = checks::fill(CONFORMANCE, &catalogue().collect::<Vec<_>>())?;
    let name = "docs/conformance.md";
    if arguments.check {
        let is = fs::read_to_string(&path).with_context(|| format!("{name} cannot be read"))?;
        // A checkout may have other line ends.
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

/// What continuous integration runs.
pub(crate) fn check() -> Result<()> {
    run(&Arguments { check: true })
}

fn path() -> PathBuf {
    shell::root().join("docs").join("conformance.md")
}
