//! Sizes, scripts, and HTTP around the messages.

mod http;
mod limits;
mod texts;

use crate::conformance::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[http::ROWS, limits::ROWS, texts::ROWS];
