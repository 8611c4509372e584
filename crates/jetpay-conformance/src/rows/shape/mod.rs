//! The shape of answers: fields, types, and where texts stand.

mod json;
mod refusals;
mod values;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[json::ROWS, values::ROWS, refusals::ROWS];
