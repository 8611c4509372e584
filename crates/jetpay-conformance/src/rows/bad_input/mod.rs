//! Bodies that cannot be read, and messages with a field that is wrong.

mod callbacks;
mod fields;
mod unreadable;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[unreadable::ROWS, fields::ROWS, callbacks::ROWS];
