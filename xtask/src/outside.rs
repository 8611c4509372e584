//! Packages outside of the workspace, built with its lock file, its target folder and its profile: what they share with the
//! workspace is not built again.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

/// The tables of the workspace's manifest that say how dependencies are built for tests.
pub(crate) fn dev_profile() -> Result<String> {
    let path = shell::root().join("Cargo.toml");
    let manifest =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
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
    shell::run_cargo(&["fetch", "--locked", "--quiet"])
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
