//! Checks that the files of a crate use each other in one direction: a floor uses only the floors that it may, and no files
//! use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::source::{self, Source};

/// The floors of jetpay-ledger, each with the floors that it may use.
pub(super) const LEDGER: &[(&str, &[&str])] = &[
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
pub(super) fn problems(folder: &Path, floors: &[(&str, &[&str])]) -> Result<Vec<String>> {
    let mut files = BTreeMap::new();
    for Source { path, text } in source::read(folder)? {
        if path != Path::new("lib.rs") {
            let paths = source::paths(&text).with_context(|| path.display().to_string())?;
            files.insert(path, paths);
        }
    }
    let mut problems = Vec::new();
    let mut uses: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (file, paths) in &files {
        let floor = floor_of(file);
        let allowed = floors.iter().find(|(name, _)| *name == floor);
        for path in paths {
            let Some(target) = resolve(file, path, &files) else {
                continue;
            };
            let other = floor_of(target);
            if let Some((_, allowed)) = allowed
                && other != floor
                && !allowed.contains(&other)
            {
                let (file, path) = (file.display(), path.join("::"));
                problems.push(format!("{file}: `{floor}` must not use `{other}` ({path})"));
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

/// The file that a path of the crate leads to: the deepest module that exists.
fn resolve<'f, T>(
    file: &Path,
    path: &[String],
    files: &'f BTreeMap<PathBuf, T>,
) -> Option<&'f Path> {
    // The folder of the module's children.
    let mut at = if file.ends_with("mod.rs") {
        file.parent()?.to_owned()
    } else {
        file.with_extension("")
    };
    // `super` alone is `pub(super)`.
    let is_ours = path.len() > 1 && matches!(path[0].as_str(), "crate" | "super");
    let mut found = None;
    for name in path.iter().filter(|_| is_ours) {
        match name.as_str() {
            "crate" => at = PathBuf::new(),
            "super" => at = at.parent()?.to_owned(),
            name => at = at.join(name),
        }
        let candidates = [at.with_extension("rs"), at.join("mod.rs")];
        let here = candidates.iter().find_map(|it| files.get_key_value(it));
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
        let below = reachable(uses, file).into_iter();
        let circle = below.filter(|other| reachable(uses, other).contains(file));
        let circle: Vec<String> = circle.map(|it| it.display().to_string()).collect();
        if !circle.is_empty() {
            let circle = circle.join(", ");
            described.insert(format!("these files use each other in a circle: {circle}"));
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

    #[test]
    fn ledger_follows_its_floors_and_has_no_circle() {
        let source = shell::root().join("crates/jetpay-ledger/src");
        assert_eq!(problems(&source, LEDGER).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn upper_floor_may_use_the_lower_one_and_every_other_way_is_named() {
        let rows: [(&[(&str, &str)], &str); 3] = [
            (
                &[
                    ("high/mod.rs", "use crate::low::{self, Thing};\nmod part;"),
                    ("high/part.rs", "use crate::low::deep::Thing;"),
                    ("low/mod.rs", "mod deep;\npub use deep::Thing;"),
                    ("low/deep.rs", "pub struct Thing;"),
                ],
                "",
            ),
            (
                &[
                    ("high/mod.rs", ""),
                    (
                        "low/mod.rs",
                        "fn f(_: crate::high::Thing) {} // crate::high",
                    ),
                ],
                "low/mod.rs: `low` must not use `high` (crate::high::Thing)",
            ),
            (
                &[
                    ("low/mod.rs", "mod a;\nmod b;\nmod c;"),
                    ("low/a.rs", "use super::{b::{X, Y as Z}, c};"),
                    ("low/b.rs", "use super::a::A;"),
                    ("low/c.rs", "// use super::a::A;"),
                ],
                "these files use each other in a circle: low/a.rs, low/b.rs",
            ),
        ];
        for (files, expected) in rows {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in files {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            assert_eq!(
                problems(folder.path(), FLOORS).unwrap().join("\n"),
                expected
            );
        }
    }
}
