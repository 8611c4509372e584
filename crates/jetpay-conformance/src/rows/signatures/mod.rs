//! Who has signed.

mod accepted;
mod callbacks;
mod forged;
mod projects;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    accepted::ROWS,
    callbacks::ROWS,
    forged::ROWS,
    projects::ROWS,
];
