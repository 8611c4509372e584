//! The map of a report: which column holds what, and how its cells are written. It is a TOML file, because the platform
//! publishes neither the names of the columns nor their form.

mod reader;

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use encoding_rs::{Encoding, WINDOWS_1251};
use jetpay_core::status::{OperationStatus, OperationType};
use jiff::tz::TimeZone;

use super::amount::Unit;
use super::field::Field;
use super::time;
use crate::commands::rows;
use crate::text::without_bom;

/// How a report is read.
pub(super) struct Map {
    pub(super) unit: Unit,
    /// The sign before the fraction of an amount, if the map says so.
    pub(super) decimal: Option<char>,
    pub(super) delimiter: Option<char>,
    /// None is UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
    /// Of times that do not say their own.
    pub(super) zone: TimeZone,
    /// The forms of times, in the order in which they are tried. None: those of the Data API.
    pub(super) dates: Vec<String>,
    /// Of each field, in the order of [`Field::ALL`].
    pub(super) places: [Place; Field::ALL.len()],
    pub(super) types: HashMap<String, OperationType>,
    pub(super) statuses: HashMap<String, OperationStatus>,
    /// Columns, and the cells of each whose rows are left out.
    pub(super) skipped: Vec<(String, Vec<String>)>,
}

/// Where the value of a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The report does not have it.
    Nowhere,
    /// In the first of these columns that the report has.
    Columns(Vec<String>),
    /// It is the same for all rows.
    Value(String),
}

pub(super) const ENCODINGS: [(&str, Option<&Encoding>); 2] =
    [("utf-8", None), ("windows-1251", Some(WINDOWS_1251))];

/// What to write for the unit, which no program can guess.
pub(super) const UNIT_ADVICE: &str =
    "\"minor\" if the report says 150000 for 1 500.00 KZT, \"major\" if it says 1500.00 or 1500";

impl Map {
    /// A map with the defaults, and without a column.
    pub(super) fn empty() -> Self {
        Self {
            unit: Unit::Minor,
            decimal: None,
            delimiter: None,
            encoding: None,
            zone: TimeZone::UTC,
            dates: Vec::new(),
            places: [const { Place::Nowhere }; _],
            types: HashMap::new(),
            statuses: HashMap::new(),
            skipped: Vec::new(),
        }
    }

    /// Reads a map. The error names all that is wrong, each with its line.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = rows::name(path);
        let bytes = std::fs::read(path).with_context(|| {
            format!("cannot read the map {name}; `jetpay reconcile columns FILE --write {name}` writes one")
        })?;
        let text = str::from_utf8(without_bom(&bytes))
            .with_context(|| format!("{name} is not UTF-8: save the file as UTF-8"))?;
        reader::parse(text).map_err(|problems| {
            let lines = problems.into_iter().map(|(line, what)| match line {
                Some(line) => format!("{name}:{line}: {what}"),
                None => format!("{name}: {what}"),
            });
            anyhow::anyhow!("{}", lines.collect::<Vec<_>>().join("\n"))
        })
    }

    pub(super) fn place(&self, field: Field) -> &Place {
        &self.places[field as usize]
    }

    /// The type of an operation that the report calls so.
    pub(super) fn kind(&self, text: &str) -> Result<OperationType, String> {
        match (self.types.get(text), OperationType::from(text)) {
            (Some(kind), _) => Ok(kind.clone()),
            (None, OperationType::Other(_)) => Err(unknown_word(text, "types")),
            (None, kind) => Ok(kind),
        }
    }

    /// The status of an operation that the report calls so.
    pub(super) fn status(&self, text: &str) -> Result<OperationStatus, String> {
        match (self.statuses.get(text), OperationStatus::from(text)) {
            (Some(status), _) => Ok(status.clone()),
            (None, OperationStatus::Other(_)) => Err(unknown_word(text, "statuses")),
            (None, status) => Ok(status),
        }
    }

    /// The time in a cell, in whole seconds since 1970-01-01 00:00 UTC.
    pub(super) fn seconds(&self, text: &str) -> Result<i64, String> {
        time::seconds(text, &self.dates, &self.zone)
    }
}

fn unknown_word(text: &str, table: &str) -> String {
    format!(
        "has `{text}`, which is no word of the platform: say below [{table}] of the map what it means"
    )
}
