//! The text of the configuration, and the problems that were found in it. Reading goes on after a problem, so one run
//! reports all of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use toml::de::DeTable;

use super::secret::QUOTES;
use crate::text::without_bom;

/// All problems of a configuration, one line each: `FILE:LINE: KEY: what is wrong; what to write`.
#[derive(Debug)]
pub struct Problems(Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// The text of the configuration, and what is to be said about it.
pub(super) struct Document<'d> {
    path: &'d Path,
    text: &'d str,
    /// By line; `true` is a warning.
    found: RefCell<BTreeSet<(usize, bool, String)>>,
}

impl<'d> Document<'d> {
    pub(super) fn new(path: &'d Path, text: &'d str) -> Self {
        Self {
            path,
            text,
            found: RefCell::default(),
        }
    }

    /// The tables of the text.
    ///
    /// # Errors
    /// The lines where the text is not TOML.
    pub(super) fn parse(&self) -> Result<DeTable<'d>, Problems> {
        let (tables, mut errors) = DeTable::parse_recoverable(self.text);
        let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        // A list or a head that is not closed takes all that is below it.
        let is_open = |error: &toml::de::Error| {
            let is = |part: &str| error.message().contains(part);
            is("in array") || is("array elem") || is("unclosed")
        };
        if errors.iter().any(is_open) {
            errors.truncate(1);
        }
        errors.sort_by_key(start);
        // The further errors of a line follow from its first.
        errors.dedup_by_key(|error| self.line(start(error)));
        if errors.is_empty() {
            return Ok(tables.into_inner());
        }
        let problem = |error: &toml::de::Error| {
            let number = self.line(start(error));
            let line = self.text.lines().nth(number - 1).unwrap_or_default();
            let what = not_toml(line, error.message());
            format!("{}:{number}: {what}", self.path.display())
        };
        Err(Problems(errors.iter().map(problem).collect()))
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &'d Path {
        self.path
    }

    pub(super) fn add(&self, at: usize, is_warning: bool, key: &str, what: &str) {
        let text = format!("{}: {what}", self.place(at, key));
        let line = self.line(at);
        self.found.borrow_mut().insert((line, is_warning, text));
    }

    pub(super) fn place(&self, at: usize, key: &str) -> String {
        format!("{}:{}: {key}", self.path.display(), self.line(at))
    }

    /// Runs an attempt. What it found is forgotten, and returned if the attempt gave nothing.
    pub(super) fn attempt<T>(&self, read: impl FnOnce() -> Option<T>) -> Result<T, Found> {
        let before = self.found.borrow().clone();
        let value = read();
        let found = self.found.replace(before);
        value.ok_or(Found(found))
    }

    pub(super) fn extend(&self, found: Found) {
        self.found.borrow_mut().extend(found.0);
    }

    /// The warnings, by line.
    ///
    /// # Errors
    /// The problems, by line, if there are any.
    pub(super) fn finish(self) -> Result<Vec<String>, Problems> {
        let found = self.found.into_inner().into_iter();
        let (warnings, problems): (Vec<_>, Vec<_>) = found.partition(|(_, warning, _)| *warning);
        let texts = |list: Vec<(usize, bool, String)>| list.into_iter().map(|it| it.2).collect();
        if problems.is_empty() {
            Ok(texts(warnings))
        } else {
            Err(Problems(texts(problems)))
        }
    }

    fn line(&self, at: usize) -> usize {
        line_at(self.text.as_bytes(), at)
    }
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())]
        .split(|&byte| byte == b'\n')
        .count()
}

/// What an attempt found.
pub(super) struct Found(BTreeSet<(usize, bool, String)>);

/// Reads the text of the configuration.
///
/// # Errors
/// Why the file cannot be read as text, and the line if there is one.
pub(super) fn read_text(path: &Path) -> Result<String, Problems> {
    let problem = |place: String, what: &str| Problems(vec![format!("{place}: {what}")]);
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let what = format!(
            "{}; name the configuration with --config FILE",
            unreadable(&error)
        );
        problem(shown.clone(), &what)
    })?;
    if is_utf16(&bytes) {
        return Err(problem(format!("{shown}:1"), UTF16));
    }
    let bytes = without_bom(&bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = line_at(before, before.len());
            Err(problem(
                format!("{shown}:{line}"),
                "this line is not UTF-8, also if the characters are in a comment (they may be windows-1251); save the file as UTF-8",
            ))
        }
    }
}

pub(super) const UTF16: &str =
    "the file is UTF-16, as Notepad and PowerShell write it; save it as UTF-8";

pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0)
}

/// Why a file cannot be read.
pub(super) fn unreadable(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        // A name that is too long, or has a character that no name has, is no file either.
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "this is a folder; name a file".to_owned(),
        ErrorKind::PermissionDenied => {
            "this user may not read the file; change its owner or mode".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Why a line is not TOML, and what to write. The text does not repeat the line, which may hold a secret.
fn not_toml(line: &str, message: &str) -> &'static str {
    let is = |part: &str| message.contains(part);
    if line.contains(&QUOTES[3..]) {
        "this line has curly quotes; write straight ones: \""
    } else if is("duplicate key") {
        "this key or table is in the file already; keep one of them ([[project]] with two brackets may be repeated)"
    } else if is("escape") {
        "a `\\` between \" and \" has a meaning of its own; write \\\\ for it, or put the text between ' and '"
    } else if is("unquoted key") && line.contains('=') {
        "a key has only the letters a to z, digits, `_` and `-`; another may be there unseen; write key = \"text\""
    } else if is("must be quoted") || is("invalid value") || is("missing value") {
        "the value cannot be read; write text between quotes, numbers, true and false without: key = \"text\""
    } else if is(" quote") || is("basic string") || is("literal string") {
        "a quote is missing; write text between two quotes: key = \"text\""
    } else if is("table") && !is("inline") {
        "the head of a table cannot be read; write [store], or [[project]] for each project"
    } else if is("array") || is("comma") {
        "a list here or above is not closed or lacks a comma; write [\"one\", \"two\"]"
    } else {
        "this line cannot be read; write key = value, with text between quotes, numbers, true and false without: key = \"text\""
    }
}
