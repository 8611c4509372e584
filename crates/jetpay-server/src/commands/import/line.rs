//! A line that is wrong.

use crate::customer::Flaw;

/// Where and what.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::commands) struct BadLine {
    /// From 1.
    pub(in crate::commands) line: u64,
    pub(in crate::commands) what: String,
}

impl BadLine {
    pub(in crate::commands) fn new(line: u64, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
    }

    pub(in crate::commands) fn flaw(line: u64, flaw: &Flaw) -> Self {
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
