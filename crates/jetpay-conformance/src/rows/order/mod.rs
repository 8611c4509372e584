//! Callbacks in any order, and with words and fields that nobody knows.

mod after;
mod before;
mod early;
mod fields;
mod words;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    before::ROWS,
    early::ROWS,
    after::ROWS,
    words::ROWS,
    fields::ROWS,
];
