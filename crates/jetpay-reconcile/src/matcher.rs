//! The comparison: first everything plainly, then the doubtful operations with all that is recorded of them.

use jetpay_core::id::{OperationId, ProjectId};

use crate::books::PlatformBooks;
use crate::recorded::{BookedEntry, Facts, RecordedEvent};
use crate::report::{Interval, Report};

/// The identity of an operation, and the payment that the platform names for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "it is an identity")]
pub struct Key {
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment that the platform names; none if the platform does not list the operation.
    pub payment_id: Option<Box<str>>,
}

/// Compares the platform's books with what was recorded.
#[derive(Debug)]
pub struct Matcher<'b> {
    books: &'b PlatformBooks,
}

impl<'b> Matcher<'b> {
    /// Begins a comparison of the operations inside `interval` and of these projects. Operations after `fresh_from` (in whole
    /// seconds since 1970-01-01 00:00 UTC) are too fresh to be differences.
    #[must_use]
    pub fn new(
        books: &'b PlatformBooks,
        interval: Interval,
        fresh_from: i64,
        projects: &[ProjectId],
    ) -> Self {
        let _ = (interval, fresh_from, projects);
        Self { books }
    }

    /// Takes a recorded event. Give those of the interval and around it, in any order.
    pub fn event(&mut self, event: &RecordedEvent) {
        let _ = (event, &self.books);
        todo!()
    }

    /// Takes a recorded movement of money. Give those of the interval and around it, in any order.
    pub fn entry(&mut self, entry: &BookedEntry) {
        let _ = entry;
        todo!()
    }

    /// The operations that do not agree as far as was given: in their order. Look up all that is recorded of each, and give it
    /// to [`judge`](Self::judge).
    #[must_use]
    pub fn doubtful(&self) -> Vec<Key> {
        todo!()
    }

    /// Judges a doubtful operation by all that is recorded of it. What was given of it before no longer counts.
    pub fn judge(&mut self, key: &Key, facts: &Facts) {
        let _ = (key, facts);
        todo!()
    }

    /// The report of a ledger that was read up to this entry.
    #[must_use]
    pub fn report(self, ledger_seq: i64) -> Report {
        let _ = ledger_seq;
        todo!()
    }
}
