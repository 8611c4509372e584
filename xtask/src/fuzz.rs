//! `cargo xtask fuzz`: searches for input that breaks a property.
//!
//! The properties are in `jetpay-simulation`, the corpora in `fuzz/corpus`. The fuzzer writes what it finds to
//! `fuzz/artifacts`. Add the file to the corpus together with the fix; the stable tests then check it for ever.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this target
    target: Option<Target>,
    /// Run each target for this time
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Target {
    /// The input is a body: its string to sign and its signature
    Canonical,
    /// The input is a body, signed and read as a message to each method
    Typed,
    /// The input is a list of steps: payments and callbacks for a real ledger
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

    /// The longest input, in bytes. Longer ones show nothing new and cost time.
    fn longest(self) -> u32 {
        match self {
            Self::Canonical | Self::Typed => 2048,
            Self::Ledger => 240,
        }
    }

    /// The ledger runs without a sanitizer: our code has no unsafe code, and the sanitizer makes the store three times
    /// slower.
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

/// The cargo of rustup, which accepts `+nightly`. The cargo that runs this program may not.
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
    // Each sanitizer has a build folder of its own: in a shared one, every change of the sanitizer rebuilds all crates.
    let folder = format!("target/fuzz-{}", target.sanitizer());
    command.arg("--target-dir").arg(shell::root().join(folder));
    // The fuzzer writes new input to the first folder, which git ignores. It only reads the second one.
    let found = shell::root().join("fuzz/found").join(name);
    let _ = std::fs::create_dir_all(&found);
    command.arg(name).arg(found);
    command.arg(format!("fuzz/corpus/{name}"));
    // Use a folder in memory if there is one: this does not test the disk, and `fsync` is slow.
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
