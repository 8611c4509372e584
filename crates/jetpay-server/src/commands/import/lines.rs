//! Reading files record by record: JSON Lines, or CSV with a header.

use anyhow::bail;
use indicatif::ProgressBar;
use serde::de::DeserializeOwned;

use crate::field_error::FieldError;

/// A line that is wrong, and why.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct BadLine {
    /// The number of the line, from 1.
    pub(in crate::commands) line: u64,
    pub(in crate::commands) what: String,
}

impl BadLine {
    pub(in crate::commands) fn new(line: u64, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
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
            take(number, json(number, text));
        }
    }
}

fn json<L: DeserializeOwned>(number: u64, text: &[u8]) -> Result<L, BadLine> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            BadLine::of_field(number, &FieldError::of_json(&error))
        } else {
            BadLine::new(
                number,
                format!("is not JSON from column {} on", error.inner().column()),
            )
        }
    })?;
    json.end()
        .map_err(|_| BadLine::new(number, "there is more than one JSON value on the line"))?;
    Ok(value)
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
    /// The cell in the key's column, also when another cell is wrong.
    pub(super) key: Option<&'a str>,
    pub(super) cells: Result<R, BadLine>,
}

/// Reads CSV: gives `take` every row.
pub(super) fn for_each_csv<R: DeserializeOwned>(
    bytes: &[u8],
    bar: &ProgressBar,
    columns: &Columns,
    mut take: impl FnMut(CsvRow<'_, R>),
) -> anyhow::Result<()> {
    let mut rows = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = rows.headers()?.clone();
    columns.check(&header)?;
    let key = header.iter().position(|name| name == columns.all[0]);
    let mut record = csv::StringRecord::new();
    loop {
        let line = rows.position().line();
        let (line, cells) = match rows.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                bar.set_position(rows.position().byte());
                let line = record.position().map_or(line, csv::Position::line);
                (line, record.deserialize(Some(&header)))
            }
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                (line, Err(error))
            }
        };
        let cells = cells.map_err(|error| BadLine::new(line, message(&error, &header)));
        let key = key.and_then(|at| record.get(at));
        take(CsvRow { line, key, cells });
    }
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
            let column = column.map_or(String::new(), |column| format!("`{column}`: "));
            format!("{column}{}; amounts are whole minor units", err.kind())
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
