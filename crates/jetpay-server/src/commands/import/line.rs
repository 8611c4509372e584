//! A line that is wrong.

use crate::customer::Flaw;

/// Where and what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    /// From 1.
    pub(super) line: u64,
    pub(super) what: String,
}

impl BadLine {
    pub(super) fn new(line: u64, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
    }

    pub(super) fn flaw(line: u64, flaw: &Flaw) -> Self {
        let Flaw { field, message } = flaw;
        Self::new(
            line,
            if field.is_empty() {
                message.clone()
            } else {
                format!("`{field}` {message}")
            },
        )
    }
}
