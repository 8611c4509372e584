//! Sums over the whole ledger: two stores that hold the same ledger agree on them.

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
