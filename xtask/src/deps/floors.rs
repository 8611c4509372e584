//! Checks that the files of a crate use each other in one direction: a floor uses only the floors that it may, and no files
//! use each other in a circle.
//!
//! This reads `use` declarations and paths as text. It finds honest mistakes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The floors of jetpay-ledger, each with the floors that it may use.
pub(crate) const LEDGER: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("payout", &["model"]),
    ("port", &["model", "payout"]),
    ("commands", &["model", "payout", "port"]),
    ("adapters", &["model", "payout", "port"]),
    ("audit", &["model", "port"]),
    (
        "ledger",
        &["model", "payout", "port", "commands", "adapters", "audit"],
    ),
];

/// Describes each path to a floor that may not be used, and each circle of files.
pub(crate) fn problems(source: &Path, floors: &[(&str, &[&str])]) -> Result<Vec<String>> {
    let mut files = BTreeMap::new();
    read(source, source, &mut files)?;
    let mut problems = Vec::new();
    let mut uses: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (file, text) in &files {
        let floor = floor_of(file);
        let allowed = floors.iter().find(|(name, _)| *name == floor);
        for path in paths(text) {
            let Some(target) = resolve(file, &path, &files) else {
                continue;
            };
            let other = floor_of(target);
            if let Some((_, allowed)) = allowed
                && other != floor
                && !allowed.contains(&other)
            {
                problems.push(format!(
                    "{}: `{floor}` must not use `{other}` ({})",
                    file.display(),
                    path.join("::")
                ));
            }
            if target != file {
                uses.entry(file).or_default().insert(target);
            }
        }
    }
    problems.extend(circles(&uses));
    Ok(problems)
}

/// The first folder or file of a path below `src`: `port/keys.rs` and `port.rs` are on the floor `port`.
fn floor_of(file: &Path) -> &str {
    let first = file.iter().next().and_then(|name| name.to_str());
    first.unwrap_or_default().trim_end_matches(".rs")
}

/// Reads all files below a folder, without their comments and tests, under their paths below `root`.
fn read(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            read(root, &path, files)?;
        } else if name.ends_with(".rs") && name != "lib.rs" {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
            // Also cuts a URL in a text, which has no path behind it.
            let lines = code.lines().filter_map(|line| line.split("//").next());
            let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
            files.insert(below, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    Ok(())
}

/// All paths that begin with `crate` or `super`, those in braces one by one.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for begin in ["crate::", "super::"] {
        let mut rest = code;
        while let Some(at) = rest.find(begin) {
            let is_word = rest[..at].ends_with(|c: char| c.is_alphanumeric() || "_$:".contains(c));
            rest = &rest[at..];
            if !is_word {
                expand(rest, &[], &mut found);
            }
            rest = &rest[begin.len()..];
        }
    }
    found
}

/// Adds the paths at the beginning of a text, and gives what comes behind them.
fn expand<'t>(text: &'t str, before: &[String], found: &mut Vec<Vec<String>>) -> &'t str {
    let mut path = before.to_vec();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
        if !name.is_empty() {
            path.push(name.to_owned());
        }
        let Some(next) = behind.strip_prefix("::") else {
            found.push(path);
            return behind;
        };
        if let Some(list) = next.strip_prefix('{') {
            rest = list;
            loop {
                rest = rest.trim_start_matches([' ', '\n', ',']);
                if rest.is_empty() || rest.starts_with('}') {
                    return rest.strip_prefix('}').unwrap_or(rest);
                }
                let left = expand(rest, &path, found);
                // A rename, `self` or a glob ends at the comma.
                let end = left.find([',', '}']).unwrap_or(left.len());
                rest = &left[end..];
            }
        }
        rest = next;
    }
}

/// The file that a path leads to: the deepest module that exists.
fn resolve<'f>(
    file: &Path,
    path: &[String],
    files: &'f BTreeMap<PathBuf, String>,
) -> Option<&'f Path> {
    // The folder of the module's children.
    let mut at = if file.file_name().is_some_and(|name| name == "mod.rs") {
        file.parent()?.to_owned()
    } else {
        file.with_extension("")
    };
    let mut found = None;
    for name in path {
        match name.as_str() {
            "crate" => at = PathBuf::new(),
            "super" => at = at.parent()?.to_owned(),
            name => at = at.join(name),
        }
        let candidates = [at.with_extension("rs"), at.join("mod.rs")];
        let here = candidates
            .iter()
            .find_map(|candidate| files.get_key_value(candidate));
        match here {
            Some((here, _)) => found = Some(here.as_path()),
            None if found.is_some() && name != "super" => break,
            None => {}
        }
    }
    found
}

/// Describes each group of files that use each other in a circle.
fn circles(uses: &BTreeMap<&Path, BTreeSet<&Path>>) -> Vec<String> {
    let mut described = BTreeSet::new();
    for file in uses.keys() {
        let below = reachable(uses, file);
        let circle: Vec<String> = below
            .iter()
            .filter(|other| reachable(uses, other).contains(file))
            .map(|other| other.display().to_string())
            .collect();
        if !circle.is_empty() {
            described.insert(format!(
                "these files use each other in a circle: {}",
                circle.join(", ")
            ));
        }
    }
    described.into_iter().collect()
}

fn reachable<'f>(uses: &BTreeMap<&'f Path, BTreeSet<&'f Path>>, from: &Path) -> BTreeSet<&'f Path> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&Path> = uses.get(from).into_iter().flatten().copied().collect();
    while let Some(file) = waiting.pop() {
        if found.insert(file) {
            waiting.extend(uses.get(file).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LEDGER, problems};
    use crate::shell;

    const FLOORS: &[(&str, &[&str])] = &[("low", &[]), ("high", &["low"])];

    /// The problems of a crate with these files.
    fn problems_of(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        problems(folder.path(), FLOORS).unwrap()
    }

    #[test]
    fn ledger_follows_its_floors_and_has_no_circle() {
        let source = shell::root().join("crates/jetpay-ledger/src");
        assert_eq!(problems(&source, LEDGER).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn upper_floor_may_use_the_lower_one() {
        let files = [
            ("high/mod.rs", "use crate::low::{self, Thing};\nmod part;"),
            ("high/part.rs", "use crate::low::deep::Thing;"),
            ("low/mod.rs", "mod deep;\npub use deep::Thing;"),
            ("low/deep.rs", "pub struct Thing;"),
        ];
        assert_eq!(problems_of(&files), Vec::<String>::new());
    }

    #[test]
    fn lower_floor_that_uses_the_upper_one_is_named_with_the_path() {
        let files = [
            ("high/mod.rs", ""),
            (
                "low/mod.rs",
                "fn f() -> crate::high::Thing { todo!() } // crate::high::Other",
            ),
        ];
        assert_eq!(
            problems_of(&files),
            ["low/mod.rs: `low` must not use `high` (crate::high::Thing)"]
        );
    }

    #[test]
    fn circle_between_files_is_named_once() {
        let files = [
            ("low/mod.rs", "mod a;\nmod b;\nmod c;"),
            ("low/a.rs", "use super::{b::{X, Y as Z}, c};"),
            ("low/b.rs", "use super::a::A;"),
            ("low/c.rs", "// use super::a::A;"),
        ];
        assert_eq!(
            problems_of(&files),
            ["these files use each other in a circle: low/a.rs, low/b.rs"]
        );
    }
}
