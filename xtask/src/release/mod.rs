//! `cargo xtask release`: builds the binaries that are shipped and the Debian package of the service, and tries them on this
//! machine. The end says what was made, what was tried and what could not be tried.

mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{outside, shell};

/// A shipped binary has at most so many bytes.
const LARGEST: u64 = 20_000_000;
const BINARIES: [&str; 2] = ["jetpay", "jetpay-conformance"];
/// Builds Debian packages. It is compiled on demand, which takes minutes, so CI does without.
const CARGO_DEB: &str = "cargo-deb@3.8.0";
/// What the package changes in packaging/jetpay.toml: the unit may write only here.
const STORE: [&str; 2] = [
    r#"url = "sqlite://jetpay.db""#,
    r#"url = "sqlite:///var/lib/jetpay/jetpay.db""#,
];

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
    let mut build = vec!["build", "--locked", "--profile", "dist"];
    build.extend([
        "--package",
        "jetpay-server",
        "--package",
        "jetpay-conformance",
    ]);
    shell::run_cargo(&build)?;
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
    let example = shell::root().join("packaging/jetpay.toml");
    let example = fs::read_to_string(example).context("packaging/jetpay.toml cannot be read")?;
    fs::write(folder.join("jetpay.toml"), installed(&example)?)
        .context("the configuration of the package cannot be written")?;
    let package = folder.join("jetpay.deb");
    let mut cargo_deb = shell::cargo();
    cargo_deb
        .arg("deb")
        .args(["--no-build", "--no-strip", "--profile", "dist"])
        .args(["--package", "jetpay-server", "--output"])
        .arg(&package);
    if shell::program("cargo-deb").is_none() {
        let tools = outside::target().join("tools");
        let bin = tools.join("bin");
        if !bin.join("cargo-deb").is_file() {
            let mut install = shell::cargo();
            install.args(["install", "--quiet", "--locked", CARGO_DEB, "--root"]);
            shell::run(install.arg(&tools))?;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)))?;
        cargo_deb.env("PATH", path);
    }
    shell::run(&mut cargo_deb)?;
    Ok(package)
}

/// The configuration of the package, made from the example with all keys.
fn installed(example: &str) -> Result<String> {
    let [from, to] = STORE;
    ensure!(
        example
            .lines()
            .filter(|line| line.starts_with(from))
            .count()
            == 1,
        "packaging/jetpay.toml must have one line that begins with {from}"
    );
    Ok(example.replace(&format!("\n{from}"), &format!("\n{to}")))
}

#[cfg(test)]
mod tests {
    use super::installed;

    #[test]
    fn packaged_configuration_keeps_the_ledger_where_the_unit_may_write() {
        let example = "[store]\nurl = \"sqlite://jetpay.db\" # or url_env\n";
        let expected = "[store]\nurl = \"sqlite:///var/lib/jetpay/jetpay.db\" # or url_env\n";
        assert_eq!(installed(example).unwrap(), expected);
        for wrong in ["[store]\n", &example.repeat(2)] {
            let error = installed(wrong).unwrap_err().to_string();
            assert!(error.contains("must have one line"), "{error}");
        }
    }
}
