//! Searches the source of a pure crate for the clock, the files and the sockets of the standard library. The dependency
//! graph cannot show these.
//!
//! This is a text search, not a proof. It finds honest mistakes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Modules of the standard library that do I/O.
const MODULES: [&str; 6] = ["env", "fs", "io", "os", "process", "thread"];
/// Names that read a clock, print, or use the network. `std::net` as a whole is allowed: a pure crate may parse an address.
const WORDS: [&str; 12] = [
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "TcpListener",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
];

/// Finds every file below a folder that names one of these, tests left out.
pub(crate) fn impurities_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            found.extend(impurities_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            found.extend(
                impurities(&text)
                    .into_iter()
                    .map(|what| format!("{}: names {what}", path.display())),
            );
        }
    }
    Ok(found)
}

/// The forbidden names in a file. Comments and tests do not count.
fn impurities(source: &str) -> Vec<String> {
    let code = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let modules = modules_of_std(&code)
        .into_iter()
        .filter(|module| MODULES.contains(&module.as_str()));
    let words = WORDS
        .iter()
        .filter(|word| has_word(&code, word))
        .map(|word| format!("`{word}`"));
    modules
        .map(|module| format!("`std::{module}`"))
        .chain(words)
        .collect()
}

/// The modules after `std::`, also those in a group: `std::{fmt::{self, Write}, fs::File}`.
fn modules_of_std(code: &str) -> Vec<String> {
    let after_std = code.split("std::").skip(1);
    after_std
        .flat_map(|rest| {
            rest.strip_prefix('{')
                .map_or_else(|| vec![first_name(rest)], names_of_group)
        })
        .collect()
}

/// The first name of each element of a group, up to its closing brace.
fn names_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for piece in group.split_inclusive(['{', '}', ',']) {
        if depth == 0 {
            names.push(first_name(piece));
        }
        match piece.chars().next_back() {
            Some('{') => depth += 1,
            Some('}') if depth == 0 => break,
            Some('}') => depth -= 1,
            _ => {}
        }
    }
    names
}

fn first_name(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|&character| is_part_of_name(character))
        .collect()
}

fn is_part_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_part_of_name)
            && (word.ends_with('!') || !after.is_some_and(is_part_of_name))
    })
}

#[cfg(test)]
mod tests {
    use super::impurities;

    #[test]
    fn clock_and_files_are_found_in_every_form_of_import() {
        for source in [
            "use std::time::Instant;",
            "use std::{fmt, fs};",
            "use std::{fmt::{self, Write}, net::TcpStream};",
            "let now = jiff::Timestamp::now();",
            "std::env::var(\"HOME\")",
            "println!(\"{}\", 1);",
        ] {
            assert_eq!(
                impurities(source).len(),
                1,
                "{source}: {:?}",
                impurities(source)
            );
        }
    }

    #[test]
    fn comments_tests_and_longer_names_are_ignored() {
        let source = "// std::fs\nuse std::fmt;\nstruct Instantly;\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert!(impurities(source).is_empty(), "{:?}", impurities(source));
    }
}
