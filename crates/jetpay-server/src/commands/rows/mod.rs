//! Files of rows as people have them: CSV with a header, or JSON Lines. Customers, payments and payouts are read by this.

mod csv;
mod split;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, bail};
use encoding_rs::Encoding;
use jetpay_platform::visible;
use sha2::{Digest, Sha256};

use super::table::cut;
use crate::field_error::{FieldError, FieldErrors};
use crate::text::{NOT_UTF_8, SAVE_AS_UTF_8, foreign, not_utf8, without_bom};

pub(super) use csv::{Cells, Columns, CsvFile, CsvRow, FIRST_LINES, SEPARATORS};
#[cfg(test)]
pub(super) use tests::{file, open};

/// The name of a file that is read from standard input.
const STANDARD_INPUT: &str = "-";

/// The longest line, and the longest row, in bytes: the longest body of `PUT`. A file without line ends does not fill the memory.
const LONGEST: usize = 1024 * 1024;

/// This many bytes show what a file is.
const START: u64 = 4096;

/// A line that is wrong, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    /// The number of the line, from 1.
    pub(super) line: u64,
    /// Fit for a terminal: it may name what the file says.
    pub(super) what: String,
}

impl BadLine {
    pub(super) fn new(line: u64, what: impl AsRef<str>) -> Self {
        let what = cut(visible::line(what.as_ref()));
        Self { line, what }
    }

    pub(super) fn of_field(line: u64, error: &FieldError) -> Self {
        let FieldError { field, message } = error;
        Self::new(
            line,
            if field.is_empty() {
                message.clone()
            } else {
                format!("`{field}` {message}")
            },
        )
    }

    /// All errors of a line.
    pub(super) fn all(line: u64, errors: FieldErrors) -> impl Iterator<Item = Self> {
        let errors = errors.into_iter();
        errors.map(move |error| Self::of_field(line, &error))
    }
}

/// Shows wrong lines, and returns how many lines they are: one line can have several errors.
pub(super) fn show(path: &Path, bad: &[BadLine]) -> usize {
    let file = name(path);
    let mut out = io::stderr().lock();
    // A file in another encoding can have very many such lines.
    let mut not_utf_8 = 0;
    for bad in bad {
        not_utf_8 += usize::from(bad.what.starts_with(NOT_UTF_8));
        if not_utf_8 < 2 || !bad.what.starts_with(NOT_UTF_8) {
            // There is nowhere to report that standard error is closed.
            let _ = writeln!(out, "{file}:{}: {}", bad.line, bad.what);
        }
    }
    if not_utf_8 > 1 {
        let _ = writeln!(out, "{file}: in all, {not_utf_8} lines are not UTF-8");
    }
    let mut lines: Vec<_> = bad.iter().map(|bad| bad.line).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.len()
}

/// Whether the rows come from standard input, which then holds no answer to a question.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path == STANDARD_INPUT
}

/// The name of a file, fit for a terminal.
pub(super) fn name(path: &Path) -> String {
    if is_standard_input(path) {
        return "standard input".to_owned();
    }
    visible::line(&path.display().to_string())
}

/// An open file that can be read more than once.
pub(super) struct RowFile {
    pub(super) lines: Lines,
    pub(super) is_csv: bool,
    /// In bytes.
    pub(super) length: u64,
}

impl RowFile {
    /// Opens a file, or standard input as `-`. What cannot be read twice is copied first.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let name = name(path);
        let (file, start, length) = opened(path).with_context(|| format!("cannot read {name}"))?;
        if let Some(kind) = foreign(&start) {
            bail!("{name} is {kind}: {SAVE_AS_UTF_8}");
        }
        let text = without_bom(&start);
        let is_csv = is_csv(path, text);
        if !is_csv {
            check_json_lines(text).context(name)?;
        }
        let first = start.len() - text.len();
        Ok(Self {
            lines: Lines::new(file, first as u64)?,
            is_csv,
            length,
        })
    }

    /// Whether all of it is UTF-8.
    pub(super) fn is_utf8(&mut self) -> io::Result<bool> {
        let mut is_utf8 = true;
        while is_utf8 && self.lines.read()? {
            is_utf8 = str::from_utf8(&self.lines.text).is_ok();
        }
        self.lines.rewind()?;
        Ok(is_utf8)
    }

    /// Whether it begins with a mark of UTF-8.
    pub(super) fn has_bom(&self) -> bool {
        self.lines.first > 0
    }

    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub(super) fn sha256(&mut self) -> io::Result<String> {
        let mut hash = Sha256::new();
        self.lines.seek(0, 1)?;
        loop {
            let bytes = self.lines.file.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            hash.update(bytes);
            let read = bytes.len();
            self.lines.file.consume(read);
            self.lines.end += read as u64;
        }
        self.lines.rewind()?;
        let digits = hash
            .finalize()
            .into_iter()
            .map(|byte| format!("{byte:02x}"));
        Ok(digits.collect())
    }
}

/// An open file, its first bytes, and its length.
fn opened(path: &Path) -> io::Result<(File, Vec<u8>, u64)> {
    let mut file = if is_standard_input(path) {
        copy(&mut io::stdin().lock())?
    } else {
        let mut file = File::open(path)?;
        if file.metadata()?.is_file() {
            file
        } else {
            copy(&mut file)?
        }
    };
    let mut start = Vec::new();
    (&file).take(START).read_to_end(&mut start)?;
    file.rewind()?;
    let length = file.metadata()?.len();
    Ok((file, start, length))
}

fn copy(from: &mut impl Read) -> io::Result<File> {
    let mut copy = tempfile::tempfile()?;
    io::copy(from, &mut copy)?;
    copy.rewind()?;
    Ok(copy)
}

/// Whether a file is CSV: no header begins as JSON does.
fn is_csv(path: &Path, text: &[u8]) -> bool {
    let is_named = |known| {
        path.extension()
            .is_some_and(|it| it.eq_ignore_ascii_case(known))
    };
    !text.trim_ascii_start().starts_with(b"{")
        && !text.trim_ascii_start().starts_with(b"[")
        && !is_named("jsonl")
        && !is_named("ndjson")
}

/// JSON that is no JSON Lines is named once, not by each of its lines.
fn check_json_lines(text: &[u8]) -> anyhow::Result<()> {
    let text = text.trim_ascii_start();
    let first = text.split(|byte| matches!(byte, b'\r' | b'\n')).next();
    let what = if text.starts_with(b"[") {
        "the file is one JSON list"
    } else if first.is_some_and(|line| line.trim_ascii() == b"{") {
        "an object of the file goes over several lines"
    } else {
        return Ok(());
    };
    bail!(
        "{what}; write JSON Lines: each object on one line, without `[`, `]` and commas around them"
    )
}

/// The lines of a file. They end with LF, CR LF or, as on old Macs, CR.
pub(super) struct Lines {
    file: BufReader<File>,
    /// Where the text begins, in bytes.
    first: u64,
    text: Vec<u8>,
    is_too_long: bool,
    /// The encoding, if it is not UTF-8. It has one byte a character, and the characters of ASCII.
    pub(super) encoding: Option<&'static Encoding>,
    /// The number of the line, from 1.
    pub(super) number: u64,
    /// Where the next line begins, in bytes.
    pub(super) end: u64,
}

impl Lines {
    /// The lines of a file whose text begins at this byte.
    fn new(file: File, first: u64) -> io::Result<Self> {
        let mut lines = Self {
            file: BufReader::new(file),
            first,
            text: Vec::new(),
            is_too_long: false,
            encoding: None,
            number: 0,
            end: 0,
        };
        lines.seek(first, 1)?;
        Ok(lines)
    }

    /// Goes back to the first line.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.seek(self.first, 1)
    }

    /// Goes to the line that begins at this byte and has this number.
    pub(super) fn seek(&mut self, byte: u64, number: u64) -> io::Result<()> {
        // A step inside the buffer keeps it.
        let step = byte.wrapping_sub(self.end).cast_signed();
        self.file.seek_relative(step)?;
        (self.end, self.number) = (byte, number - 1);
        Ok(())
    }

    /// Reads the next line. False: there is none.
    pub(super) fn read(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.is_too_long = false;
        let start = self.end;
        loop {
            let buffer = self.file.fill_buf()?;
            let line_end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let length = line_end.unwrap_or(buffer.len());
            let room = LONGEST - self.text.len();
            self.is_too_long |= length > room;
            self.text.extend_from_slice(&buffer[..length.min(room)]);
            let is_cr = line_end.is_some_and(|at| buffer[at] == b'\r');
            let is_last = buffer.is_empty();
            let read = length + usize::from(line_end.is_some());
            self.file.consume(read);
            self.end += read as u64;
            if is_cr && self.file.fill_buf()?.first() == Some(&b'\n') {
                self.file.consume(1);
                self.end += 1;
            }
            if line_end.is_some() || is_last {
                if let Some(encoding) = self.encoding {
                    let (text, _) = encoding.decode_without_bom_handling(&self.text);
                    self.text = text.into_owned().into_bytes();
                }
                let is_line = self.end > start;
                self.number += u64::from(is_line);
                return Ok(is_line);
            }
        }
    }

    /// The line up to where it can be read, and what is wrong there.
    fn text(&self) -> (&str, Option<String>) {
        match str::from_utf8(&self.text) {
            _ if self.is_too_long => ("", Some(format!("is longer than {LONGEST} bytes"))),
            Ok(text) => (text, None),
            Err(error) => {
                let (text, _) = self.text.split_at(error.valid_up_to());
                let text = str::from_utf8(text).unwrap_or_default();
                let what = not_utf8(&self.text, error);
                (text, Some(format!("{what}: {SAVE_AS_UTF_8}")))
            }
        }
    }

    /// The next line that is not blank, to be read as JSON. None: there is none.
    pub(super) fn next_json(&mut self) -> io::Result<Option<Result<&[u8], BadLine>>> {
        while self.read()? {
            if self.is_too_long {
                let (_, what) = self.text();
                return Ok(Some(Err(BadLine::new(
                    self.number,
                    what.unwrap_or_default(),
                ))));
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(Some(Ok(&self.text)));
            }
        }
        Ok(None)
    }
}
