//! What to do about an operation code.

use std::fmt;

use serde::{Serialize, Serializer};

/// The next step that a code suggests to whoever sees it. Serializes as its words.
///
/// It is advice for people. Nothing moves money by it: a status decides, never a code.
///
/// ```
/// use jetpay_core::operation_code::{Advice, OperationCode};
///
/// let advice = OperationCode::from("20202").advice();
/// assert_eq!(advice, Advice::Retry);
/// assert_eq!(advice.to_string(), "retry");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// It succeeded.
    Nothing,
    /// There is no outcome yet; one will come.
    Wait,
    /// The same again can succeed at once.
    Retry,
    /// The same again can succeed after a while, or when a limit's period is over.
    RetryLater,
    /// Something in the request must change first.
    FixRequest,
    /// It will not succeed.
    DoNotRetry,
    /// Only the platform's support can help.
    AskSupport,
}

impl Advice {
    /// The advice in plain words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Wait => "wait",
            Self::Retry => "retry",
            Self::RetryLater => "retry later",
            Self::FixRequest => "fix the request",
            Self::DoNotRetry => "do not retry",
            Self::AskSupport => "ask support",
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
