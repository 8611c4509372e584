//! The open transaction that a group of commands shares.

use rusqlite::{Connection, Params};

use crate::model::{Counts, Error};
use crate::port::TransactionError;

/// An open transaction.
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    /// How much waits, the commands of this transaction included.
    pub(super) counts: Counts,
    before: Counts,
    /// A payer's data was removed, and must not stay in the write-ahead log.
    pub(super) forgot: bool,
}

impl<'c> Transaction<'c> {
    /// Begins a transaction. `counts` are those of the last commit.
    pub(super) fn begin(connection: &'c Connection, counts: Counts) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        Ok(Self {
            connection,
            counts,
            before: counts,
            forgot: false,
        })
    }

    /// Commits to the disk. Gives the counts from now on.
    pub(super) fn commit(&self) -> rusqlite::Result<Counts> {
        if self.counts != self.before {
            write_counts(self.connection, &self.counts)?;
        }
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        Ok(self.counts)
    }

    /// The connection, for reading what this transaction sees.
    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Runs a statement; how many rows it changed.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(sql)?.execute(values)
    }
}

impl From<rusqlite::Error> for TransactionError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::FromSqlConversionFailure(_, _, cause) = &error
            && let Some(Error::Damaged(customer_id)) = cause.downcast_ref()
        {
            return Self::Damaged(customer_id.clone());
        }
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Constraint(error.to_string()),
            _ => Self::Store(error.to_string()),
        }
    }
}

/// As of the last commit.
pub(super) fn read_counts(connection: &Connection) -> rusqlite::Result<Counts> {
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

pub(super) fn write_counts(connection: &Connection, counts: &Counts) -> rusqlite::Result<()> {
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
