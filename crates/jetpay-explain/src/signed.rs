//! What the sender signed, value by value.

use std::fmt;

use jetpay_core::id::ProjectId;
use serde::Serialize;

use crate::SecretForm;

/// One value of a string to sign, as `path:value`.
///
/// It has the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    text: String,
    path_end: usize,
    kind: ValueKind,
}

/// The JSON type of a value in the body. The string to sign does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other values")]
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

    /// The path: the names of the fields, joined with `:`.
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

    /// The JSON type of the value in the body.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The same path with another value.
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

/// Joins values to a string to sign.
pub(super) fn joined(lines: &[Line]) -> String {
    let texts: Vec<&str> = lines.iter().map(Line::text).collect();
    texts.join(";")
}

/// The string that the sender signed, and the secret that signed it.
///
/// It has the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signed {
    /// The string that was signed.
    pub string: String,
    /// The values of the string. It is `None` if the sender signed the JSON text.
    #[serde(skip)]
    pub lines: Option<Vec<Line>>,
    /// The project of the secret, if it is not the project that the body names.
    pub project: Option<ProjectId>,
    /// The index of the secret in its project, from 0.
    pub secret: usize,
    /// The form in which the sender used the secret, if it is not the secret as it was given.
    #[serde(skip)]
    pub form: Option<SecretForm>,
}

/// A text that may have been signed.
#[derive(Clone)]
pub(super) enum Text {
    Lines(Vec<Line>),
    Json(String),
}

impl Text {
    /// The text itself.
    pub(super) fn string(&self) -> String {
        match self {
            Self::Lines(lines) => joined(lines),
            Self::Json(text) => text.clone(),
        }
    }

    pub(super) fn lines(self) -> Option<Vec<Line>> {
        match self {
            Self::Lines(lines) => Some(lines),
            Self::Json(_) => None,
        }
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("project", &self.project)
            .field("secret", &self.secret)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}
