//! Callbacks in any order, and with unknown words and fields.

mod payments;
mod words;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[payments::ROWS, words::ROWS];
