//! The exchanges that the documents show.

mod check_deposit;
mod contracts;
mod flagged;
mod nothing_owed;
mod options;
mod typed_verify;
mod verify;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    verify::ROWS,
    contracts::ROWS,
    nothing_owed::ROWS,
    check_deposit::ROWS,
    flagged::ROWS,
    options::ROWS,
    typed_verify::ROWS,
];
