//! The shape of answers: fields, types, and where texts stand.

mod contracts;
mod error_texts;

use crate::conformance::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[contracts::ROWS, error_texts::ROWS];
