//! Why a piece of work cannot be done now.

use thiserror::Error;

use crate::error::Error;
use crate::work::Keys;

/// Why a piece of work failed. Nothing of its transaction is kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Failure {
    /// It broke a rule that the database holds, such as a unique key. Says nothing about the disk.
    #[error("a rule of the store was broken: {0}")]
    Rule(String),
    /// The store failed.
    #[error("{0}")]
    Store(String),
    /// It must see more than was fetched for it. Fetch these, too, and run it again.
    #[error("more must be fetched")]
    Fetch(Box<Keys>),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        // The texts name tables and columns, never values: all values are bound.
        Self::Unavailable(failure.to_string())
    }
}
