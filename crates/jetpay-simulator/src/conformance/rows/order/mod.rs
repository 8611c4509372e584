//! Callbacks in any order, and with words and fields that nobody knows.

mod after;
mod before;
mod fields;
mod words;

use crate::conformance::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[before::ROWS, after::ROWS, words::ROWS, fields::ROWS];
