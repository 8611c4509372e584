//! The step `licences`: `deny.toml` holds for everything below our crates.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{outside, shell};

/// With this variable, a missing program is a failure.
const REQUIRED: &str = "JETPAY_REQUIRE_CARGO_DENY";

pub(crate) fn run() -> Result<()> {
    if program().is_none() {
        if std::env::var_os(REQUIRED).is_some() {
            bail!("{REQUIRED} is set, and cargo-deny is not in PATH");
        }
        println!("skipped: cargo-deny is not in PATH");
        return Ok(());
    }
    // Offline, cargo-deny looks at crates of all systems. Advisories need the network.
    outside::fetch()?;
    shell::run_cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"])
}

/// The program, if it is installed.
pub(crate) fn program() -> Option<PathBuf> {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}
