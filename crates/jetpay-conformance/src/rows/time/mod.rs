//! How long answers take.

mod limits;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[limits::ROWS];
