//! The question for the sums over the whole ledger. Every store understands it.

use super::store::Store;
use super::value::Value;
use crate::model::{Error, Totals};

/// Gives one row, which [`totals_from_row`] reads.
pub(crate) const TOTALS: &str = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM payments),
    (SELECT count(*) FROM events), (SELECT count(*) FROM alarms), (SELECT count(*) FROM settlements),
    (SELECT count(*) FROM entries), (SELECT coalesce(max(seq), 0) FROM entries),
    (SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM entries),
    (SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM events),
    (SELECT count(*) FROM payouts), (SELECT count(*) FROM payout_steps),
    (SELECT CAST(coalesce(sum(reserved), 0) AS BIGINT) FROM payouts),
    (SELECT CAST(coalesce(sum(paid), 0) AS BIGINT) FROM payouts)";

/// The sums of a row that [`TOTALS`] gives.
pub(crate) fn totals_from_row(row: &[Value]) -> Totals {
    let number = |column: usize| row.get(column).and_then(Value::int).unwrap_or_default();
    Totals {
        customers: number(0),
        payments: number(1),
        callbacks: number(2),
        alarms: number(3),
        resolutions: number(4),
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

/// The sums over the whole ledger of this store.
pub(crate) async fn totals(store: &dyn Store) -> Result<Totals, Error> {
    let rows = store.query_once(TOTALS, Vec::new()).await?;
    Ok(rows
        .first()
        .map(|row| totals_from_row(row))
        .unwrap_or_default())
}
