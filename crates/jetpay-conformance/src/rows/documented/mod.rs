//! The exchanges that the documents show.

mod check_deposit;
mod options;
mod verify;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[verify::ROWS, check_deposit::ROWS, options::ROWS];
