//! The shape of answers: fields, types, and places of texts.

mod json;
mod refusals;
mod values;

use crate::row::Row;

/// The rows of this chapter.
pub(super) static ROWS: &[&[Row]] = &[json::ROWS, values::ROWS, refusals::ROWS];
