//! Entries: added, never changed.

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_rules::NewEntry;
use rusqlite::{Connection, OptionalExtension};

use super::rows;
use super::transaction::Transaction;
use crate::model::{Entry, Millis, method_from_stored, stored_kind};
use crate::port::{ENTRIES, StoredEntry};

pub(super) fn add(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
    project_id: ProjectId,
    entry: &NewEntry,
    corrects: Option<i64>,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time, corrects)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let operation_id = entry.operation_id.number().cast_signed();
    let values = (
        payment_id.as_str(),
        project_id.number().cast_signed(),
        operation_id,
        stored_kind(entry.kind),
        entry.amount,
        now.0,
        corrects,
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// The entry with this number.
pub(super) fn stored(connection: &Connection, seq: i64) -> rusqlite::Result<Option<StoredEntry>> {
    let sql = "SELECT payment_id, operation_id, kind, amount,
                      (SELECT reason FROM settlements WHERE settlements.corrects = entries.seq)
               FROM entries WHERE seq = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let stored = statement.query_row([seq], |row| {
        Ok(StoredEntry {
            payment_id: rows::id(row, 0)?,
            entry: NewEntry {
                operation_id: rows::operation(row, 1)?,
                kind: rows::kind(row, 2)?,
                amount: row.get(3)?,
            },
            corrected: row.get(4)?,
        })
    });
    stored.optional()
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
            corrects: row.get(12)?,
        })
    })?;
    entries.collect()
}
