//! A copy of the workspace's sources. Bugs are planted and built there; the tree itself is never touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

use super::planted::{Planted, patch};
use crate::shell;

/// The result of a build: the error is what the compiler printed.
pub(super) type Built = Result<(), String>;

pub(super) struct Copy {
    root: PathBuf,
    /// Where the tree is built.
    build: PathBuf,
    profile: &'static str,
    /// The original text of every file that a planted bug has changed.
    originals: BTreeMap<&'static str, String>,
    /// Held until the end, so that two runs do not plant into the same copy.
    _lock: File,
}

impl Copy {
    /// Makes the copy equal to the tree. An unchanged file keeps its time, so cargo does not build it again.
    pub(super) fn make(profile: &'static str) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(shell::root())
            .no_deps()
            .exec()
            .context("cargo metadata failed")?;
        let build = metadata.target_directory.clone().into_std_path_buf();
        let root = build.join("planted");
        fs::create_dir_all(&root).with_context(|| format!("{} cannot be made", root.display()))?;
        let lock = File::create(root.join("lock"))?;
        lock.lock().context("the copy cannot be locked")?;
        for folder in folders_of_members(&metadata) {
            copy(&shell::root().join(&folder), &root.join(&folder))?;
        }
        for file in ["Cargo.toml", "Cargo.lock"] {
            let text = fs::read_to_string(shell::root().join(file))?;
            put(&root.join(file), own_version(&text).as_bytes())?;
        }
        Ok(Self {
            root,
            build,
            profile,
            originals: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// Plants these bugs together, after removing those that were planted before.
    pub(super) fn plant(&mut self, bugs: &[&'static Planted]) -> Result<()> {
        self.restore()?;
        for (file, text) in patch(bugs, &|file| self.read(file))? {
            let original = self.read(file)?;
            self.originals.insert(file, original);
            self.write(file, &text)?;
        }
        Ok(())
    }

    /// Removes all planted bugs.
    pub(super) fn restore(&mut self) -> Result<()> {
        while let Some((file, text)) = self.originals.pop_first() {
            self.write(file, &text)?;
        }
        Ok(())
    }

    pub(super) fn read(&self, file: &str) -> Result<String> {
        let path = self.root.join(file);
        fs::read_to_string(&path).with_context(|| format!("{file} cannot be read"))
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        fs::write(self.root.join(file), text).with_context(|| format!("{file} cannot be written"))
    }

    /// Runs `cargo check` or `cargo build` for the simulation.
    pub(super) fn cargo(&self, task: &str) -> Result<Built> {
        let output = shell::cargo()
            .current_dir(&self.root)
            .args([task, "--quiet", "--locked", "--profile", self.profile])
            .args(["--package", "jetpay-simulation", "--target-dir"])
            .arg(self.root.join("target"))
            // The dependencies that the tree has built already are taken from there (cargo 1.91 and newer).
            .env("CARGO_BUILD_BUILD_DIR", &self.build)
            // Each bug changes little.
            .env("CARGO_INCREMENTAL", "1")
            .output()
            .context("cargo cannot be started")?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        Ok(Err(errors(&String::from_utf8_lossy(&output.stderr))))
    }

    /// Runs seeds. Returns what the simulation printed, if it failed.
    pub(super) fn simulate(&self, seeds: &str) -> Result<Option<String>> {
        let folder = match self.profile {
            "dev" => "debug",
            other => other,
        };
        let name = format!("jetpay-simulation{}", std::env::consts::EXE_SUFFIX);
        let binary = self.root.join("target").join(folder).join(name);
        let output = Command::new(&binary)
            .args(["--seeds", seeds])
            .output()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        Ok((!output.status.success()).then_some(printed))
    }
}

/// The folders of the workspace that have its members: `crates`, `examples` and `xtask`.
fn folders_of_members(metadata: &Metadata) -> BTreeSet<PathBuf> {
    let members = metadata.workspace_packages().into_iter();
    members
        .filter_map(|package| {
            let path = package.manifest_path.as_std_path();
            let inside = path.strip_prefix(&metadata.workspace_root).ok()?;
            Some(PathBuf::from(inside.components().next()?.as_os_str()))
        })
        .collect()
}

/// Gives the crates of the copy a version of their own. Cargo would otherwise take them for those of the tree, and use
/// what it built of a bug there.
fn own_version(text: &str) -> String {
    // In Cargo.lock, a crate of the workspace is a paragraph without a source.
    let paragraphs = text.split("\n\n").map(|paragraph| {
        if paragraph.contains("\nsource = ") {
            return paragraph.to_owned();
        }
        let lines = paragraph
            .split('\n')
            .map(|line| match line.strip_suffix('"') {
                Some(version) if line.starts_with("version = \"") && !version.contains('+') => {
                    format!("{version}+planted\"")
                }
                _ => line.to_owned(),
            });
        lines.collect::<Vec<_>>().join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// The first error of a compiler's output.
fn errors(printed: &str) -> String {
    let lines = printed
        .lines()
        .skip_while(|line| !line.starts_with("error"));
    let first: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    if first.is_empty() {
        return printed.to_owned();
    }
    first.join("\n")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
        let entries = fs::read_dir(from).with_context(|| format!("no {}", from.display()))?;
        for entry in entries {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
        return remove_others(from, to);
    }
    put(
        to,
        &fs::read(from).with_context(|| format!("no {}", from.display()))?,
    )
}

fn put(to: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("{} cannot be written", to.display()))
}

/// Removes from the copy what the tree no longer has.
fn remove_others(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(to).with_context(|| format!("no {}", to.display()))?;
    for entry in entries {
        let entry = entry?;
        if from.join(entry.file_name()).exists() {
            continue;
        }
        let path = entry.path();
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{copy, errors, own_version};
    use std::fs;

    #[test]
    fn copy_has_what_is_there_and_nothing_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("a")).unwrap();
        fs::write(from.join("a/b"), "b").unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("a/b")).unwrap(), b"b");
        fs::remove_dir_all(from.join("a")).unwrap();
        fs::write(from.join("c"), "c").unwrap();
        copy(&from, &to).unwrap();
        assert!(to.join("c").exists() && !to.join("a").exists());
    }

    #[test]
    fn only_the_crates_of_the_copy_get_a_version_of_their_own() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n";
        assert_eq!(
            own_version(manifest),
            "[workspace.package]\nversion = \"0.1.0+planted\"\n"
        );
        let itoa = "name = \"itoa\"\nversion = \"1.0.0\"\nsource = \"registry\"";
        let lock = |version| {
            format!("version = 4\n\n{itoa}\n\nname = \"payout\"\nversion = \"{version}\"\n")
        };
        assert_eq!(own_version(&lock("0.1.0")), lock("0.1.0+planted"));
    }

    #[test]
    fn first_error_of_the_compiler_is_shown_without_the_warnings() {
        let printed = "warning: unused\n --> a\n\nerror[E0308]: mismatched\n --> b\n\nerror: could not compile\n";
        assert_eq!(errors(printed), "error[E0308]: mismatched\n --> b");
        assert_eq!(errors("no space left"), "no space left");
    }
}
