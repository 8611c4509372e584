//! Who signed a message.

mod accepted;
mod callbacks;
mod forged;
mod projects;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[
    accepted::ROWS,
    callbacks::ROWS,
    forged::ROWS,
    projects::ROWS,
];
