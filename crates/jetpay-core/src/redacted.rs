//! Texts that `Debug` must not show.

use serde::Serialize;
use std::fmt;

/// A text that `Debug` redacts: a payer's data or a secret. Code that needs the text calls [`as_str`](Self::as_str).
///
/// It serializes as the text, because the platform and databases need it. It has no `Display`, so that no log gets it by
/// mistake.
///
/// ```
/// use jetpay_core::redacted::Redacted;
///
/// let name = Redacted::new("John Doe");
/// assert_eq!(format!("{name:?}"), "hidden");
/// assert_eq!(name.as_str(), "John Doe");
/// ```
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
