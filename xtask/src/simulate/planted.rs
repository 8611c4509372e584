//! The planted bugs, each a patch in `xtask/planted`, and the copy of the sources in which they are planted and built. The
//! tree itself is never touched.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell::printed;
use crate::{files, outside, shell};

/// The result of a build or of a patch: the error is what the program printed.
pub(super) type Done = Result<(), String>;

/// A bug that a person could have written.
pub(super) struct Planted {
    /// What is wrong: the first line of the patch.
    pub(super) name: String,
    patch: PathBuf,
}

/// All of them, in the order of their files.
pub(super) fn planted() -> Result<Vec<Planted>> {
    let patches = files::below(&shell::root().join("xtask/planted"))?;
    let bugs = patches.into_iter().map(|patch| {
        let name = files::read(&patch)?
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        Ok(Planted { name, patch })
    });
    bugs.collect()
}

impl Planted {
    /// Whether the patch applies to the tree as it is. The error names the file and the line.
    pub(super) fn still_applies(&self) -> Done {
        self.apply(&shell::root(), &["--check"])
    }

    fn apply(&self, tree: &Path, options: &[&str]) -> Done {
        // One line of context is enough: the lines around a bug change more often than the bug.
        let mut command = git(tree);
        command.args(["apply", "-C1"]).args(options);
        let applied = printed(command.arg(&self.patch));
        applied.map(drop).map_err(|why| format!("{why:#}"))
    }
}

/// A worktree of git in the target folder.
pub(super) struct Copy {
    root: PathBuf,
    profile: &'static str,
    /// Held until the end, so that two runs do not plant into the same copy.
    _lock: File,
}

impl Copy {
    /// Makes the copy equal to the tree, uncommitted changes of known files included. An unchanged file keeps its time, so
    /// cargo does not build it again.
    pub(super) fn make(profile: &'static str) -> Result<Self> {
        let root = outside::target().join("planted");
        let lock = File::create(root.with_extension("lock")).context("the copy has no lock")?;
        lock.lock().context("the copy cannot be locked")?;
        let tree = || git(&shell::root());
        let mut commit = printed(tree().args(["stash", "create"]))?;
        if commit.is_empty() {
            commit = printed(tree().args(["rev-parse", "HEAD"]))?;
        }
        if root.join(".git").exists() {
            printed(git(&root).args(["reset", "--hard", &commit]))?;
        } else {
            let _old = fs::remove_dir_all(&root);
            let mut add = tree();
            add.args(["worktree", "add", "--force", "--detach"]);
            printed(add.arg(&root).arg(&commit))?;
        }
        Ok(Self {
            root,
            profile,
            _lock: lock,
        })
    }

    /// Plants a bug beside those that are planted already. The error says where its text is gone.
    pub(super) fn plant(&self, bug: &Planted) -> Done {
        bug.apply(&self.root, &[])
    }

    /// Removes all planted bugs.
    pub(super) fn restore(&self) -> Result<()> {
        printed(git(&self.root).args(["checkout", "--", "."])).map(drop)
    }

    /// Runs `cargo check` or `cargo build` for the simulation.
    pub(super) fn cargo(&self, task: &str) -> Result<Done> {
        let output = shell::cargo()
            .current_dir(&self.root)
            .args([task, "--quiet", "--locked", "--profile", self.profile])
            .args(["--package", "jetpay-simulation", "--target-dir"])
            .arg(self.root.join("target"))
            // The dependencies that the tree has built already are taken from there (cargo 1.91 and newer).
            .env("CARGO_BUILD_BUILD_DIR", outside::target())
            // With a wrapper, even one that does nothing, the crates of the copy are others to cargo than those of the tree.
            .env("RUSTC_WORKSPACE_WRAPPER", "env")
            // Each bug changes little.
            .env("CARGO_INCREMENTAL", "1")
            .output()
            .context("cargo cannot be started")?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        Ok(Err(first_error(&String::from_utf8_lossy(&output.stderr))))
    }

    /// Runs seeds. Returns what the simulation printed, if it failed.
    pub(super) fn simulate(&self, seeds: &str) -> Result<Option<String>> {
        let folder = match self.profile {
            "dev" => "debug",
            other => other,
        };
        let binary = self.root.join("target").join(folder);
        let output = Command::new(binary.join("jetpay-simulation"))
            .args(["--seeds", seeds])
            .output()
            .context("the simulation cannot be started")?;
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        Ok((!output.status.success()).then_some(printed))
    }
}

/// Git in this folder, also when a hook of git runs this program.
fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    git
}

/// A number that differs from commit to commit, also in a clone without history.
pub(super) fn number_of_this_commit() -> u64 {
    let hash = printed(git(&shell::root()).args(["rev-parse", "--short=8", "HEAD"]));
    u64::from_str_radix(&hash.unwrap_or_default(), 16).unwrap_or_default()
}

/// The first error of a compiler's output.
fn first_error(printed: &str) -> String {
    let lines = printed
        .lines()
        .skip_while(|line| !line.starts_with("error"));
    let first: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    if first.is_empty() {
        return printed.to_owned();
    }
    first.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Planted, first_error, planted};

    #[test]
    fn every_planted_bug_still_applies() {
        let bugs = planted().unwrap();
        assert!(bugs.len() > 50, "{} bugs", bugs.len());
        for bug in bugs {
            assert_eq!(bug.still_applies(), Ok(()), "{}", bug.name);
        }
    }

    #[test]
    fn bug_whose_text_is_gone_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let patch = folder.path().join("gone.patch");
        let text = "gone\n\n--- a/README.md\n+++ b/README.md\n@@ -1,2 +1,2 @@\n nobody wrote\n-this text\n+that text\n";
        std::fs::write(&patch, text).unwrap();
        let name = "gone".to_owned();
        let why = Planted { name, patch }.still_applies().unwrap_err();
        assert!(why.contains("patch failed: README.md:1"), "{why}");
    }

    #[test]
    fn first_error_of_the_compiler_is_shown_without_the_warnings() {
        let printed = "warning: unused\n --> a\n\nerror[E0308]: mismatched\n --> b\n\nerror: could not compile\n";
        assert_eq!(first_error(printed), "error[E0308]: mismatched\n --> b");
        assert_eq!(first_error("no space left"), "no space left");
    }
}
