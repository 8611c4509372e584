//! Who has signed.

mod accepted;
mod accepted_callbacks;
mod callbacks;
mod forged;
mod no_effect;
mod none;
mod of_something_else;
mod paths;
mod projects;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    accepted::ROWS,
    accepted_callbacks::ROWS,
    callbacks::ROWS,
    no_effect::ROWS,
    none::ROWS,
    of_something_else::ROWS,
    projects::ROWS,
    paths::ROWS,
];
