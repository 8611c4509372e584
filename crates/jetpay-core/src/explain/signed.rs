//! What the sender signed, once it is known.

use std::fmt;

use serde::Serialize;

use super::line::{self, Line};
use crate::id::ProjectId;

/// The string that the signature belongs to, and whose secret made it.
///
/// It holds the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signed {
    /// What was signed.
    pub string: String,
    /// The same value by value; `None` when it is no such string, but the JSON text.
    #[serde(skip)]
    pub lines: Option<Vec<Line>>,
    /// The project whose secret it is, when that is another than the body's.
    pub project: Option<ProjectId>,
    /// Which of that project's secrets, from 0.
    pub secret: usize,
    /// Whether the secret was used without the white space at its ends.
    pub trimmed: bool,
}

/// What may have been signed.
#[derive(Clone)]
pub(super) enum Text {
    Lines(Vec<Line>),
    Json(String),
}

impl Text {
    /// The string itself.
    pub(super) fn string(&self) -> String {
        match self {
            Self::Lines(lines) => line::joined(lines),
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
            .field("trimmed", &self.trimmed)
            .finish_non_exhaustive()
    }
}
