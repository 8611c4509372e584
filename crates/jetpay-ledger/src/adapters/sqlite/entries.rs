//! Entries: added, never changed.

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_rules::NewEntry;
use rusqlite::Connection;

use super::rows;
use super::transaction::Transaction;
use crate::model::{Entry, Millis, method_from_stored, stored_kind};
use crate::port::ENTRIES;

pub(super) fn add(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
    project_id: ProjectId,
    entry: &NewEntry,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let operation_id = entry.operation_id.number().cast_signed();
    let values = (
        payment_id.as_str(),
        project_id.number().cast_signed(),
        operation_id,
        stored_kind(entry.kind),
        entry.amount,
        now.0,
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// In the order of commit, those after `after`.
pub(super) fn read(
    connection: &Connection,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(ENTRIES)?;
    let entries = statement.query_map((after, rows::limit(limit)), |row| {
        Ok(Entry {
            seq: row.get(0)?,
            kind: rows::kind(row, 1)?,
            payment_id: rows::id(row, 2)?,
            operation_id: rows::operation(row, 3)?,
            project_id: rows::project(row, 4)?,
            method: method_from_stored(row.get(5)?),
            customer_id: rows::id(row, 6)?,
            contract_id: rows::optional_id(row, 10)?,
            provider_payment_id: row.get(11)?,
            amount: rows::money(row, 7)?,
            time: Millis(row.get(9)?),
        })
    })?;
    entries.collect()
}
