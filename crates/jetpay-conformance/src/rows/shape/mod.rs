//! The shape of answers: fields, types, and where texts stand.

mod answers;
mod contracts;
mod error_texts;
mod fields;
mod inside;
mod json;
mod refusals;
mod values;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    json::ROWS,
    values::ROWS,
    fields::ROWS,
    contracts::ROWS,
    refusals::ROWS,
    error_texts::ROWS,
    inside::ROWS,
];
