//! Repeats.

mod callbacks;
mod requests;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[requests::ROWS, callbacks::ROWS];
