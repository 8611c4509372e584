//! Sizes, scripts, connections, and HTTP around the messages.

mod connections;
mod http;
mod limits;
mod numbers;
mod texts;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[
    http::ROWS,
    connections::ROWS,
    limits::ROWS,
    numbers::ROWS,
    texts::ROWS,
];
