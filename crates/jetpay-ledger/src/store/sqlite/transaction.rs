//! The transaction that a group of jobs shares.

use rusqlite::{Connection, Params};

use super::counts;
use crate::recorded::Counts;

/// An open transaction, as a job sees it.
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    /// How much waits, jobs of this transaction included.
    pub(super) counts: Counts,
    before: Counts,
    /// A payer's data was taken out, and must not stay behind in the log.
    pub(super) forgot: bool,
}

impl<'c> Transaction<'c> {
    /// Begins. `counts` are those of the last commit.
    pub(super) fn begin(connection: &'c Connection, counts: Counts) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        Ok(Self {
            connection,
            counts,
            before: counts,
            forgot: false,
        })
    }

    /// Writes all of it to the disk; the counts that hold from now on.
    pub(super) fn commit(&self) -> rusqlite::Result<Counts> {
        if self.counts != self.before {
            counts::write(self.connection, &self.counts)?;
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
