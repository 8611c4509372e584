//! Numbers of the ledger: instants, which the caller gives because the ledger reads no clock; and sums over the whole ledger,
//! on which two stores that hold the same ledger agree.

use std::fmt;

use jetpay_core::id::OperationId;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// Milliseconds since 1970-01-01 00:00 UTC. Written and serialized as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{time:.3}")
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Timestamp::from_millisecond(self.0) {
            Ok(time) => serializer.collect_str(&format_args!("{time:.3}")),
            Err(error) => Err(serde::ser::Error::custom(error)),
        }
    }
}

/// Serializes an id of the platform as text, because it has up to 16 digits and some languages read numbers as floats.
pub(crate) fn digits<S: Serializer>(
    id: &(impl Into<Option<OperationId>> + Copy),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match (*id).into() {
        Some(id) => serializer.collect_str(&id),
        None => serializer.serialize_none(),
    }
}

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
    /// How many reconciliations.
    pub reconciliations: i64,
    /// How many results they list.
    pub reconciliation_results: i64,
    /// How many differences, each once.
    pub differences: i64,
    /// How many streams of deliveries.
    pub delivery_streams: i64,
    /// How many of their items wait.
    pub waiting_deliveries: i64,
    /// How many receipts of receivers.
    pub delivery_receipts: i64,
    /// How many items that are not sent.
    pub delivery_skips: i64,
}
