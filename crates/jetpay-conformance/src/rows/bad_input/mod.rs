//! Bodies that cannot be read, and messages with a field that is wrong.

mod ambiguous;
mod amounts;
mod callbacks;
mod contracts;
mod fields;
mod unreadable;
mod wrong;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    unreadable::ROWS,
    ambiguous::ROWS,
    fields::ROWS,
    contracts::ROWS,
    amounts::ROWS,
    callbacks::ROWS,
];
