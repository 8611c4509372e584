//! Numbers of the ledger: instants, which the caller gives because the ledger reads no clock; and sums over the whole ledger,
//! on which two stores that hold the same ledger agree.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC. Serializes as the number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// Sums over the whole ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many customers.
    pub customers: i64,
    /// How many payments.
    pub payments: i64,
    /// How many callbacks, each event once.
    pub callbacks: i64,
    /// How many alarms.
    pub alarms: i64,
    /// How many resolutions.
    pub resolutions: i64,
    /// How many entries.
    pub entries: i64,
    /// The last entry's number.
    pub last_entry: i64,
    /// The sum of all balances, in minor units, over all currencies.
    pub balance: i128,
    /// The sum of all bytes of callbacks.
    pub bytes: i64,
    /// How many payouts.
    pub payouts: i64,
    /// How many steps of payouts.
    pub payout_steps: i64,
    /// What is reserved for payouts, in minor units.
    pub reserved: i128,
    /// What payouts paid and did not get back, in minor units.
    pub paid_out: i128,
}
