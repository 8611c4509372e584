//! `cargo run -- demo`, `cargo xtask` and `cargo test --workspace` build different packages, and cargo builds a crate of
//! others once for each set of features that they ask for. This check finds a crate that the three ask for differently.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};

use crate::shell;

/// What `cargo tree` is asked, for each of the three.
const BUILDS: [(&str, &[&str]); 3] = [
    ("the tests", &["--workspace", "--edges=normal,build,dev"]),
    (
        "the service",
        &["--package=jetpay-server", "--edges=normal,build"],
    ),
    ("xtask", &["--package=xtask", "--edges=normal,build"]),
];

pub(crate) fn run() -> Result<()> {
    let [tests, others @ ..] = BUILDS.map(|(name, arguments)| (name, built(arguments)));
    let tests = tests.1?;
    let mut problems = Vec::new();
    for (name, built) in others {
        problems.extend(unlike(&tests, name, &built?));
    }
    for problem in &problems {
        println!("✗ {problem}");
    }
    ensure!(
        problems.is_empty(),
        "{} crates are built twice",
        problems.len()
    );
    println!("✓ the service, xtask and the tests share what they build of other crates");
    Ok(())
}

/// The crates of others, by name and version, with the sets of features that each is built with.
type Built = BTreeMap<String, BTreeSet<String>>;

fn built(arguments: &[&str]) -> Result<Built> {
    let mut command = shell::cargo();
    command
        .args(["tree", "--locked", "--prefix=none", "--format={p} [{f}]"])
        .args(arguments);
    let output = command.output().context("`cargo tree` cannot be started")?;
    if !output.status.success() {
        bail!(
            "`cargo tree` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(read(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads lines such as `serde v1.0.229 [default,derive,std] (*)`. Our own crates have a path.
fn read(tree: &str) -> Built {
    let mut built = Built::new();
    for line in tree.lines().filter(|line| !line.contains('/')) {
        if let Some((name, features)) = line.replace("(proc-macro) ", "").split_once(" [") {
            let features = features.split(']').next().unwrap_or_default().to_owned();
            built.entry(name.to_owned()).or_default().insert(features);
        }
    }
    built
}

/// Names the crates that a build has with features with which the tests do not have them.
fn unlike(tests: &Built, name: &str, built: &Built) -> Vec<String> {
    let mut problems = Vec::new();
    for (package, sets) in built {
        let known = tests.get(package).cloned().unwrap_or_default();
        for features in sets.difference(&known) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            problems.push(format!(
                "{package} has the features [{features}] in {name}, and [{}] in the tests. Name in the Cargo.toml of {name} what \
                 is missing there, so that it is built once",
                known.join("] and [")
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::{read, unlike};

    #[test]
    fn crate_with_other_features_than_in_the_tests_is_named() {
        let tests = read(
            "jetpay-core v0.1.0 (/work/core) [testing]\nserde v1.0.0 [derive,std]\nsyn v3.0.0 [full]\nsyn v3.0.0 [full,visit]\n\
             async-trait v0.1.9 (proc-macro) []",
        );
        let same = read(
            "serde v1.0.0 [derive,std] (*)\nsyn v3.0.0 [full]\nasync-trait v0.1.9 (proc-macro) []",
        );
        assert_eq!(unlike(&tests, "xtask", &same), [""; 0]);
        let other = read("jetpay-core v0.1.0 (/work/core) []\nserde v1.0.0 [std]");
        let problems = unlike(&tests, "xtask", &other);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with(
                "serde v1.0.0 has the features [std] in xtask, and [derive,std] in the tests."
            ),
            "{problems:?}"
        );
    }
}
