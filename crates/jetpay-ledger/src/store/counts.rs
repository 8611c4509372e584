//! How much waits: counted as it happens.

use rusqlite::Connection;

use super::Transaction;
use crate::recorded::Counts;

/// As of the last commit.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Counts> {
    let sql = "SELECT pending, unmatched, quarantined, alarms FROM counts";
    connection.prepare_cached(sql)?.query_row((), |row| {
        Ok(Counts {
            pending: row.get(0)?,
            unmatched: row.get(1)?,
            quarantined: row.get(2)?,
            alarms: row.get(3)?,
        })
    })
}

pub(super) fn write(connection: &Connection, counts: &Counts) -> rusqlite::Result<()> {
    let sql = "UPDATE counts SET pending = ?1, unmatched = ?2, quarantined = ?3, alarms = ?4";
    let Counts {
        pending,
        unmatched,
        quarantined,
        alarms,
    } = counts;
    connection
        .prepare_cached(sql)?
        .execute((pending, unmatched, quarantined, alarms))?;
    Ok(())
}

/// Writes without a change: whether that works is what it finds out.
pub(crate) fn probe(transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
    write(transaction.connection(), &transaction.counts)
}
