//! How much waits: counted as it happens.

use rusqlite::Connection;

use crate::model::Counts;

/// As of the last commit.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Counts> {
    let sql = "SELECT pending, unmatched, quarantined, alarms, open_alarms FROM counts";
    connection.prepare_cached(sql)?.query_row((), |row| {
        Ok(Counts {
            pending: row.get(0)?,
            unmatched: row.get(1)?,
            quarantined: row.get(2)?,
            alarms: row.get(3)?,
            open_alarms: row.get(4)?,
        })
    })
}

pub(super) fn write(connection: &Connection, counts: &Counts) -> rusqlite::Result<()> {
    let sql = "UPDATE counts SET pending = ?1, unmatched = ?2, quarantined = ?3, alarms = ?4, open_alarms = ?5";
    let Counts {
        pending,
        unmatched,
        quarantined,
        alarms,
        open_alarms,
    } = counts;
    connection.prepare_cached(sql)?.execute((
        pending,
        unmatched,
        quarantined,
        alarms,
        open_alarms,
    ))?;
    Ok(())
}
