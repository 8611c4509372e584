//! The counters while they change.

use std::sync::{Arc, Mutex, PoisonError};

use super::tally::Tally;

/// What is counted by a [`Runner`](super::Runner), for whoever looks on. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Mutex<Tally>>);

impl Counters {
    /// What was counted so far.
    #[must_use]
    pub fn now(&self) -> Tally {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn count<T>(&self, count: impl FnOnce(&mut Tally) -> T) -> T {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
