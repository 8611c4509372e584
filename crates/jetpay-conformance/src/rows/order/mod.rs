//! Callbacks in any order, and with words and fields that nobody knows.

mod payments;
mod words;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[payments::ROWS, words::ROWS];
