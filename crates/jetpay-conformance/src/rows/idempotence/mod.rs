//! The same again.

mod callbacks;
mod requests;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[requests::ROWS, callbacks::ROWS];
