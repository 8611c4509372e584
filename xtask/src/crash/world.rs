//! What all workers share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jetpay_platform::{Admin, Platform};

use super::book::Book;
use super::chance::Chance;
use super::feed::Feed;
use super::fleet::Fleet;
use super::payouts::Payouts;

pub(super) struct World {
    /// One a service.
    pub(super) platforms: Vec<Platform>,
    pub(super) admins: Vec<Admin>,
    /// How many callbacks were sent, repeats among them.
    pub(super) deliveries: AtomicUsize,
    /// How many of them were answered with HTTP 503.
    pub(super) unavailable: AtomicUsize,
    /// How many of them met a service that was down, or died over them.
    pub(super) unanswered: AtomicUsize,
    pub(super) payouts: Payouts,
    book: Mutex<Book>,
    /// What a merchant's billing has read so far.
    feed: Mutex<Feed>,
    violations: Mutex<Vec<String>>,
}

impl World {
    pub(super) fn around(fleet: &Fleet) -> Result<Self> {
        Ok(Self {
            platforms: fleet.platforms()?,
            admins: fleet.admins(),
            deliveries: AtomicUsize::new(0),
            unavailable: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            payouts: Payouts::around(fleet)?,
            book: Mutex::default(),
            feed: Mutex::default(),
            violations: Mutex::default(),
        })
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn feed(&self) -> MutexGuard<'_, Feed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any service, running or not.
    pub(super) fn platform(&self, chance: &mut Chance) -> &Platform {
        &self.platforms[chance.below(self.platforms.len())]
    }

    /// Something is not as it must be.
    pub(super) fn violated(&self, what: String) {
        self.violations_mut().push(what);
    }

    pub(super) fn is_violated(&self) -> bool {
        !self.violations_mut().is_empty()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        self.violations_mut().clone()
    }

    fn violations_mut(&self) -> MutexGuard<'_, Vec<String>> {
        let violations = self.violations.lock();
        violations.unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it got, in a line.
    pub(super) fn summary(&self) -> String {
        let book = self.book();
        format!(
            "{} payments, {} deliveries, {} of {} callbacks acknowledged, {} entries read; {}",
            book.payments.len(),
            self.deliveries.load(Ordering::Relaxed),
            book.acknowledged(),
            book.facts.len(),
            self.feed().entries.len(),
            self.payouts.summary()
        )
    }
}
