//! `cargo xtask fuzz`: looks for bytes with which a property does not hold.
//!
//! The properties are in `jetpay-properties`, the corpora in `fuzz/corpus`. What is found stays in `fuzz/artifacts`
//! and goes into the corpus together with its mend, so that the stable tests keep it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this target
    target: Option<Target>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Target {
    /// A body, its string to sign, its signature
    Canonical,
    /// A body, signed, as a message to each method
    Typed,
    /// Payments and callbacks, to a real ledger
    Ledger,
}

impl Target {
    const ALL: [Self; 3] = [Self::Canonical, Self::Typed, Self::Ledger];

    fn name(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::Typed => "typed",
            Self::Ledger => "ledger",
        }
    }

    /// Longer inputs show nothing new and cost time.
    fn longest(self) -> u32 {
        match self {
            Self::Canonical | Self::Typed => 2048,
            Self::Ledger => 240,
        }
    }

    /// What a sanitizer could find is not in our code, and it makes a store three times slower.
    fn sanitizer(self) -> &'static str {
        match self {
            Self::Canonical | Self::Typed => "address",
            Self::Ledger => "none",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    must_run(
        &["+nightly", "--version"],
        "a nightly toolchain is missing: rustup toolchain install nightly --profile minimal",
    )?;
    must_run(
        &["fuzz", "--version"],
        "cargo-fuzz is missing: cargo install cargo-fuzz --locked",
    )?;
    let one = arguments.target.map(|target| vec![target]);
    for target in one.unwrap_or_else(|| Target::ALL.to_vec()) {
        shell::heading(target.name());
        shell::run(&mut fuzz(target, arguments.seconds))?;
    }
    Ok(())
}

/// Through rustup's cargo, which knows toolchains; not the one that runs this program.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(shell::root());
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC"] {
        command.env_remove(variable);
    }
    command
}

fn fuzz(target: Target, seconds: u32) -> Command {
    let name = target.name();
    let mut command = cargo();
    command.args(["+nightly", "fuzz", "run", "--sanitizer", target.sanitizer()]);
    // A sanitizer is a flag of every crate: in one folder each would build all of it anew for the other.
    let folder = format!("target/fuzz-{}", target.sanitizer());
    command.arg("--target-dir").arg(shell::root().join(folder));
    // What is new goes into the first folder, which git does not see; the second is only read.
    let found = shell::root().join("fuzz/found").join(name);
    let _ = std::fs::create_dir_all(&found);
    command.arg(name).arg(found);
    command.arg(format!("fuzz/corpus/{name}"));
    // In memory, where it is there: what a disk does at an `fsync` is not what is looked for.
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        command.env("TMPDIR", memory);
    }
    command.arg("--");
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-max_len={}", target.longest()));
    command.args(["-timeout=20", "-print_final_stats=1"]);
    if !matches!(target, Target::Ledger) {
        command.arg("-dict=fuzz/dictionaries/body.dict");
    }
    command
}

fn must_run(arguments: &[&str], otherwise: &str) -> Result<()> {
    let output = cargo().args(arguments).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    bail!("{otherwise}");
}
