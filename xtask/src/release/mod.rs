//! `cargo xtask release`: builds the binaries that are shipped and the Debian package of the service, and tries them on this
//! machine. The end says what was made, what was tried and what could not be tried.

mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use jetpay_testing::program;

use crate::{outside, shell};

/// A shipped binary has at most so many bytes.
const LARGEST: u64 = 20_000_000;
const BINARIES: [&str; 2] = ["jetpay", "jetpay-conformance"];
/// Builds Debian packages. It is compiled on demand, which takes minutes, so CI does without.
const CARGO_DEB: &str = "cargo-deb@3.8.0";
/// What the end of a release says.
#[derive(Default)]
struct Report {
    made: Vec<String>,
    tried: Vec<String>,
    not_tried: Vec<String>,
}

impl Report {
    fn made(&mut self, file: &Path) -> Result<u64> {
        let size = fs::metadata(file).with_context(|| format!("{} is missing", file.display()));
        let size = size?.len();
        let (whole, tenth) = (size / 1_000_000, size / 100_000 % 10);
        self.made
            .push(format!("{whole:>4}.{tenth} MB  {}", file.display()));
        Ok(size)
    }

    /// A trial returns what it tried, or why it cannot be tried here.
    fn trial(&mut self, what: &str, trial: Result<Trial>) -> Result<()> {
        match trial.with_context(|| what.to_owned())? {
            Trial::Done(shown) => self.tried.push(format!("{what}: {shown}")),
            Trial::NotHere(why) => self.not_tried.push(format!("{what}: {why}")),
        }
        Ok(())
    }

    fn print(&self) {
        for (title, lines) in [
            ("made", &self.made),
            ("tried", &self.tried),
            ("NOT TRIED", &self.not_tried),
        ] {
            println!("\n{title}");
            for line in lines {
                println!("  {line}");
            }
        }
    }
}

enum Trial {
    Done(String),
    NotHere(String),
}

pub(crate) fn run() -> Result<()> {
    let packages = "--package jetpay-server --package jetpay-conformance";
    shell::run_cargo(&format!("build --locked --profile dist {packages}"))?;
    let folder = outside::target().join("dist");
    let mut report = Report::default();
    for name in BINARIES {
        let size = report.made(&folder.join(name))?;
        ensure!(
            size <= LARGEST,
            "{name} has {size} bytes; at most {LARGEST} are shipped"
        );
    }
    let package = package(&folder)?;
    report.made(&package)?;
    let tried = trials(&mut report, &package);
    report.print();
    tried
}

fn trials(report: &mut Report, package: &Path) -> Result<()> {
    report.trial("the unit's rights", trial::rights())?;
    report.trial("packaging/nginx.conf", trial::nginx())?;
    report.trial("the package", trial::package(package))?;
    for (what, why) in [
        (
            "packaging/Dockerfile, packaging/compose.yaml",
            "they need a Docker daemon",
        ),
        ("the unit's sandbox", "only a running systemd applies it"),
    ] {
        report.trial(what, Ok(Trial::NotHere(why.to_owned())))?;
    }
    Ok(())
}

fn package(folder: &Path) -> Result<PathBuf> {
    let package = folder.join("jetpay.deb");
    let mut command = Command::new(cargo_deb()?);
    command
        .current_dir(shell::root())
        .args(["--no-build", "--no-strip", "--profile", "dist"])
        .args(["--package", "jetpay-server", "--output"])
        .arg(&package);
    shell::run(&mut command)?;
    Ok(package)
}

fn cargo_deb() -> Result<PathBuf> {
    if let Some(program) = program("cargo-deb") {
        return Ok(program);
    }
    let tools = outside::target().join("tools");
    let program = tools.join("bin/cargo-deb");
    if !program.is_file() {
        let mut install = shell::cargo();
        install.args(["install", "--quiet", "--locked", CARGO_DEB, "--root"]);
        shell::run(install.arg(&tools))?;
    }
    Ok(program)
}
