//! A map that is guessed from a report: its columns from their names, the rest from the cells.

mod written;

use std::collections::BTreeSet;

use jetpay_core::status::{OperationStatus, OperationType};

use super::amount::shape;
use super::columns::Sample;
use super::field::Field;
use super::file::score;
use super::map::{ENCODINGS, Map, Place};
use super::row::is_empty;
use super::time;
use crate::commands::rows::{CsvFile, CsvRow};

/// The forms of times that reports may have. The empty one is that of the Data API.
const FORMS: [&str; 8] = [
    "",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
];

/// So many unknown words of a report are remembered: more are no words of a type or a status.
const MOST_WORDS: usize = 30;

/// What is understood of a report.
pub(super) struct Guess {
    pub(super) map: Map,
    pub(super) separator: char,
    pub(super) header_line: u64,
    /// The names of the columns that no field has.
    pub(super) unused: Vec<String>,
    pub(super) rows: u64,
    /// How many times each form fits, in the order of [`FORMS`].
    fitting: [u64; FORMS.len()],
    /// What the first time looks like.
    time: Option<String>,
    /// The signs in amounts.
    signs: BTreeSet<char>,
    /// The words that the platform does not have.
    types: BTreeSet<String>,
    statuses: BTreeSet<String>,
}

impl Guess {
    /// How much a line looks like a header whose names are known here.
    pub(super) fn score(header: &[String]) -> usize {
        let is_there = |field: &&Field| column_of(**field, header).is_some();
        score(header, Field::ALL.iter().filter(is_there).count())
    }

    /// A guess from the header alone.
    pub(super) fn new(mut map: Map, file: &CsvFile, header_line: u64) -> Self {
        let header = &file.header;
        for field in Field::ALL {
            if let Some(name) = column_of(field, header) {
                map.places[field as usize] = Place::Columns(vec![name.clone()]);
            }
        }
        let is_used = |name: &&String| {
            Field::ALL
                .iter()
                .any(|it| column_of(*it, header) == Some(name))
        };
        let unused = header
            .iter()
            .filter(|name| !name.is_empty() && !is_used(name));
        Self {
            unused: unused.cloned().collect(),
            separator: file.separator(),
            header_line,
            map,
            rows: 0,
            fitting: [0; _],
            time: None,
            signs: BTreeSet::new(),
            types: BTreeSet::new(),
            statuses: BTreeSet::new(),
        }
    }

    /// The name of a field's column.
    pub(super) fn column(&self, field: Field) -> Option<&str> {
        match self.map.place(field) {
            Place::Columns(names) => names.first().map(String::as_str),
            _ => None,
        }
    }

    pub(super) fn encoding(&self) -> &'static str {
        ENCODINGS[usize::from(self.map.encoding.is_some())].0
    }

    /// Learns from a row.
    pub(super) fn row(&mut self, row: CsvRow<'_>) -> Sample {
        self.rows += 1;
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(bad) => return (row.line, Err(bad.what)),
        };
        let values = Field::ALL.map(|field| {
            let cell = self
                .column(field)
                .map_or("", |name| cells.cell(name).trim());
            if is_empty(cell) { "" } else { cell }.to_owned()
        });
        for field in Field::ALL {
            let cell = values[field as usize].as_str();
            if cell.is_empty() {
                continue;
            }
            let (words, is_unknown) = match field {
                Field::Type => (
                    &mut self.types,
                    matches!(OperationType::from(cell), OperationType::Other(_)),
                ),
                Field::Status => (
                    &mut self.statuses,
                    matches!(OperationStatus::from(cell), OperationStatus::Other(_)),
                ),
                Field::Amount => {
                    self.signs
                        .extend(cell.chars().filter(|it| matches!(it, '.' | ',')));
                    continue;
                }
                Field::CompletedAt | Field::CreatedAt => {
                    for (form, fitting) in FORMS.iter().zip(&mut self.fitting) {
                        let read = time::seconds(cell, &forms(form), &self.map.zone);
                        *fitting += u64::from(read.is_ok());
                    }
                    self.time.get_or_insert_with(|| shape(cell));
                    continue;
                }
                _ => continue,
            };
            if is_unknown && words.len() < MOST_WORDS {
                words.insert(cell.to_owned());
            }
        }
        (row.line, Ok(values))
    }

    /// The forms that fit most times: none if no form fits one.
    fn forms(&self) -> Vec<&'static str> {
        let most = self.fitting.into_iter().max().filter(|it| *it > 0);
        let forms = FORMS.into_iter().zip(self.fitting);
        let forms = forms.filter(|(_, fitting)| Some(*fitting) == most);
        forms.map(|(form, _)| form).collect()
    }

    /// Decides by all rows.
    pub(super) fn finish(&mut self) {
        if let [form] = self.forms()[..] {
            self.map.dates = forms(form);
        }
        if self.signs.len() == 1 {
            self.map.decimal = self.signs.first().copied();
        }
    }
}

fn forms(form: &str) -> Vec<String> {
    let forms = Some(form).filter(|it| !it.is_empty());
    forms.map(str::to_owned).into_iter().collect()
}

/// The column that probably has a field.
fn column_of(field: Field, header: &[String]) -> Option<&String> {
    let plain = |name: &str| name.to_lowercase().replace('_', " ");
    let mut labels = field.labels().iter();
    labels.find_map(|label| header.iter().find(|name| plain(name) == plain(label)))
}
