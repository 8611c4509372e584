//! `cargo xtask test`: every test that can run here. It shows which program of tests runs, and ends with one line of figures.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use jetpay_testing::{chromium, postgres, program};

use crate::shell::{Steps, time};
use crate::{conformance, deps, fixtures, once, outside, shell};

const BEGINNING: &str = "\
Runs every test that can run here. On 2 cores that takes about 10 minutes when nothing is built yet, else about 5:
  fixtures       every example of the documents is a fixture, and its row in the manifest is right
  dependencies   which crate may use which, and that no crate of others is built twice
  tests          the tests of all crates, and the examples in their documentation
  conformance    every check of jetpay-conformance, against the real service on each store
With:";

pub(crate) fn run() -> Result<()> {
    let begun = Instant::now();
    let missing = missing();
    println!("{BEGINNING}");
    for (what, missing) in &missing {
        let found = missing.as_deref().map_or("found", |_| "missing");
        println!("  {what}: {found}");
    }
    let mut steps = Steps::default();
    let mut figures = Figures::default();
    steps.run("fixtures", fixtures::check);
    steps.run("dependencies", || deps::run().and_then(|()| once::run()));
    steps.run("tests", || tests(&mut figures));
    steps.run("conformance", || {
        conformance::run(&conformance::Arguments::default())
    });
    let done = steps.finish();
    for (what, missing) in &missing {
        if let Some(needs) = missing {
            println!("!!! NOT RUN: what needs {what}. Missing: {needs}");
        }
    }
    println!("{}, {}", figures.line(), time(begun.elapsed()));
    done
}

/// What some tests need, and what is missing of it. Without it, they pass without running.
fn missing() -> [(&'static str, Option<String>); 3] {
    let chromium = chromium().is_none().then(|| "chromium in PATH".to_owned());
    let pages = missing_for_pages();
    [
        ("PostgreSQL", postgres::missing()),
        ("Chromium", chromium),
        ("the pages in a browser", pages),
    ]
}

/// What the tests of the pages need besides Chromium. They say how to install it.
fn missing_for_pages() -> Option<String> {
    let programs = ["chromedriver", "node"].into_iter();
    let missing = programs.filter(|name| program(name).is_none());
    let mut missing: Vec<String> = missing.map(|name| format!("{name} in PATH")).collect();
    let axe = "pages-node/node_modules/axe-core/axe.min.js";
    if !outside::target().join(axe).is_file() {
        missing.push("axe-core in target/pages-node, which .ci/run installs".to_owned());
    }
    (!missing.is_empty()).then(|| missing.join(", "))
}

fn tests(figures: &mut Figures) -> Result<()> {
    let arguments = ["test", "--locked", "--workspace", "--no-fail-fast"];
    println!("$ cargo {}", arguments.join(" "));
    let mut cargo = shell::cargo();
    let cargo = cargo.args(arguments).stdout(Stdio::piped());
    let mut cargo = cargo.spawn().context("cargo cannot be started")?;
    let output = cargo.stdout.take().context("cargo has no output")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("the output of cargo cannot be read")?;
        if let Some(line) = figures.read(&String::from_utf8_lossy(&line)) {
            println!("{line}");
        }
    }
    let status = cargo.wait().context("cargo is lost")?;
    ensure!(status.success(), "`cargo test` failed ({status})");
    Ok(())
}

/// What the test programs have said so far.
#[derive(Default)]
struct Figures {
    passed: u64,
    failed: u64,
    ignored: u64,
    programs: u64,
    /// Between `failures:` and the result, every line is shown.
    explains: bool,
}

impl Figures {
    /// Returns what the terminal shows of a line: a result for each program, and what did not pass.
    fn read(&mut self, line: &str) -> Option<String> {
        if let Some(result) = line.strip_prefix("test result: ") {
            return Some(self.end_program(result));
        }
        self.explains |= line == "failures:";
        let is_passed = line.starts_with("test ") && line.ends_with(" ... ok");
        let is_noise = is_passed || line.is_empty() || line.starts_with("running ");
        (self.explains || !is_noise).then(|| line.to_owned())
    }

    /// The result of a program of tests: `ok. 3 passed; 0 failed; 1 ignored; ... finished in 0.02s`.
    fn end_program(&mut self, result: &str) -> String {
        let number = |what: &str| {
            let mut parts = result.split(['.', ';']);
            let part = parts.find_map(|part| part.trim().strip_suffix(what));
            part.and_then(|number| number.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        let (passed, failed, ignored) = (number("passed"), number("failed"), number("ignored"));
        self.passed += passed;
        self.failed += failed;
        self.ignored += ignored;
        self.programs += 1;
        self.explains = false;
        let took = result.rsplit("finished in ").next().unwrap_or_default();
        let sign = if failed == 0 { '✓' } else { '✗' };
        let others = [(failed, "failed"), (ignored, "ignored")];
        let others = others.into_iter().filter(|(count, _)| *count > 0);
        let others: Vec<String> = others
            .map(|(count, what)| format!(", {count} {what}"))
            .collect();
        format!("     {sign} {passed} passed{}, {took}", others.concat())
    }

    fn line(&self) -> String {
        format!(
            "{} tests passed, {} failed, {} ignored, in {} programs",
            self.passed, self.failed, self.ignored, self.programs
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn output_of_cargo_test_becomes_a_line_for_each_program_with_failures_in_full() {
        let output = "running 3 tests\ntest a ... ok\ntest b ... FAILED\ntest c ... ignored, needs a clock\n\nfailures:\n\n\
             ---- b stdout ----\nleft: 1\n\nfailures:\n    b\n\n\
             test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
             running 1 test\ntest d ... ok\n\n\
             test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s";
        let mut figures = Figures::default();
        let lines = output.lines().filter_map(|line| figures.read(line));
        let lines: Vec<String> = lines.collect();
        assert_eq!(
            lines,
            [
                "test b ... FAILED",
                "test c ... ignored, needs a clock",
                "failures:",
                "",
                "---- b stdout ----",
                "left: 1",
                "",
                "failures:",
                "    b",
                "",
                "     ✗ 1 passed, 1 failed, 1 ignored, 0.02s",
                "     ✓ 1 passed, 1.50s",
            ]
        );
        let line = "2 tests passed, 1 failed, 1 ignored, in 2 programs";
        assert_eq!(figures.line(), line);
    }
}
