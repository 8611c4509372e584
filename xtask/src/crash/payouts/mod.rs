//! Payouts beside the top-ups: clients ask for them, the killed service sends them, a simulated Gate that outlives every
//! kill takes them, and in the end its books are compared with the service's.

pub(super) mod audit;
mod book;
pub(super) mod compare;
mod figures;
mod gate;
pub(super) mod load;
mod plan;
mod record;
mod relay;
pub(super) mod settle;
#[cfg(test)]
mod tests;
mod wish;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use super::fleet::Fleet;
use book::Book;
use gate::Gate;

pub(super) use figures::rows;

/// What clients and the Gate know of payouts.
pub(super) struct Payouts {
    book: Arc<Mutex<Book>>,
    gate: Gate,
}

impl Payouts {
    /// A Gate where these services look for it, and nobody has asked for a payout.
    pub(super) fn around(fleet: &Fleet) -> Result<Self> {
        let book = Arc::default();
        let gate = Gate::open(fleet.gate(), fleet.listens(), &book)?;
        Ok(Self { book, gate })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it got, in a few words.
    pub(super) fn summary(&self) -> String {
        let book = self.book();
        let answered = book.asked.iter().filter(|asked| asked.id.is_some());
        format!(
            "{} of {} payouts acknowledged",
            answered.count(),
            book.asked.len()
        )
    }
}
