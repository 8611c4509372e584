//! Packages outside of the workspace, built with its lock file, its target folder and its profile: what they share with the
//! workspace is not built again. The step `features` is such a package.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{files, shell};

/// The tables of the workspace's manifest that say how dependencies are built for tests.
pub(crate) fn dev_profile() -> Result<String> {
    let manifest = files::read(&shell::root().join("Cargo.toml"))?;
    Ok(tables_of(&manifest, "profile.dev"))
}

/// Writes the manifest of a package or workspace, and the lock file of this workspace beside it.
pub(crate) fn write(folder: &Path, manifest: &str) -> Result<()> {
    fs::write(folder.join("Cargo.toml"), manifest)
        .and_then(|()| fs::copy(shell::root().join("Cargo.lock"), folder.join("Cargo.lock")))
        .with_context(|| format!("{} cannot be written", folder.display()))?;
    Ok(())
}

/// A cargo command for what is in `folder`. It must find every crate in the lock file: [`fetch`] comes before it.
pub(crate) fn cargo(folder: &Path, task: &str) -> Command {
    let mut command = shell::cargo();
    command
        .args([task, "--offline", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target());
    command
}

/// Downloads what the lock file names, for all systems: cargo looks at all of it, and offline it takes only what is here.
pub(crate) fn fetch() -> Result<()> {
    shell::run_cargo("fetch --locked --quiet")
}

/// The target folder of the workspace.
pub(crate) fn target() -> std::path::PathBuf {
    shell::root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The tables whose name begins with `name`, as they are written.
fn tables_of(manifest: &str, name: &str) -> String {
    let mut inside = false;
    let lines = manifest.split_inclusive('\n').filter(|line| {
        if let Some(header) = line.strip_prefix('[') {
            inside = header.starts_with(name);
        }
        inside
    });
    lines.collect()
}

/// Shows that the features are on: without them, one of these numbers is refused, and keys come back sorted.
const SWITCHED_ON: &str = r##"
use serde_json::Value;

#[test]
fn features_are_on() {
    assert_eq!(serde_json::from_str::<Value>("1e999").unwrap().to_string(), "1e+999");
    assert_eq!(serde_json::from_str::<Value>(r#"{"b":1,"a":2}"#).unwrap().to_string(), r#"{"b":1,"a":2}"#);
    let mut json = serde_json::Deserializer::from_str("[]");
    json.disable_recursion_limit();
}

#[test]
fn fraction_is_signed_as_a_number() {
    let text = |body: &[u8]| jetpay_core::signature::Canonical::parse(body).map(|it| it.string_to_sign().to_owned());
    assert_eq!(text(br#"{"rate":1.5,"a":1e3}"#).unwrap(), "a:1000;rate:1.5");
    for refused in ["-0", "1e999", "-0.0"] {
        assert!(text(format!("{{\"a\":{refused}}}").as_bytes()).is_err(), "{refused}");
    }
}
"##;

/// The tests of jetpay-core that read bodies.
const TESTS: [&str; 4] = ["vectors", "attacks", "harmless", "forgeries"];

/// The step `features`: what a merchant's other crates switch on in `serde_json` does not change what is signed. Features add
/// up over a whole workspace, so the test needs a package outside of this one.
pub(crate) fn features() -> Result<()> {
    let root = shell::root();
    fetch()?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    // The tests look for the fixtures two folders above their package.
    let package = folder.path().join("crates/features");
    let core = root.join("crates/jetpay-core");
    fs::create_dir_all(package.join("tests"))
        .and_then(|()| fs::write(package.join("tests/switched_on.rs"), SWITCHED_ON))
        .and_then(|()| {
            std::os::unix::fs::symlink(root.join("fixtures"), folder.path().join("fixtures"))
        })
        .context("the package cannot be written")?;
    let tests = TESTS.map(|name| {
        format!(
            "[[test]]\nname = \"{name}\"\npath = \"{}/tests/{name}.rs\"\n",
            core.display()
        )
    });
    let manifest = format!(
        "[package]\nname = \"features\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [lib]\npath = \"lib.rs\"\n\n\
         [dev-dependencies]\njetpay-core = {{ path = \"{}\" }}\njetpay-testing = {{ path = \"{}\" }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         serde_json = {{ version = \"1\", features = [\"arbitrary_precision\", \"preserve_order\", \"unbounded_depth\"] }}\n\n\
         [[test]]\nname = \"switched_on\"\npath = \"tests/switched_on.rs\"\n{}\n[workspace]\n\n{}",
        core.display(),
        root.join("crates/jetpay-testing").display(),
        tests.concat(),
        dev_profile()?
    );
    write(&package, &manifest)?;
    fs::write(package.join("lib.rs"), "").context("the package cannot be written")?;
    shell::run(&mut cargo(&package, "test"))?;
    println!("✓ what is signed does not depend on the features of serde_json");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::tables_of;

    #[test]
    fn tables_of_a_profile_are_taken_and_others_are_left() {
        let manifest = "[package]\nname = \"x\"\n\n[profile.dev]\ndebug = 1\n[profile.dev.package]\nsha2.opt-level = 3\n\
                        [profile.release]\nlto = true\n";
        assert_eq!(
            tables_of(manifest, "profile.dev"),
            "[profile.dev]\ndebug = 1\n[profile.dev.package]\nsha2.opt-level = 3\n"
        );
    }
}
