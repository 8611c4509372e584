//! How a check ended.

use serde::Serialize;

use jetpay_platform::AdminError;
use jetpay_platform::NoAnswer;

/// How a check ended. It is written beside the check's own `why`, so it calls its own a `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
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
    /// It was not tried, or not to its end: something is missing that whoever runs the checks can give.
    NotRun {
        /// What is missing.
        #[serde(rename = "reason")]
        why: String,
    },
    /// The answers were right; what they did cannot be seen from outside.
    NotObserved {
        /// How it could be seen.
        #[serde(rename = "reason")]
        why: String,
    },
}

impl Outcome {
    /// With every text of the endpoint's own changed so.
    pub(crate) fn cut(self, cut: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Failed { expected, got } => Self::Failed {
                expected: cut(&expected),
                got: cut(&got),
            },
            other => other,
        }
    }
}

/// Ends a check before its end; `?` makes one of whatever goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    Failed { expected: String, got: String },
    NotRun { why: &'static str },
    NotObserved { why: &'static str },
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
        Self::failed("an answer where the money is looked up", error.to_string())
    }
}

impl From<Checked> for Outcome {
    fn from(checked: Checked) -> Self {
        match checked {
            Ok(()) => Self::Passed,
            Err(Stop::Failed { expected, got }) => Self::Failed { expected, got },
            Err(Stop::NotRun { why }) => Self::NotRun { why: why.into() },
            Err(Stop::NotObserved { why }) => Self::NotObserved { why: why.into() },
        }
    }
}
