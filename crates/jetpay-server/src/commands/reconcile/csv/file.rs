//! A report, read row by row.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use jetpay_core::report::ReportedOperation;
use jetpay_platform::visible;

use super::amount::Decimal;
use super::field::Field;
use super::map::Map;
use super::row::{Reader, Sources, Unreadable, column};
use crate::commands::rows::{self, CsvFile, FIRST_LINES, RowFile};
use crate::commands::table::cut;
use crate::text::NOT_UTF_8;

/// A report whose header has been read.
pub(super) struct ReportFile<'m> {
    file: CsvFile,
    header_line: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub(super) sha256: String,
    /// In bytes.
    pub(super) length: u64,
    /// The rows that the map left out so far.
    pub(super) skipped: u64,
    reader: Reader<'m>,
}

/// Why a report has no header.
pub(super) fn no_header() -> String {
    format!("none of the first {FIRST_LINES} lines has the names of two or more columns")
}

/// How much a line looks like a header, if it has the names of so many fields: these count most.
pub(super) fn score(header: &[String], fields: usize) -> usize {
    let mut filled = header.iter().filter(|name| !name.is_empty());
    let count = filled.clone().count();
    // A row has numbers, which are no names.
    let is_named = filled.all(|name| name.chars().any(char::is_alphabetic));
    fields * 1000 + if is_named && count > 1 { count } else { 0 }
}

/// Opens a report that can be read row by row, in this encoding.
pub(super) fn open(path: &Path, map: &Map) -> anyhow::Result<RowFile> {
    let mut file = RowFile::open(path)?;
    let name = rows::name(path);
    if !file.is_csv {
        bail!("{name} is JSON and no report of the Dashboard: choose CSV there");
    }
    if map.encoding.is_some() && file.has_bom() {
        bail!("{name} begins with a mark of UTF-8: write encoding = \"utf-8\" in the map");
    }
    file.lines.encoding = map.encoding;
    Ok(file)
}

impl<'m> ReportFile<'m> {
    /// Opens a report and finds its header by the names in the map.
    pub(super) fn open(path: &Path, map: &'m Map) -> anyhow::Result<Self> {
        let name = rows::name(path);
        let mut file = open(path, map)?;
        let sha256 = file
            .sha256()
            .with_context(|| format!("cannot read {name}"))?;
        let length = file.length;
        let mapped = |header: &[String]| {
            let is_there = |field: &&Field| column(map, **field, header).is_some();
            score(header, Field::ALL.iter().filter(is_there).count())
        };
        let found = CsvFile::find(file, map.delimiter, mapped);
        let found = found.map_err(|error| {
            let is_utf8 = !error.to_string().contains(NOT_UTF_8);
            let advice = if is_utf8 {
                ""
            } else {
                ", or write encoding = \"windows-1251\" in the map"
            };
            anyhow!("{name}: {error}{advice}")
        })?;
        let Some((file, header_line)) = found else {
            let separator = match map.delimiter {
                Some(it) => format!(", separated by {} as the map says", separator_name(it)),
                None => String::new(),
            };
            bail!("{name}: {}{separator}", no_header());
        };
        let sources = Sources::new(map, &file.header);
        let sources = sources
            .map_err(|what| anyhow!("{name}: {what}; {}", columns_read(&file, header_line)))?;
        let reader = Reader {
            map,
            sources,
            decimal: Decimal::new(map.decimal),
        };
        Ok(Self {
            file,
            header_line,
            sha256,
            length,
            skipped: 0,
            reader,
        })
    }

    /// Says which columns it has.
    pub(super) fn columns(&self) -> String {
        columns_read(&self.file, self.header_line)
    }

    /// Reads all rows: each with its line, from 1. `progress` gets the bytes that are read. Returns how many
    /// rows there are, with those that the map leaves out.
    pub(super) fn read(
        &mut self,
        progress: &mut dyn FnMut(u64),
        each: &mut dyn FnMut(u64, Result<ReportedOperation, Unreadable>),
    ) -> anyhow::Result<u64> {
        let mut rows = 0;
        while let Some(row) = self.file.next()? {
            rows += 1;
            progress(row.byte);
            let read = match row.cells {
                Ok(cells) if self.reader.skips(&cells) => {
                    self.skipped += 1;
                    continue;
                }
                Ok(mut cells) => {
                    let (ids, operation) = self.reader.operation(row.line, &mut cells);
                    let read = cells.errors.into_result(operation);
                    read.map_err(|errors| Unreadable::new(ids, errors))
                }
                Err(bad) => Err(Unreadable {
                    operation: None,
                    column: String::new(),
                    why: bad.what,
                }),
            };
            each(row.line, read);
        }
        let read = self.file.byte();
        progress(read);
        if read != self.length {
            bail!("the file changed while it was read: is it still being downloaded?");
        }
        Ok(rows)
    }
}

/// Says which columns a file has.
fn columns_read(file: &CsvFile, line: u64) -> String {
    let names: Vec<_> = file.header.iter().map(|name| format!("`{name}`")).collect();
    let separator = separator_name(file.separator());
    let shown = visible::line(&names.join(", "));
    cut(format!(
        "the columns in line {line}, separated by {separator}, are {shown}"
    ))
}

pub(super) fn separator_name(separator: char) -> String {
    match separator {
        '\t' => "tabs".to_owned(),
        _ => format!("`{separator}`"),
    }
}
