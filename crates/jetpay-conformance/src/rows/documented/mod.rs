//! The exchanges that the documents show.

mod check_deposit;
mod options;
mod verify;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[verify::ROWS, check_deposit::ROWS, options::ROWS];
