//! Which callbacks move money, and how much.

mod quarantine;
mod refund;
mod success;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[success::ROWS, quarantine::ROWS, refund::ROWS];
