//! Sizes, scripts, connections, and HTTP around the messages.

mod connections;
mod http;
mod large;
mod limits;
mod numbers;
mod scripts;
mod texts;
mod verbs;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[
    http::ROWS,
    verbs::ROWS,
    connections::ROWS,
    limits::ROWS,
    large::ROWS,
    numbers::ROWS,
    scripts::ROWS,
    texts::ROWS,
];
