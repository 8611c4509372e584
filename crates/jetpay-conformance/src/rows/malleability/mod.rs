//! What a signature does not protect.

mod callbacks;
mod cut;
mod harmless;
mod requests;

use crate::row::Row;

/// Its rows, file by file.
pub(super) static ROWS: &[&[Row]] = &[callbacks::ROWS, requests::ROWS, harmless::ROWS];
