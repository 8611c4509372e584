//! The counts of a run.

use std::ops::{AddAssign, Index, IndexMut};

jetpay_rules::closed_words! {
    /// What a simulation counts, in the words of the report.
    #[expect(clippy::exhaustive_enums, reason = "each count has its place in a tally")]
    Count {
        /// Messages that reached the service: `verify`, `check_deposit` and callbacks.
        Deliveries = "deliveries",
        /// Payout requests of the merchant's program that reached a server.
        Requests = "requests of the merchant",
        /// Callbacks that reached a server.
        Callbacks = "callbacks",
        /// Callbacks that the service answered with 200.
        Acknowledged = "acknowledged",
        /// Messages that were answered with 503.
        Unavailable = "answered 503",
        /// Payout requests that were refused with 409.
        Conflicts = "refused: key in use",
        /// Payout requests that were refused with 422.
        Refused = "refused: balance too small",
        /// Payouts that the service accepted.
        Payouts = "payouts",
        /// Payouts that were sent to the Gate.
        Sends = "sends",
        /// Sends with an id that was sent before.
        Resends = "repeated sends",
        /// Sends that another request of the same payout overtook.
        Overtaken = "overtaken sends",
        /// Status queries to the Gate.
        StatusQueries = "status queries",
        /// Callbacks that do not fit their payout, and that a server acknowledged.
        Mismatched = "mismatched callbacks",
        /// Messages that the service had not answered when it crashed; actions that a crash of their server interrupted.
        Interrupted = "interrupted by a crash",
        /// Messages and answers that the network lost, and messages that arrived while the service was down.
        Lost = "lost",
        /// Virtual days.
        Days = "virtual days",
        /// Groups that the store wrote or failed to write.
        Steps = "steps of the store",
        /// Groups whose commit failed.
        FailedCommits = "with failed commits",
        /// Crashes of the store, and in the simulation of top-ups of the service with it.
        StoreCrashes = "crashes of the store",
        /// Crashes of a server.
        ServerCrashes = "crashes of servers",
        /// Stalls of a server.
        Stalls = "stalls of servers",
        /// Actions that a server left because its lease had ended.
        TooLate = "actions left, lease ended",
        /// Outages of the service or of its store.
        Outages = "outages of ten days",
        /// Payments whose id the platform has.
        Payments = "payments",
        /// Notifications of the platform.
        Notifications = "notifications",
        /// Notifications that the platform gave up after the last attempt.
        GivenUp = "given up by the platform",
        /// Sales that were credited.
        Credits = "credits",
        /// Entries of all kinds.
        Entries = "entries",
        /// Questions to the merchant's billing about customers.
        Questions = "questions to the billing",
        /// Deliveries of credits to the merchant's billing.
        Told = "credits told to the billing",
        /// Deliveries of credits that were sent before.
        ToldAgain = "  of them again",
        /// Credits that the billing refused, or did not answer plainly.
        Parked = "  parked for a person",
        /// Credits in the billing's books.
        Booked = "booked by the billing",
        /// Operations that a reconciliation with the platform's own record finds to differ.
        Differences = "differences in reconciliation",
        /// Payouts that an operator resolved.
        Resolved = "resolved by an operator",
        /// Payouts that a person got in a file, to send them.
        ByHand = "sent by a person",
        /// Payouts that are paid at the end.
        Paid = "paid",
        /// Payouts that were paid and came back.
        Reversed = "reversed",
        /// Payouts whose amount was released: declined or rejected.
        Released = "released",
        /// Payouts that succeeded after their release.
        ReservedAgain = "paid after a release",
        /// Payouts that are open at the end.
        Open = "open at the end",
        /// Payouts whose last callback the platform never delivered.
        Unreported = "last callback not delivered",
    }
}

/// The counts of one or several runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    counts: [u64; Count::ALL.len()],
    /// A hash of all events in their order and of the final database. For several runs: the sum of their hashes.
    pub hash: u64,
}

impl Tally {
    /// What was counted at least once, in the order of the report.
    pub fn counted(&self) -> impl Iterator<Item = (Count, u64)> {
        let counts = Count::ALL.iter().map(|count| (*count, self[*count]));
        counts.filter(|(_, times)| *times > 0)
    }

    /// All messages: deliveries of top-ups; requests for payouts, requests to the Gate, and callbacks about payouts.
    #[must_use]
    pub fn messages(&self) -> u64 {
        if self[Count::Deliveries] > 0 {
            return self[Count::Deliveries];
        }
        let payouts = [
            Count::Requests,
            Count::Sends,
            Count::StatusQueries,
            Count::Callbacks,
        ];
        payouts.into_iter().map(|count| self[count]).sum()
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: [0; Count::ALL.len()],
            hash: 0,
        }
    }
}

impl Index<Count> for Tally {
    type Output = u64;

    fn index(&self, count: Count) -> &u64 {
        &self.counts[count as usize]
    }
}

impl IndexMut<Count> for Tally {
    fn index_mut(&mut self, count: Count) -> &mut u64 {
        &mut self.counts[count as usize]
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (sum, times) in self.counts.iter_mut().zip(other.counts) {
            *sum += times;
        }
        // Runs may end in any order.
        self.hash = self.hash.wrapping_add(other.hash);
    }
}
