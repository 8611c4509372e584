//! The sources of a crate: its files without tests, and the paths that they name. The code is read as tokens, not compiled,
//! so this finds honest mistakes and proves nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use crate::files;

/// A file of a crate.
pub(super) struct Source {
    /// Its path below the folder that was read.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Reads the files below a folder, test modules left out.
pub(super) fn read(folder: &Path) -> Result<Vec<Source>> {
    let is_test = |path: &Path| {
        path.iter()
            .any(|name| name == "tests" || name == "tests.rs")
    };
    let mut sources = Vec::new();
    for file in files::below(folder)? {
        let path = file.strip_prefix(folder).unwrap_or(&file).to_owned();
        if files::has_ending(&path, "rs") && !is_test(&path) {
            let text = files::read(&file)?;
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}

/// All paths that the code names, also in macros; those of a group one by one. Comments and `#[cfg(test)]` do not count.
pub(super) fn paths(code: &str) -> Result<Vec<Vec<String>>> {
    let tokens: Result<TokenStream, _> = code.parse();
    let mut found = Vec::new();
    collect(tokens.map_err(|why| anyhow!("{why}"))?, &[], &mut found);
    Ok(found)
}

/// Adds the paths of these tokens. `before` is the path in front of their group.
fn collect(tokens: TokenStream, before: &[String], found: &mut Vec<Vec<String>>) {
    let (mut path, mut colons, mut skips) = (Vec::new(), 0, false);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let colons_before = std::mem::take(&mut colons);
        let joined = colons_before == 2;
        match token {
            // An item that is for tests only ends with its block or its semicolon.
            TokenTree::Group(group) if skips => skips = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(sign) if skips => skips = sign.as_char() != ';',
            _ if skips => {}
            TokenTree::Ident(name) => {
                if !joined {
                    found.push(std::mem::replace(&mut path, before.to_vec()));
                }
                path.push(name.to_string());
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' => colons = colons_before + 1,
            TokenTree::Group(group) if joined => {
                collect(group.stream(), &path, found);
                path.clear();
            }
            TokenTree::Group(group) => collect(group.stream(), &[], found),
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                let attribute = tokens.peek().map(ToString::to_string).unwrap_or_default();
                skips = attribute.replace(' ', "") == "[cfg(test)]";
            }
            // The name of a macro.
            TokenTree::Punct(sign) if sign.as_char() == '!' && sign.spacing() == Spacing::Alone => {
                path.last_mut().into_iter().for_each(|name| name.push('!'));
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found.push(path);
}

/// What reads a clock, prints, or does I/O. `std::net` as a whole is allowed: a pure crate may parse an address.
const IMPURE: &str = "std::env std::fs std::io std::os std::process std::thread SystemTime Instant Timestamp::now Zoned::now \
                      print! println! eprint! eprintln! TcpListener TcpStream ToSocketAddrs UdpSocket";

/// Finds every file of a pure crate that names one of these. The dependency graph cannot show them.
pub(super) fn impurities_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for Source { path, text } in read(folder)? {
        let place = folder.join(path);
        let names = impurities(&text).with_context(|| place.display().to_string())?;
        found.extend(names.map(|name| format!("{}: names `{name}`", place.display())));
    }
    Ok(found)
}

fn impurities(code: &str) -> Result<impl Iterator<Item = &'static str>> {
    let paths = paths(code)?;
    let is_named = move |name: &&str| {
        let parts: Vec<&str> = name.split("::").collect();
        let mut pieces = paths.iter().flat_map(|path| path.windows(parts.len()));
        pieces.any(|piece| piece == parts)
    };
    Ok(IMPURE.split(' ').filter(is_named))
}

#[cfg(test)]
mod tests {
    use super::impurities;

    /// `code | what is found in it`.
    const ROWS: &str = r#"
use std::time::Instant;                              | Instant
use std::{fmt, fs};                                  | std::fs
use std::{fmt::{self, Write}, net::TcpStream};       | TcpStream
fn f() { let now = jiff::Timestamp::now(); }         | Timestamp::now
fn f() { format!("{}", ::std::env::var("HOME")); }   | std::env
fn f() { println!("{}", 1); }                        | println!
#[cfg(test)] mod tests { use std::fs; } use std::io; | std::io
#[cfg(test)] mod tests; use std::process::Command;   | std::process
#[cfg(test)] mod tests { use std::fs; }              |
/* std::fs */ /** std::fs */ struct Instantly;       |
"#;

    #[test]
    fn clock_and_files_are_found_in_every_form_of_a_path_and_tests_and_comments_are_left_out() {
        for row in ROWS.lines().filter(|row| !row.is_empty()) {
            let (code, expected) = row.split_once('|').unwrap();
            let found: Vec<_> = impurities(code).unwrap().collect();
            assert_eq!(found.join(" "), expected.trim(), "{code}");
        }
    }
}
