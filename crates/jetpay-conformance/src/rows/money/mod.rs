//! Which callbacks move money, and how much.

mod odd_refund;
mod quarantine;
mod refund;
mod success;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[
    success::ROWS,
    quarantine::ROWS,
    refund::ROWS,
    odd_refund::ROWS,
];
