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

/// What was counted in the payouts of a run, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayoutTally {
    /// Times that the merchant asked for a payout.
    pub asked: u64,
    /// Those of them that were answered 503.
    pub unavailable: u64,
    /// Those that were refused with 409: another body under a key.
    pub conflicts: u64,
    /// Those that were refused with 422: the balance does not suffice.
    pub refused: u64,
    /// Payouts that were taken.
    pub payouts: u64,
    /// Requests to the Gate: payouts.
    pub sends: u64,
    /// Of them those with an id that was sent before.
    pub resends: u64,
    /// Requests to the Gate: questions for a status.
    pub questions: u64,
    /// Requests to the Gate that never arrived, and answers that nobody heard.
    pub lost: u64,
    /// Sends that others of the same id overtook on the way.
    pub overtaken: u64,
    /// Callbacks that reached a server.
    pub callbacks: u64,
    /// Callbacks that the merchant was right not to act on.
    pub odd: u64,
    /// Steps of the store.
    pub steps: u64,
    /// Steps in which the store ended.
    pub store_crashes: u64,
    /// Steps in which commits failed.
    pub refusals: u64,
    /// Crashes of a server.
    pub crashes: u64,
    /// Errands that were under way when their server crashed.
    pub cut_off: u64,
    /// Times that a server stood still.
    pub stalls: u64,
    /// Errands that were begun too late, and left.
    pub too_late: u64,
    /// Payouts that a person ended.
    pub settled: u64,
    /// Payouts that are paid in the end.
    pub paid: u64,
    /// Payouts that were paid and came back.
    pub reversed: u64,
    /// Payouts that were released in the end: declined or rejected.
    pub released: u64,
    /// Payouts that were paid after a release.
    pub reserved_again: u64,
    /// Payouts that are open in the end.
    pub open: u64,
    /// Payouts about which the platform never told the last.
    pub untold: u64,
    /// Virtual days.
    pub days: u64,
    /// A number for all events in their order and the final database.
    pub hash: u64,
}

impl AddAssign for PayoutTally {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.unavailable += other.unavailable;
        self.conflicts += other.conflicts;
        self.refused += other.refused;
        self.payouts += other.payouts;
        self.sends += other.sends;
        self.resends += other.resends;
        self.questions += other.questions;
        self.lost += other.lost;
        self.overtaken += other.overtaken;
        self.callbacks += other.callbacks;
        self.odd += other.odd;
        self.steps += other.steps;
        self.store_crashes += other.store_crashes;
        self.refusals += other.refusals;
        self.crashes += other.crashes;
        self.cut_off += other.cut_off;
        self.stalls += other.stalls;
        self.too_late += other.too_late;
        self.settled += other.settled;
        self.paid += other.paid;
        self.reversed += other.reversed;
        self.released += other.released;
        self.reserved_again += other.reserved_again;
        self.open += other.open;
        self.untold += other.untold;
        self.days += other.days;
        // The order in which runs end must not matter.
        self.hash = self.hash.wrapping_add(other.hash);
    }
}

impl PayoutTally {
    /// Messages that reached somebody: what the merchant asked, requests to the Gate, callbacks.
    #[must_use]
    pub const fn messages(&self) -> u64 {
        self.asked + self.sends + self.questions + self.callbacks
    }
}
