//! Unreadable bodies, and messages with a wrong field.

mod callbacks;
mod fields;
mod unreadable;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[unreadable::ROWS, fields::ROWS, callbacks::ROWS];
