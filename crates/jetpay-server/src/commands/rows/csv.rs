//! CSV with a header, row by row, and the cells of a row by column.

use std::{fmt, io};

use anyhow::bail;

use super::split::{Row, trim};
use super::{BadLine, Lines, RowFile};
use crate::commands::table::cut;
use crate::field_error::{FieldError, FieldErrors};
use crate::payout_request::unseen::unseen;
use crate::text::{odd_id, odd_text, rounded};

/// The columns that a file may have and must have, with commas between. The first of `all` is the key.
pub(in crate::commands) struct Columns {
    pub(in crate::commands) all: &'static str,
    pub(in crate::commands) required: &'static str,
}

/// A row that is not wholly empty.
pub(in crate::commands) struct CsvRow<'a> {
    /// The line on which the row begins, from 1.
    pub(in crate::commands) line: u64,
    /// Where the row begins, in bytes.
    pub(in crate::commands) byte: u64,
    /// The cell in the key's column if it is not empty, also when another cell is wrong.
    pub(in crate::commands) key: Option<&'a str>,
    pub(in crate::commands) cells: Result<Cells<'a>, BadLine>,
}

/// A CSV file, read row by row.
pub(in crate::commands) struct CsvFile {
    lines: Lines,
    /// The columns of a file that may have no others.
    columns: Option<&'static Columns>,
    /// The names in the header, without the empty ones at its end.
    pub(in crate::commands) header: Vec<String>,
    row: Row,
}

/// A header is in one of the first lines.
pub(in crate::commands) const FIRST_LINES: usize = 50;

impl CsvFile {
    /// Reads the header and checks it.
    pub(in crate::commands) fn new(
        file: RowFile,
        columns: &'static Columns,
    ) -> anyhow::Result<Self> {
        let (mut lines, mut row, mut separator) = (file.lines, Row::default(), None);
        while lines.read()? {
            let line = lines.number;
            let (text, _) = lines.text();
            // Excel's own way to name the separator.
            if let Some(given) = text.strip_prefix("sep=") {
                separator = given.chars().next();
                continue;
            }
            row.separator = separator.unwrap_or_else(|| separator_of(text));
            if let Some(BadLine { line, what }) = row.read(&mut lines, &[])? {
                bail!("line {line}: {what}");
            }
            if row.is_blank() {
                continue;
            }
            let header = row.names();
            if let Some(wrong) = columns.wrong(&header) {
                bail!("line {line} must name {columns}; {wrong}");
            }
            return Ok(Self {
                lines,
                columns: Some(columns),
                header,
                row,
            });
        }
        bail!("the file is empty: its first line must name {columns}");
    }

    /// Finds the header of a file that another system wrote: of the first lines, as each separator splits them, the first
    /// with the highest score above 0. Returns its line, from 1, too. Columns that nobody asks for may have any name or none.
    pub(in crate::commands) fn find(
        file: RowFile,
        separator: Option<char>,
        score: impl Fn(&[String]) -> usize,
    ) -> anyhow::Result<Option<(Self, u64)>> {
        let (mut lines, mut row, mut separator) = (file.lines, Row::default(), separator);
        let (mut best, mut wrong) = (None, None);
        let mut highest = 0;
        for _ in 0..FIRST_LINES {
            let (start, number) = (lines.end, lines.number + 1);
            if !lines.read()? {
                break;
            }
            let next = lines.end;
            if let Some(given) = lines.text().0.strip_prefix("sep=") {
                separator = separator.or(given.chars().next());
                continue;
            }
            let all = separator.map_or(SEPARATORS.to_vec(), |it| vec![it]);
            for separator in all {
                lines.seek(start, number)?;
                lines.read()?;
                row.separator = separator;
                if let Some(bad) = row.read(&mut lines, &[])? {
                    wrong = wrong.or(Some(bad));
                    continue;
                }
                let header = row.names();
                let score = score(&header);
                if score > highest {
                    highest = score;
                    best = Some((separator, header, number));
                }
            }
            lines.seek(next, number + 1)?;
        }
        lines.rewind()?;
        let Some((separator, header, header_line)) = best else {
            return match wrong {
                Some(BadLine { line, what }) => bail!("line {line}: {what}"),
                None => Ok(None),
            };
        };
        while lines.number < header_line {
            lines.read()?;
        }
        row.separator = separator;
        let file = Self {
            lines,
            columns: None,
            header,
            row,
        };
        Ok(Some((file, header_line)))
    }

    /// What separates the cells.
    pub(in crate::commands) fn separator(&self) -> char {
        self.row.separator
    }

    /// Where the next row begins, in bytes.
    pub(in crate::commands) fn byte(&self) -> u64 {
        self.lines.end
    }

    /// Goes to the row that begins at this byte and line.
    pub(in crate::commands) fn seek(&mut self, byte: u64, line: u64) -> io::Result<()> {
        self.lines.seek(byte, line)
    }

    /// The next row; none at the end.
    pub(in crate::commands) fn next(&mut self) -> io::Result<Option<CsvRow<'_>>> {
        loop {
            let byte = self.lines.end;
            if !self.lines.read()? {
                return Ok(None);
            }
            let line = self.lines.number;
            let bad = self.row.read(&mut self.lines, &self.header)?;
            if bad.is_none() && self.row.is_blank() {
                continue;
            }
            let cells = Cells {
                file: self,
                errors: FieldErrors::default(),
            };
            let key = self
                .columns
                .map_or("", |columns| trim(cells.cell(columns.key())));
            let bad = bad.or_else(|| Some(BadLine::new(line, self.wrong_cells()?)));
            return Ok(Some(CsvRow {
                line,
                byte,
                key: (!key.is_empty()).then_some(key),
                cells: bad.map_or(Ok(cells), Err),
            }));
        }
    }

    /// Whether the row has too few cells or a cell in no column, or is a further header.
    fn wrong_cells(&self) -> Option<String> {
        let names = self.row.cells();
        let names = names.map(|cell| cell.trim_start_matches('\u{feff}').trim());
        if names.eq(&self.header) {
            return Some("is a second header, as between joined files: remove it".to_owned());
        }
        let (count, used, expected) = (self.row.count(), self.row.used(), self.header.len());
        if count < expected || used > expected {
            return Some(match if count < expected { count } else { used } {
                1 => format!(
                    "the row is one cell, but the header has {expected}: has it another separator?"
                ),
                count => format!("the row has {count} cells, but the header has {expected}"),
            });
        }
        self.columns?;
        let mut unnamed = self.row.cells().zip(&self.header);
        let place = unnamed.position(|(cell, name)| name.is_empty() && !trim(cell).is_empty())?;
        Some(format!(
            "the row has a value in column {}, but the header has no name there",
            place + 1
        ))
    }
}

/// The cells of a row by the names of their columns, and the errors in them so far.
pub(in crate::commands) struct Cells<'a> {
    file: &'a CsvFile,
    pub(in crate::commands) errors: FieldErrors,
}

impl<'a> Cells<'a> {
    /// A cell as it is in the file. It is empty when the file does not have the column.
    pub(in crate::commands) fn cell(&self, column: &str) -> &'a str {
        let place = self.file.header.iter().position(|name| name == column);
        place
            .and_then(|at| self.file.row.cell(at))
            .unwrap_or_default()
    }

    /// A text. None: the cell is empty, or is an error.
    pub(in crate::commands) fn text(&mut self, column: &str) -> Option<String> {
        self.checked(column, |text| Ok(text.to_owned()))
    }

    /// A text that is an id.
    pub(in crate::commands) fn id(&mut self, column: &str) -> Option<String> {
        self.checked(column, |id| {
            odd_id(id).map_or_else(|| Ok(id.to_owned()), Err)
        })
    }

    /// A text that the payer or the platform sees, without a spreadsheet's marks.
    pub(in crate::commands) fn label(&mut self, column: &str) -> Option<String> {
        self.checked(column, |text| {
            odd_text(text).map_or_else(|| Ok(text.to_owned()), Err)
        })
    }

    /// A whole number. None: the cell is empty, or is an error.
    pub(in crate::commands) fn number(&mut self, column: &str) -> Option<i64> {
        self.checked(column, |text| {
            let is_money = FieldError::is_money(column);
            let digits = text.strip_prefix('-').filter(|_| !is_money);
            let digits = digits.unwrap_or(text).as_bytes();
            let is_whole = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            text.parse().ok().filter(|_| is_whole).ok_or_else(|| {
                let whole = FieldError::not_whole(column).message;
                let example = if is_money { ": 150000 is 1 500.00" } else { "" };
                let what = format!(
                    "{whole}; write digits alone, without a point, a comma, a space or a sign{example}"
                );
                unseen(text).unwrap_or(if is_whole { whole } else { what })
            })
        })
    }

    /// A cell that is not empty, as `read` reads it. None: the cell is empty, or is an error.
    pub(in crate::commands) fn checked<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = trim(self.cell(column));
        if text.is_empty() {
            return None;
        }
        let value = if text.contains('\n') {
            let last = self.file.lines.number;
            Err(format!(
                "has a line end: its quote is closed in line {last}; is a quote missing, or one too many?"
            ))
        } else {
            rounded(text).map_or_else(|| read(text), Err)
        };
        self.errors
            .keep(value.map_err(|what| FieldError::new(column, what)))
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, required } = self;
        write!(
            f,
            "these columns, in any order, separated by commas, semicolons, tabs or `|`: {all}"
        )?;
        if required.len() < all.len() {
            write!(f, " (required: {required})")?;
        }
        Ok(())
    }
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.all.split(',')
    }

    fn required(&self) -> impl Iterator<Item = &'static str> {
        self.required.split(',').filter(|name| !name.is_empty())
    }

    fn key(&self) -> &'static str {
        self.all().next().unwrap_or_default()
    }

    /// The columns that are missing, unknown or twice in a header.
    fn wrong(&self, header: &[String]) -> Option<String> {
        let count = |name: &str| header.iter().filter(|it| *it == name).count();
        let is_known = |name: &str| name.is_empty() || self.all().any(|known| known == name);
        let missing: Vec<_> = self.required().filter(|name| count(name) == 0).collect();
        let twice: Vec<_> = self.all().filter(|name| count(name) > 1).collect();
        let unknown = header.iter().filter(|name| !is_known(name));
        let mut unknown: Vec<_> = unknown.map(|name| self.guessed(name)).collect();
        if unknown.len() == header.len() && header.len() >= self.required().count() {
            // The cells of a row can be personal data.
            unknown = vec!["all of them, as if the line were a row".to_owned()];
        }
        let wrong = [
            ("missing", missing.join(", ")),
            ("unknown", unknown.join(", ")),
            ("twice", twice.join(", ")),
        ];
        let wrong = wrong.into_iter().filter(|(_, names)| !names.is_empty());
        let wrong = wrong.map(|(what, names)| format!("{what}: {}", cut(names)));
        let wrong: Vec<_> = wrong.collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }

    /// An unknown name, with the column that it resembles.
    fn guessed(&self, name: &str) -> String {
        let letters = |name: &str| -> String {
            let letters = name.chars().filter(char::is_ascii_alphabetic);
            letters.map(|letter| letter.to_ascii_lowercase()).collect()
        };
        match self.all().find(|column| letters(column) == letters(name)) {
            Some(column) => format!("{name} (write {column})"),
            None => name.to_owned(),
        }
    }
}

/// What may separate cells.
pub(in crate::commands) const SEPARATORS: [char; 4] = ['|', '\t', ';', ','];

/// The separator that a header has most often. No column's name has one.
fn separator_of(header: &str) -> char {
    let count = |separator: &char| header.matches(*separator).count();
    // Of equal counts the last one is taken.
    SEPARATORS.into_iter().max_by_key(count).unwrap_or(',')
}
