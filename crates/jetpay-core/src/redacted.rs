//! Texts that `Debug` must not show.

use serde::Serialize;
use std::fmt;

/// A text that `Debug` redacts: a payer's data or a secret. Code that needs the text calls [`as_str`](Self::as_str).
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Redacted(Box<str>);

impl Redacted {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hidden")
    }
}
