//! How a check ended.

use crate::admin::AdminError;
use crate::exchange::NoAnswer;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Otherwise.
    Failed {
        /// What should have been.
        expected: String,
        /// What was.
        got: String,
    },
    /// It could not be run, or not to its end, against this target.
    Skipped {
        /// What is missing.
        why: String,
    },
}

/// Ends a check before its end; `?` makes one of whatever goes wrong.
pub(crate) enum Stop {
    Failed { expected: String, got: String },
    Skipped { why: &'static str },
}

/// What a step of a check gives.
pub(crate) type Checked<T = ()> = Result<T, Stop>;

impl Stop {
    pub(crate) fn failed(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Failed {
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl From<NoAnswer> for Stop {
    fn from(error: NoAnswer) -> Self {
        Self::failed("an answer", error.to_string())
    }
}

impl From<AdminError> for Stop {
    fn from(error: AdminError) -> Self {
        Self::failed("an answer of the merchant's interface", error.to_string())
    }
}

impl From<Checked> for Outcome {
    fn from(checked: Checked) -> Self {
        match checked {
            Ok(()) => Self::Passed,
            Err(Stop::Failed { expected, got }) => Self::Failed { expected, got },
            Err(Stop::Skipped { why }) => Self::Skipped {
                why: why.to_owned(),
            },
        }
    }
}
