//! A copy of the workspace's sources, in which bugs are planted: the tree itself is never touched.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::planted::Edit;
use crate::shell;

/// What of the workspace a build needs.
const PARTS: [&str; 4] = ["Cargo.toml", "Cargo.lock", "crates", "xtask"];

pub(super) struct Copy {
    root: PathBuf,
}

impl Copy {
    /// Copies what is not there, or is other than here, and removes what is not here: what is the same keeps its time, and
    /// is not built again.
    pub(super) fn make(root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root).with_context(|| format!("{} cannot be made", root.display()))?;
        for part in PARTS {
            copy(&shell::root().join(part), &root.join(part))?;
        }
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Plants a bug.
    pub(super) fn plant(&self, edits: &[Edit]) -> Result<()> {
        for Edit {
            file,
            find,
            replace,
        } in edits
        {
            let path = self.root.join(file);
            let text = read(&path)?;
            let times = text.matches(find).count();
            ensure!(
                times == 1,
                "{file} has this {times} times, and not once; mend xtask/src/simulate/planted.rs:\n{find}"
            );
            fs::write(&path, text.replace(find, replace))?;
        }
        Ok(())
    }

    /// Puts the files back as they were.
    pub(super) fn mend(&self, edits: &[Edit]) -> Result<()> {
        for Edit { file, .. } in edits {
            copy(&shell::root().join(file), &self.root.join(file))?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
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
    let bytes = fs::read(from).with_context(|| format!("no {}", from.display()))?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("{} cannot be written", to.display()))
}

/// Removes what was copied before, and is gone since.
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
    use super::copy;
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
}
