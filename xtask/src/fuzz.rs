//! `cargo xtask fuzz`: searches for input that breaks a property.
//!
//! The properties are in `jetpay-simulation`, the corpora in `fuzz/corpus`. The fuzzer writes what it finds to
//! `fuzz/artifacts`. Add the file to the corpus together with the fix; the stable tests then check it for ever.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::shell;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this target
    target: Option<Target>,
    /// Run each target for this time
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// The input is a body: its string to sign and its signature
    Canonical,
    /// The input is a body, signed and read as a message to each method
    Typed,
    /// The input is the answer of a billing, in XML or JSON
    Billing,
    /// The input is a list of steps: payments and callbacks for a real ledger
    Ledger,
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
    for target in Target::value_variants() {
        if arguments
            .target
            .is_none_or(|one| one as u8 == *target as u8)
        {
            fuzz(*target, arguments.seconds)?;
        }
    }
    Ok(())
}

/// The cargo of rustup, which accepts `+nightly`. The cargo that runs this program may not.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(shell::root());
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC"] {
        command.env_remove(variable);
    }
    command
}

fn fuzz(target: Target, seconds: u32) -> Result<()> {
    // Longer input shows nothing new and costs time. The ledger runs without a sanitizer: our code has no unsafe code, and
    // the sanitizer makes the store three times slower.
    let body = ("address", 2048, Some("-dict=fuzz/dictionaries/body.dict"));
    let (name, (sanitizer, longest, dictionary)) = match target {
        Target::Canonical => ("canonical", body),
        Target::Typed => ("typed", body),
        Target::Billing => (
            "billing",
            (
                "address",
                2048,
                Some("-dict=fuzz/dictionaries/billing.dict"),
            ),
        ),
        Target::Ledger => ("ledger", ("none", 240, None)),
    };
    shell::heading(name);
    // The fuzzer writes new input to the first folder, which git ignores. It only reads the second one.
    let found = shell::root().join("fuzz/found").join(name);
    let _ = std::fs::create_dir_all(&found);
    let mut command = cargo();
    command
        .args([
            "+nightly",
            "fuzz",
            "run",
            "--sanitizer",
            sanitizer,
            "--target-dir",
        ])
        // Each sanitizer has a build folder of its own: in a shared one, every change of the sanitizer rebuilds all crates.
        .arg(shell::root().join(format!("target/fuzz-{sanitizer}")))
        .arg(name)
        .arg(found)
        .arg(format!("fuzz/corpus/{name}"))
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={longest}"))
        .args(["-timeout=20", "-print_final_stats=1"])
        .args(dictionary);
    // Use a folder in memory if there is one: this does not test the disk, and `fsync` is slow.
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        command.env("TMPDIR", memory);
    }
    shell::run(&mut command)
}

fn must_run(arguments: &[&str], otherwise: &str) -> Result<()> {
    let output = cargo().args(arguments).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    bail!("{otherwise}");
}
