//! Who has signed.

mod callbacks;
mod forged;
mod none;
mod of_something_else;
mod paths;
mod projects;

use crate::conformance::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    callbacks::ROWS,
    none::ROWS,
    of_something_else::ROWS,
    projects::ROWS,
    paths::ROWS,
];
