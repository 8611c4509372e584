//! One value of a string to sign.

use std::fmt;

/// `path:value`, as it stands in a string to sign between two `;`.
///
/// It holds the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    text: String,
    path_end: usize,
    kind: ValueKind,
}

/// The JSON type that a value has in the body; the string to sign does not tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

impl Line {
    pub(super) fn new(path: &str, value: &str, kind: ValueKind) -> Self {
        Self {
            text: format!("{path}:{value}"),
            path_end: path.len(),
            kind,
        }
    }

    /// The names of the fields on the way, joined with `:`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[..self.path_end]
    }

    /// The value as it is signed.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text[self.path_end + 1..]
    }

    /// `path:value`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type in the body.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The same with another value.
    pub(super) fn with(&self, value: &str) -> Self {
        Self::new(self.path(), value, self.kind)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The string to sign.
pub(super) fn joined(lines: &[Line]) -> String {
    let texts: Vec<&str> = lines.iter().map(Line::text).collect();
    texts.join(";")
}
