//! The counts of a run.

use std::ops::AddAssign;

/// The counts of one or several simulations of top-ups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Messages that reached the service: `verify`, `check_deposit` and callbacks.
    pub deliveries: u64,
    /// Callbacks among the deliveries.
    pub callbacks: u64,
    /// Callbacks that the service answered with 200.
    pub acknowledged: u64,
    /// Messages that the service answered with 503.
    pub unavailable: u64,
    /// Messages and answers that the network lost, and messages that arrived while the service was down.
    pub lost: u64,
    /// Messages that the service had not answered when it crashed.
    pub interrupted: u64,
    /// Steps of the store: groups that it wrote or failed to write.
    pub steps: u64,
    /// Steps in which the service crashed.
    pub crashes: u64,
    /// Steps in which commits failed.
    pub failed_commits: u64,
    /// Outages of ten days.
    pub outages: u64,
    /// Payments whose id the platform has.
    pub payments: u64,
    /// Notifications of the platform.
    pub notifications: u64,
    /// Notifications that the platform gave up after the last attempt.
    pub given_up: u64,
    /// Sales that were credited.
    pub credits: u64,
    /// Entries of all kinds.
    pub entries: u64,
    /// Virtual days.
    pub days: u64,
    /// A hash of all events in their order and of the final database. For several runs: the sum of their hashes.
    pub hash: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.deliveries += other.deliveries;
        self.callbacks += other.callbacks;
        self.acknowledged += other.acknowledged;
        self.unavailable += other.unavailable;
        self.lost += other.lost;
        self.interrupted += other.interrupted;
        self.steps += other.steps;
        self.crashes += other.crashes;
        self.failed_commits += other.failed_commits;
        self.outages += other.outages;
        self.payments += other.payments;
        self.notifications += other.notifications;
        self.given_up += other.given_up;
        self.credits += other.credits;
        self.entries += other.entries;
        self.days += other.days;
        // Runs may end in any order.
        self.hash = self.hash.wrapping_add(other.hash);
    }
}

/// The counts of one or several simulations of payouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayoutTally {
    /// Payout requests of the merchant's program that reached a server.
    pub requests: u64,
    /// Payout requests that were answered with 503.
    pub unavailable: u64,
    /// Payout requests that were refused with 409: the key belongs to another payout.
    pub conflicts: u64,
    /// Payout requests that were refused with 422: the balance is too small.
    pub refused: u64,
    /// Payouts that the service accepted.
    pub payouts: u64,
    /// Payouts that were sent to the Gate.
    pub sends: u64,
    /// Sends with an id that was sent before.
    pub resends: u64,
    /// Status queries to the Gate.
    pub status_queries: u64,
    /// Requests and answers that the network lost.
    pub lost: u64,
    /// Sends that another request of the same payout overtook.
    pub overtaken: u64,
    /// Callbacks that reached a server.
    pub callbacks: u64,
    /// Callbacks that do not fit their payout, and that a server acknowledged.
    pub mismatched: u64,
    /// Steps of the store.
    pub steps: u64,
    /// Steps in which the store crashed.
    pub store_crashes: u64,
    /// Steps in which commits failed.
    pub failed_commits: u64,
    /// Crashes of a server.
    pub crashes: u64,
    /// Actions that a crash of their server interrupted.
    pub interrupted: u64,
    /// Stalls of a server.
    pub stalls: u64,
    /// Actions that a server left because its lease had ended.
    pub too_late: u64,
    /// Payouts that an operator resolved.
    pub resolved: u64,
    /// Payouts that are paid at the end.
    pub paid: u64,
    /// Payouts that were paid and came back.
    pub reversed: u64,
    /// Payouts whose amount was released: declined or rejected.
    pub released: u64,
    /// Payouts that succeeded after their release.
    pub reserved_again: u64,
    /// Payouts that are open at the end.
    pub open: u64,
    /// Payouts whose last callback the platform never delivered.
    pub unreported: u64,
    /// Virtual days.
    pub days: u64,
    /// A hash of all events in their order and of the final database. For several runs: the sum of their hashes.
    pub hash: u64,
}

impl AddAssign for PayoutTally {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.unavailable += other.unavailable;
        self.conflicts += other.conflicts;
        self.refused += other.refused;
        self.payouts += other.payouts;
        self.sends += other.sends;
        self.resends += other.resends;
        self.status_queries += other.status_queries;
        self.lost += other.lost;
        self.overtaken += other.overtaken;
        self.callbacks += other.callbacks;
        self.mismatched += other.mismatched;
        self.steps += other.steps;
        self.store_crashes += other.store_crashes;
        self.failed_commits += other.failed_commits;
        self.crashes += other.crashes;
        self.interrupted += other.interrupted;
        self.stalls += other.stalls;
        self.too_late += other.too_late;
        self.resolved += other.resolved;
        self.paid += other.paid;
        self.reversed += other.reversed;
        self.released += other.released;
        self.reserved_again += other.reserved_again;
        self.open += other.open;
        self.unreported += other.unreported;
        self.days += other.days;
        // Runs may end in any order.
        self.hash = self.hash.wrapping_add(other.hash);
    }
}

impl PayoutTally {
    /// All messages: requests of the merchant's program, requests to the Gate, callbacks.
    #[must_use]
    pub const fn messages(&self) -> u64 {
        self.requests + self.sends + self.status_queries + self.callbacks
    }
}
