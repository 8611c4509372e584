//! The same again.

mod at_once;
mod callbacks;
mod one_credit;
mod requests;
mod requests_at_once;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    requests::ROWS,
    requests_at_once::ROWS,
    callbacks::ROWS,
    at_once::ROWS,
    one_credit::ROWS,
];
