//! The same again.

mod at_once;
mod callbacks;
mod one_credit;
mod requests;

use crate::conformance::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    requests::ROWS,
    callbacks::ROWS,
    at_once::ROWS,
    one_credit::ROWS,
];
