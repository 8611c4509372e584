//! The platform's books: the operations of reports or of the Data API.

use jetpay_core::report::ReportedOperation;
use serde::{Deserialize, Serialize};

/// A file, or the Data API, from which operations came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// The file's name without its folder, or `data api`.
    pub name: String,
    /// The SHA-256 of its content, in hexadecimal digits: of the file's bytes, or of the answers' bodies in their order.
    pub sha256: String,
    /// How many rows or operations it had, also those that could not be read.
    pub rows: u64,
}

impl Source {
    /// A source.
    #[must_use]
    pub fn new(name: String, sha256: String, rows: u64) -> Self {
        Self { name, sha256, rows }
    }
}

/// The place of a [`Source`] in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId(u16);

/// What the platform says: each operation once. It takes some hundred bytes an operation.
#[derive(Debug, Default)]
pub struct PlatformBooks {}

impl PlatformBooks {
    /// Books without an operation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a source. Its hash and its number of rows are known at its end: [`end_source`](Self::end_source). A later
    /// source is a newer report: its version of an operation counts.
    pub fn begin_source(&mut self, name: &str) -> SourceId {
        let _ = name;
        todo!()
    }

    /// Ends a source.
    pub fn end_source(&mut self, source: SourceId, sha256: String, rows: u64) {
        let _ = (source, sha256, rows);
        todo!()
    }

    /// Adds an operation that is in this line of a source, from 1; no line for the Data API.
    pub fn add(&mut self, source: SourceId, line: Option<u64>, operation: &ReportedOperation) {
        let _ = (source, line, operation);
        todo!()
    }

    /// Adds a row that cannot be read: its line, the column and what is wrong with it, without a payer's data.
    pub fn add_unreadable(&mut self, source: SourceId, line: u64, column: &str, why: &str) {
        let _ = (source, line, column, why);
        todo!()
    }

    /// How many operations there are.
    #[must_use]
    pub fn len(&self) -> usize {
        todo!()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
