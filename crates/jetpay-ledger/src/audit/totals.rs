//! Sums over all of the books: what two stores with the same books agree on.

use crate::error::Error;
use crate::ledger::Ledger;
use crate::store::Value;

/// Sums over all of the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many customers.
    pub customers: i64,
    /// How many payments.
    pub payments: i64,
    /// How many callbacks, each fact once.
    pub callbacks: i64,
    /// How many alarms.
    pub alarms: i64,
    /// How many settlements.
    pub settlements: i64,
    /// How many entries.
    pub entries: i64,
    /// The last entry's number.
    pub last_entry: i64,
    /// The sum of all balances, in minor units of whatever currencies there are.
    pub balance: i64,
    /// The sum of all bytes of callbacks.
    pub bytes: i64,
    /// How many payouts.
    pub payouts: i64,
    /// How many steps of payouts.
    pub payout_steps: i64,
    /// What is reserved for payouts, in minor units.
    pub reserved: i64,
    /// What payouts paid and did not get back, in minor units.
    pub paid_out: i64,
}

pub(crate) const SQL: &str = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM payments),
    (SELECT count(*) FROM events), (SELECT count(*) FROM alarms), (SELECT count(*) FROM settlements),
    (SELECT count(*) FROM entries), (SELECT coalesce(max(seq), 0) FROM entries),
    (SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM entries),
    (SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM events),
    (SELECT count(*) FROM payouts), (SELECT count(*) FROM payout_steps),
    (SELECT CAST(coalesce(sum(reserved), 0) AS BIGINT) FROM payouts),
    (SELECT CAST(coalesce(sum(paid), 0) AS BIGINT) FROM payouts)";

impl Totals {
    /// Of a row that [`SQL`] gives.
    pub(crate) fn from_row(row: &[Value]) -> Self {
        let number = |column: usize| row.get(column).and_then(Value::int).unwrap_or_default();
        Self {
            customers: number(0),
            payments: number(1),
            callbacks: number(2),
            alarms: number(3),
            settlements: number(4),
            entries: number(5),
            last_entry: number(6),
            balance: number(7),
            bytes: number(8),
            payouts: number(9),
            payout_steps: number(10),
            reserved: number(11),
            paid_out: number(12),
        }
    }
}

impl Ledger {
    /// Sums over all of the books.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn totals(&self) -> Result<Totals, Error> {
        let rows = self.store().ask(SQL, Vec::new()).await?;
        Ok(rows
            .first()
            .map(|row| Totals::from_row(row))
            .unwrap_or_default())
    }
}
