//! `cargo run -- demo`, `cargo xtask` and `cargo test --workspace` build different packages, and cargo builds a crate of
//! others once for each set of features that they ask for. This check finds a crate that the three ask for differently.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::shell;

pub(crate) fn run() -> Result<()> {
    let tests = built(&["--workspace", "--edges=normal,build,dev"])?;
    let mut unlike = Vec::new();
    for package in ["jetpay-server", "xtask"] {
        let own = built(&["--package", package, "--edges=normal,build"])?;
        let own = own.difference(&tests);
        unlike.extend(own.map(|built| unlike_the_tests(package, built, &tests)));
    }
    shell::none_of(&unlike, "crates are built twice")?;
    println!("✓ the service, xtask and the tests share what they build of other crates");
    Ok(())
}

/// The crates of others, each with its version and features: `serde v1.0.229 [default,derive,std]`.
fn built(selection: &[&str]) -> Result<BTreeSet<String>> {
    let mut command = shell::cargo();
    command.args(["tree", "--locked", "--prefix=none", "--format={p} [{f}]"]);
    Ok(read(&shell::printed(command.args(selection))?))
}

/// Our own crates have a path, and are left out.
fn read(tree: &str) -> BTreeSet<String> {
    let others = tree.lines().filter(|line| !line.contains('/'));
    others
        .map(|line| line.replace(" (*)", "").replace(" (proc-macro)", ""))
        .collect()
}

fn unlike_the_tests(package: &str, built: &str, tests: &BTreeSet<String>) -> String {
    let name = built.split('[').next().unwrap_or_default();
    let known = tests.iter().filter(|known| known.starts_with(name));
    let known: Vec<&str> = known.map(String::as_str).collect();
    format!(
        "{package} is built with {built}, and the tests with {}: name the missing features in its Cargo.toml",
        known.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::{read, unlike_the_tests};

    #[test]
    fn crate_with_other_features_than_in_the_tests_is_named_with_both() {
        let tests = read(
            "core v0.1.0 (/src/core) [testing]\nserde v1.0.0 [derive,std]\nasync v0.1.9 (proc-macro) []",
        );
        let own = "core v0.1.0 (/src/core) []\nasync v0.1.9 [] (*)\nserde v1.0.0 [std]";
        let own = read(own);
        let unlike: Vec<&String> = own.difference(&tests).collect();
        assert_eq!(unlike, ["serde v1.0.0 [std]"]);
        assert_eq!(
            unlike_the_tests("xtask", unlike[0], &tests),
            "xtask is built with serde v1.0.0 [std], and the tests with serde v1.0.0 [derive,std]: name the missing features in \
             its Cargo.toml"
        );
    }
}
