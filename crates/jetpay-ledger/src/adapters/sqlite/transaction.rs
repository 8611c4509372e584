//! The open transaction that a group of commands shares.

use rusqlite::{Connection, params_from_iter};

use super::rows;
use crate::model::Counts;
use crate::port;
use crate::port::{TransactionError, Value, Values};

/// An open transaction.
pub(super) struct Transaction<'c> {
    pub(super) connection: &'c Connection,
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

    /// Runs a statement; how many rows it changed.
    pub(super) fn execute(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<usize, TransactionError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(values))?)
    }

    /// Each row of a statement.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut Values<'_>) -> Result<T, TransactionError>,
    ) -> Result<Vec<T>, TransactionError> {
        rows::read(self.connection, sql, values, read)
    }

    /// The row of a statement, which gives at most one.
    pub(super) fn row<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&mut Values<'_>) -> Result<T, TransactionError>,
    ) -> Result<Option<T>, TransactionError> {
        Ok(self.rows(sql, values, read)?.pop())
    }

    /// Whether a statement gives a row.
    pub(super) fn is_there(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<bool, TransactionError> {
        Ok(self.row(sql, values, |_| Ok(()))?.is_some())
    }
}

impl From<rusqlite::Error> for TransactionError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Constraint(error.to_string()),
            _ => Self::Store(error.to_string()),
        }
    }
}

/// As of the last commit.
pub(super) fn read_counts(connection: &Connection) -> Result<Counts, TransactionError> {
    let counts = rows::read(connection, port::rows::COUNTS, &[], port::rows::counts)?.pop();
    counts.ok_or_else(|| TransactionError::Store("the row of counts is gone".into()))
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
