//! Reading files record by record: JSON Lines, or CSV with a header.

use std::io::{Read, Seek};

use anyhow::bail;
use indicatif::ProgressBar;
use jetpay_platform::visible;
use serde::de::DeserializeOwned;

use crate::commands::table::cut;
use crate::field_error::FieldError;

/// A line that is wrong, and why.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct BadLine {
    /// The number of the line, from 1.
    pub(in crate::commands) line: u64,
    /// Fit for a terminal: it may name what the file says.
    pub(in crate::commands) what: String,
}

impl BadLine {
    pub(in crate::commands) fn new(line: u64, what: impl AsRef<str>) -> Self {
        let what = cut(visible::line(what.as_ref()));
        Self { line, what }
    }

    pub(in crate::commands) fn of_field(line: u64, error: &FieldError) -> Self {
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
}

/// Reads JSON Lines: gives `take` every line with its number. Empty lines are skipped.
pub(super) fn for_each_json<L: DeserializeOwned>(
    bytes: &[u8],
    bar: &ProgressBar,
    mut take: impl FnMut(u64, Result<L, BadLine>),
) {
    for (number, text) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        bar.inc(text.len() as u64 + 1);
        if !text.trim_ascii().is_empty() {
            let line = FieldError::of_line(text);
            take(
                number,
                line.map_err(|error| BadLine::of_field(number, &error)),
            );
        }
    }
}

/// The columns that a CSV file may have and must have. The first of `all` is the key.
pub(super) struct Columns {
    pub(super) all: &'static [&'static str],
    pub(super) required: &'static [&'static str],
}

/// A row of a CSV file. Empty cells are absent.
pub(super) struct CsvRow<'a, R> {
    /// The line on which the row begins; the header is line 1.
    pub(super) line: u64,
    /// Where the row begins, in bytes.
    pub(super) byte: u64,
    /// The cell in the key's column, also when another cell is wrong.
    pub(super) key: Option<&'a str>,
    pub(super) cells: Result<R, BadLine>,
}

/// A CSV file, read row by row.
pub(super) struct CsvFile<F> {
    rows: csv::Reader<F>,
    header: csv::StringRecord,
    key: Option<usize>,
    record: csv::StringRecord,
}

impl<F: Read> CsvFile<F> {
    /// Reads the header and checks it.
    pub(super) fn new(file: F, columns: &Columns) -> anyhow::Result<Self> {
        let mut rows = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(file);
        let header = rows.headers()?.clone();
        columns.check(&header)?;
        let key = header.iter().position(|name| name == columns.all[0]);
        Ok(Self {
            rows,
            header,
            key,
            record: csv::StringRecord::new(),
        })
    }

    /// The next row; none at the end.
    pub(super) fn next<R: DeserializeOwned>(&mut self) -> Option<CsvRow<'_, R>> {
        let (line, byte) = (self.rows.position().line(), self.rows.position().byte());
        let (line, cells) = match self.rows.read_record(&mut self.record) {
            Ok(false) => return None,
            Ok(true) => {
                let line = self.record.position().map_or(line, csv::Position::line);
                (line, self.record.deserialize(Some(&self.header)))
            }
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                (line, Err(error))
            }
        };
        let cells = cells.map_err(|error| BadLine::new(line, message(&error, &self.header)));
        let key = self.key.and_then(|at| self.record.get(at));
        Some(CsvRow {
            line,
            byte,
            key,
            cells,
        })
    }
}

impl<F: Read + Seek> CsvFile<F> {
    /// Goes to the row that begins at this byte and line.
    pub(super) fn seek(&mut self, byte: u64, line: u64) -> csv::Result<()> {
        let mut position = csv::Position::new();
        position.set_byte(byte).set_line(line);
        self.rows.seek(position)
    }
}

/// Reads CSV: gives `take` every row.
pub(super) fn for_each_csv<R: DeserializeOwned>(
    file: impl Read,
    bar: &ProgressBar,
    columns: &Columns,
    mut take: impl FnMut(CsvRow<'_, R>),
) -> anyhow::Result<()> {
    let mut file = CsvFile::new(file, columns)?;
    while let Some(row) = file.next() {
        bar.set_position(row.byte);
        take(row);
    }
    Ok(())
}

impl Columns {
    fn check(&self, header: &csv::StringRecord) -> anyhow::Result<()> {
        let known = header.iter().all(|name| self.all.contains(&name));
        let complete = self
            .required
            .iter()
            .all(|required| header.iter().any(|name| name == *required));
        if !known || !complete {
            let (all, required) = (self.all.join(","), self.required.join(","));
            bail!("the first line must name columns out of: {all}; these are required: {required}");
        }
        Ok(())
    }
}

/// The reader's message without the position, which the caller prints. It contains no text of a cell.
fn message(error: &csv::Error, header: &csv::StringRecord) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("the row has {len} cells, but the header has {expected_len}")
        }
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err
                .field()
                .and_then(|field| header.get(usize::try_from(field).ok()?));
            let name = column.unwrap_or_default();
            let what = match err.kind() {
                csv::DeserializeErrorKind::ParseInt(_) => FieldError::not_whole(name).message,
                kind => kind.to_string(),
            };
            column.map_or(what.clone(), |column| format!("`{column}`: {what}"))
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
