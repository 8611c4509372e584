//! Splits the lines of a file into the cells of a row.
//!
//! The crate `csv` reads a quote that is not closed, or is closed in the middle of a cell, as if it were right: the rows
//! behind it become one cell, and no error says so. Therefore rows are split here. No column may have a line end, so a row
//! that goes over several lines is always wrong. If its quote is not closed, or the row has another number of cells than the
//! header, the line after the quote begins the next row.

use std::io;

use super::{BadLine, LONGEST, Lines};

/// The cells of a row.
#[derive(Default)]
pub(super) struct Row {
    pub(super) separator: char,
    /// The texts of the cells, one after the other.
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
    state: State,
    opened: Quote,
}

/// Where the last quote was opened.
#[derive(Clone, Copy, Default)]
struct Quote {
    line: u64,
    /// Where the next line begins, in bytes.
    next: u64,
    /// The column, from 0.
    column: usize,
    /// Where the text behind it begins in its line, in bytes.
    at: usize,
}

/// What the last character of a cell was.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// None yet, or a space.
    #[default]
    Start,
    Bare,
    Quoted,
    /// The quote that closes the cell, if no other one follows.
    Quote,
    /// A space behind the quote that closed the cell.
    Closed,
}

impl Row {
    pub(super) fn cell(&self, at: usize) -> Option<&str> {
        let start = at
            .checked_sub(1)
            .map_or(Some(0), |at| self.ends.get(at).copied())?;
        self.text.get(start..*self.ends.get(at)?)
    }

    pub(super) fn cells(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.ends.len()).map(|at| self.cell(at).unwrap_or_default())
    }

    /// The cells as the names of columns, without the empty ones at the end.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.cells().map(|cell| cell.trim().to_owned()).collect();
        let last = names.iter().rposition(|name| !name.is_empty());
        names.truncate(last.map_or(0, |at| at + 1));
        names
    }

    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The number of cells up to the last one that is not empty.
    pub(super) fn used(&self) -> usize {
        let filled = self.cells().rposition(|cell| !trim(cell).is_empty());
        filled.map_or(0, |at| at + 1)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && !self.text.contains('\n')
    }

    /// Reads the row that begins on the current line. Returns what is wrong with it; the cells before that are there.
    pub(super) fn read(
        &mut self,
        lines: &mut Lines,
        header: &[String],
    ) -> io::Result<Option<BadLine>> {
        self.text.clear();
        self.ends.clear();
        self.state = State::Start;
        let first = lines.number;
        // The quote of the first cell that goes beyond its line, and that line.
        let (mut long, mut start) = (None, String::new());
        let is_closed = loop {
            let (text, wrong) = lines.text();
            let is_split = self.split(text, lines.number, lines.end);
            if let (Some(what), None) = (&wrong, long) {
                return Ok(Some(BadLine::new(first, what)));
            }
            if wrong.is_some() || !is_split {
                break false;
            }
            if self.state != State::Quoted {
                self.ends.push(self.text.len());
                break true;
            }
            if long.is_none() {
                (long, start) = (Some(self.opened), text.to_owned());
            }
            self.text.push('\n');
            if self.text.len() > LONGEST || !lines.read()? {
                break false;
            }
        };
        let has_columns = || self.count() >= header.len() && self.used() <= header.len();
        if is_closed && (long.is_none() || has_columns()) {
            return Ok(None);
        }
        let quote = long.unwrap_or(self.opened);
        let (line, column) = (quote.line, quote.column);
        if long.is_none() {
            lines.text().0.clone_into(&mut start);
        }
        // Without its quotes, the rest of the line can still say whose row it is.
        self.ends.truncate(column);
        self.text
            .truncate(self.ends.last().copied().unwrap_or_default());
        for cell in start[quote.at..].split(self.separator) {
            self.text.push_str(&cell.replace('"', ""));
            self.ends.push(self.text.len());
        }
        let name = match header.get(column) {
            Some(name) if !name.is_empty() => format!("`{name}`"),
            _ => format!("column {}", column + 1),
        };
        let what = if long.is_none() {
            "goes on after its closing quote: inside a quoted cell write each quote twice"
        } else {
            // The next line is a row of its own.
            lines.seek(quote.next, line + 1)?;
            "begins with a quote that is not closed: close it, or remove it"
        };
        Ok(Some(BadLine::new(line, format!("{name} {what}"))))
    }

    /// Splits a further line. False: a cell goes on after its closing quote.
    fn split(&mut self, text: &str, line: u64, next: u64) -> bool {
        let mut rest = text;
        loop {
            // What needs no decision is taken at once.
            let plain = match self.state {
                State::Bare => rest.find(self.separator),
                State::Quoted => rest.find('"'),
                _ => Some(0),
            };
            let (plain, more) = rest.split_at(plain.unwrap_or(rest.len()));
            self.text.push_str(plain);
            let mut characters = more.chars();
            let Some(character) = characters.next() else {
                return true;
            };
            rest = characters.as_str();
            self.state = match (self.state, character) {
                (State::Quoted, _) => State::Quote,
                (State::Quote, '"') => {
                    self.text.push(character);
                    State::Quoted
                }
                (_, separator) if separator == self.separator => {
                    self.ends.push(self.text.len());
                    State::Start
                }
                (State::Quote | State::Closed, ' ') => State::Closed,
                (State::Quote | State::Closed, _) => return false,
                (State::Start, '"') => {
                    let column = self.ends.len();
                    let start = self.ends.last().copied();
                    self.text.truncate(start.unwrap_or_default());
                    let at = text.len() - rest.len();
                    self.opened = Quote {
                        line,
                        next,
                        column,
                        at,
                    };
                    State::Quoted
                }
                (State::Start | State::Bare, _) => {
                    self.text.push(character);
                    if character == ' ' {
                        self.state
                    } else {
                        State::Bare
                    }
                }
            };
        }
    }
}

/// A cell without the spaces around it.
pub(super) fn trim(cell: &str) -> &str {
    cell.trim_matches([' ', '\u{a0}'])
}
