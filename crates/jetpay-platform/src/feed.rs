//! The feed of entries, as far as it was read.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::exchange::Exchange;

/// A line of the customers' ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the fields are the interface's")]
#[non_exhaustive]
pub struct Entry {
    pub seq: i64,
    pub kind: String,
    pub payment_id: String,
    pub operation_id: String,
    pub project_id: u64,
    pub method: String,
    pub customer_id: String,
    /// In minor units; what is taken back is negative.
    pub amount: i64,
    pub currency: String,
    pub time: String,
}

/// How many entries are asked for at once: the most that are given.
const PAGE: usize = 1000;

/// What was read so far. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Feed(Arc<Mutex<Vec<Entry>>>);

impl Feed {
    pub(crate) fn path(after: i64) -> String {
        format!("/v1/entries?after={after}&limit={PAGE}")
    }

    /// The number of the last entry that was read; 0 before the first.
    pub(crate) fn read_to(&self) -> i64 {
        self.entries().last().map_or(0, |entry| entry.seq)
    }

    /// Adds a page that was asked for with `after`; false when there was nothing new in it. What another reader has
    /// added meanwhile is not added again.
    pub(crate) fn read_on(&self, after: i64, page: Vec<Entry>) -> bool {
        let more = page.last().is_some_and(|entry| entry.seq > after);
        if more && self.read_to() == after {
            self.entries().extend(page);
        }
        more
    }

    pub(crate) fn of_payment(&self, payment_id: &str) -> Vec<Entry> {
        let entries = self.entries();
        entries
            .iter()
            .filter(|entry| entry.payment_id == payment_id)
            .cloned()
            .collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feed {
    /// A number only: the entries say who has paid what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("entries", &self.entries().len())
            .finish()
    }
}

/// The entries of a page.
pub(crate) fn entries(page: &Exchange) -> Option<Vec<Entry>> {
    let Value::Array(entries) = page.json.as_ref()?.get("entries")?.clone() else {
        return None;
    };
    entries
        .into_iter()
        .map(|entry| serde_json::from_value(entry).ok())
        .collect()
}
