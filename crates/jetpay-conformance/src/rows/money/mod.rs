//! Which callbacks move money, and how much.

mod no_credit;
mod quarantine;
mod refund;
mod success;
mod urls;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    success::ROWS,
    no_credit::ROWS,
    quarantine::ROWS,
    refund::ROWS,
    urls::ROWS,
];
