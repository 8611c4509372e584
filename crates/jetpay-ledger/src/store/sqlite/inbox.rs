//! The inbox: callbacks whose payment nobody knows.

use jetpay_core::id::PaymentId;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use rusqlite::Connection;

use super::{Transaction, rows};
use crate::millis::Millis;
use crate::recorded::Unmatched;

/// A person says that the payment is not ours; how many callbacks that settles.
pub(super) fn dismiss(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE events SET disposition = 'dismissed'
               WHERE payment_id = ?1 AND disposition = 'unmatched'";
    transaction.execute(sql, [payment_id.as_str()])
}

/// What waits for a person, by payment.
pub(super) fn read(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Unmatched>> {
    let sql = "SELECT payment_id, project_id, operation_id, operation_type, operation_status, payment_status,
                      amount, currency, received_at, body
               FROM events WHERE disposition IN ('unmatched', 'dismissed') AND disposition = 'unmatched'
               ORDER BY payment_id, seq LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let unmatched = statement.query_map([rows::limit(limit)], |row| {
        Ok(Unmatched {
            payment_id: rows::id(row, 0)?,
            project_id: rows::project(row, 1)?,
            operation_id: rows::operation(row, 2)?,
            operation_type: OperationType::from(rows::text(row, 3)?),
            operation_status: OperationStatus::from(rows::text(row, 4)?),
            payment_status: PaymentStatus::from(rows::text(row, 5)?),
            amount: rows::money(row, 6)?,
            received_at: Millis(row.get(8)?),
            body: row.get(9)?,
        })
    })?;
    unmatched.collect()
}
