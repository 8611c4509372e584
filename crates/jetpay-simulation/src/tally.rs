//! What a run came to.

use std::ops::AddAssign;

/// What was counted in a run, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Messages that reached the service: `verify`, `check_deposit` and callbacks.
    pub deliveries: u64,
    /// Those of them that were callbacks.
    pub callbacks: u64,
    /// Callbacks that were answered 200.
    pub acknowledged: u64,
    /// Messages that were answered 503.
    pub unavailable: u64,
    /// Messages and answers that the network lost, and messages while nobody listened.
    pub lost: u64,
    /// Messages that the service had when it ended.
    pub cut_off: u64,
    /// Steps of the store: groups that it wrote, or failed to.
    pub steps: u64,
    /// Steps in which the service ended.
    pub crashes: u64,
    /// Steps in which commits failed.
    pub refusals: u64,
    /// Outages of ten days.
    pub outages: u64,
    /// Payments of which the platform has the id.
    pub payments: u64,
    /// Facts that the platform told.
    pub facts: u64,
    /// Facts that it gave up after the last try.
    pub given_up: u64,
    /// Sales that were credited.
    pub credits: u64,
    /// Entries of all kinds.
    pub entries: u64,
    /// Virtual days.
    pub days: u64,
    /// A number for all events in their order and the final database; of several runs, of all of them.
    pub hash: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.deliveries += other.deliveries;
        self.callbacks += other.callbacks;
        self.acknowledged += other.acknowledged;
        self.unavailable += other.unavailable;
        self.lost += other.lost;
        self.cut_off += other.cut_off;
        self.steps += other.steps;
        self.crashes += other.crashes;
        self.refusals += other.refusals;
        self.outages += other.outages;
        self.payments += other.payments;
        self.facts += other.facts;
        self.given_up += other.given_up;
        self.credits += other.credits;
        self.entries += other.entries;
        self.days += other.days;
        // The order in which runs end must not matter.
        self.hash = self.hash.wrapping_add(other.hash);
    }
}
