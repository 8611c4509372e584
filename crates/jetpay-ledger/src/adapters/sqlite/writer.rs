//! The one thread that writes: it takes the commands that wait, commits them as a group, then answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI32};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::mpsc::Receiver;

use super::file::{Lock, Names};
use super::transaction::{Transaction, read_counts};
use crate::model::{Counts, Error};
use crate::port::{QueuedCommand, TransactionError};

/// The write-ahead log may hold this many pages before they are copied into the database: 32 MiB. So a page that is written
/// often is copied once, and the log stays short for readers.
const CHECKPOINT_PAGES: i32 = 8192;

/// How often the writer lets other threads run before it begins a group.
const ROUNDS: usize = 3;

/// What the store sees of the writer.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// The last transaction failed, and its content was not the cause.
    pub(super) failing: AtomicBool,
    /// Take what waits, then end.
    pub(super) closing: AtomicBool,
}

/// The writer, which owns the connection.
pub(super) struct Writer {
    pub(super) connection: Connection,
    counts: Counts,
    state: Arc<Health>,
    log_pages: Arc<AtomicI32>,
    /// The log still holds data that must be forgotten.
    to_forget: bool,
    /// The names of the database's file, and its lock, which is held until the last command is done. A database in memory
    /// has none.
    file: Option<(Names, Lock)>,
}

impl Writer {
    pub(super) fn new(
        mut connection: Connection,
        file: Option<(Names, Lock)>,
        state: Arc<Health>,
    ) -> Result<Self, TransactionError> {
        let counts = read_counts(&connection)?;
        let log_pages = Arc::new(AtomicI32::new(0));
        let pages = Arc::clone(&log_pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            pages.store(count, Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            connection,
            counts,
            state,
            log_pages,
            // What a killed service forgot last may still be in the log.
            to_forget: true,
            file,
        })
    }

    /// Works until the last handle is gone or the ledger is closed. The commands that wait by then are still run.
    pub(super) fn work(mut self, mut queue: Receiver<Box<dyn QueuedCommand>>, group_limit: usize) {
        let mut group = Vec::with_capacity(group_limit);
        while queue.blocking_recv_many(&mut group, group_limit) > 0 {
            gather(&mut queue, &mut group, group_limit);
            self.write(&mut group);
            self.checkpoint(CHECKPOINT_PAGES);
            if self.to_forget {
                self.empty_the_log();
            }
            if self.state.closing.load(Relaxed) {
                queue.close();
            }
        }
        self.empty_the_log();
    }

    /// Writes a group in one transaction. If a command breaks a constraint, each command gets a transaction of its own, so that
    /// one bad command does no harm to the others. If the store failed, each of them would fail as well.
    pub(super) fn write(&mut self, group: &mut Vec<Box<dyn QueuedCommand>>) {
        match self.commit(group) {
            Ok(()) => group.drain(..).for_each(|command| command.answer(Ok(()))),
            Err(TransactionError::Constraint(_) | TransactionError::Damaged(_))
                if group.len() > 1 =>
            {
                for mut command in group.drain(..) {
                    let outcome = self.commit(std::slice::from_mut(&mut command));
                    command.answer(outcome.map_err(Error::from));
                }
            }
            Err(failure) => {
                let error = Error::from(failure);
                group
                    .drain(..)
                    .for_each(|command| command.answer(Err(error.clone())));
            }
        }
    }

    /// Runs the commands in one transaction. On an error nothing of it is kept.
    fn commit(&mut self, commands: &mut [Box<dyn QueuedCommand>]) -> Result<(), TransactionError> {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut transaction = Transaction::begin(&self.connection, self.counts)?;
            for command in commands {
                command.run(&mut transaction)?;
            }
            self.in_place()?;
            Ok((transaction.commit()?, transaction.forgot))
        }));
        let outcome = outcome
            .unwrap_or_else(|_| Err(TransactionError::Constraint("a write panicked".into())));
        let outcome = outcome.map(|(counts, forgot)| {
            self.counts = counts;
            self.to_forget |= forgot;
        });
        // The file may have been moved during the commit. Then its commands are not acknowledged, and come again. What
        // SQLite says of such a file is not the cause.
        let in_place = self.in_place();
        let is_changed = in_place.is_err();
        let outcome = in_place.and(outcome);
        // A value that breaks a rule, or a bug that panics, says nothing about the disk.
        let failing = matches!(outcome, Err(TransactionError::Store(_)));
        self.state.failing.store(failing, Relaxed);
        if outcome.is_err() {
            self.roll_back();
        }
        if self.is_overwritten() {
            // The log may be all that is left, so it stays.
            let no_checkpoint = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.connection.set_db_config(no_checkpoint, true);
        } else if is_changed {
            // What was acknowledged goes into the database that was moved. A log that is left behind could otherwise be
            // taken for that of another database.
            self.empty_the_log();
        }
        outcome
    }

    /// Whether the names of the database still stand for the files that are open. The error is short, because it is that of
    /// every command; the store's `ready` says what to do.
    fn in_place(&self) -> Result<(), TransactionError> {
        let Some((names, _)) = &self.file else {
            return Ok(());
        };
        names.check().map_err(|changed| {
            let what = if changed.is_overwritten {
                "a file of the database was truncated or overwritten"
            } else {
                "a file of the database was moved, removed or replaced"
            };
            TransactionError::Store(what.into())
        })
    }

    /// Whether the content of a file is lost. Then nothing is copied from the log any more.
    fn is_overwritten(&self) -> bool {
        let names = self.file.as_ref().map(|(names, _)| names);
        names.is_some_and(Names::is_overwritten)
    }

    /// `SQLite` may have rolled back by itself. If this fails, the next `BEGIN` shows it.
    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Copies the log into the database between groups, so that no write waits for it. A reader in an old snapshot stops it;
    /// it goes on after the next group.
    fn checkpoint(&self, at: i32) {
        if self.log_pages.load(Relaxed) >= at && !self.is_overwritten() {
            let _ = self
                .connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
            self.log_pages.store(0, Relaxed);
        }
    }

    /// Copies the log and truncates it, so that forgotten data does not stay there. A reader in an old snapshot prevents it; it
    /// is tried again after a later group.
    fn empty_the_log(&mut self) {
        if self.is_overwritten() {
            return;
        }
        let connection = &self.connection;
        let _ = connection.busy_timeout(Duration::ZERO);
        let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| {
            row.get::<_, bool>(0).map(|busy| !busy)
        });
        let _ = connection.busy_timeout(super::open::BUSY_TIMEOUT);
        self.log_pages.store(0, Relaxed);
        self.to_forget &= !emptied.unwrap_or(false);
    }
}

/// Lets callers that were just answered write again before the group begins. Without this, they and the callers that wait
/// would alternate, each with half a group, and every group costs an `fsync`. It yields only as long as that helps.
fn gather(
    queue: &mut Receiver<Box<dyn QueuedCommand>>,
    group: &mut Vec<Box<dyn QueuedCommand>>,
    group_limit: usize,
) {
    for _ in 0..ROUNDS {
        std::thread::yield_now();
        let before = group.len();
        while group.len() < group_limit
            && let Ok(command) = queue.try_recv()
        {
            group.push(command);
        }
        if group.len() == before {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering::Relaxed;

    use tempfile::TempDir;

    use super::super::open;
    use super::super::tests::payment;
    use super::{Health, Writer};
    use crate::commands;
    use crate::model::Error;

    fn writer() -> (TempDir, Writer) {
        let directory = tempfile::tempdir().unwrap();
        let connection = open::open(&directory.path().join("ledger.db")).unwrap();
        let writer = Writer::new(connection, None, Arc::new(Health::default())).unwrap();
        (directory, writer)
    }

    impl Writer {
        fn record(&mut self, id: &str) -> Result<(), Error> {
            let mut command = commands::record_payment(payment(id));
            self.write(&mut vec![command.queued]);
            command.answer.try_recv().unwrap()?
        }

        fn room(&self, pages: i64) {
            let pages =
                self.connection
                    .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
            pages.unwrap();
        }
    }

    #[test]
    fn full_disk_is_unavailable_and_is_left_when_there_is_room_again() {
        let (_directory, mut writer) = writer();
        writer.room(1); // As few as there are.
        let mut recorded = 0;
        let error = loop {
            match writer.record(&format!("payment_{recorded}")) {
                Ok(()) => recorded += 1,
                Err(error) => break error,
            }
        };
        assert!(
            matches!(&error, Error::Unavailable(text) if text.contains("full")),
            "{error}"
        );
        assert!(writer.state.failing.load(Relaxed));
        writer.room(1_000_000);
        assert_eq!(writer.record("last"), Ok(()));
        assert!(!writer.state.failing.load(Relaxed));
        let pending = writer.counts.pending;
        assert_eq!(pending, recorded + 1, "what was refused is not there");
    }

    #[test]
    fn every_commit_waits_for_the_disk() {
        let (_directory, writer) = writer();
        let pragma = |name| {
            writer
                .connection
                .pragma_query_value(None, name, |row| row.get(0))
        };
        assert_eq!(pragma("synchronous"), Ok(2)); // FULL.
        let mode = writer
            .connection
            .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
        assert_eq!(mode.as_deref(), Ok("wal"));
    }

    #[test]
    fn entry_and_settlement_are_never_changed_nor_deleted() {
        let (_directory, writer) = writer();
        let sql = "INSERT INTO entries VALUES (NULL, 'a', 1, 1, 'credit', 5, 0, NULL);
               INSERT INTO settlements VALUES (NULL, NULL, 'a', 1, 'dismiss', NULL, NULL, 'seen', 0, 0, NULL, NULL)";
        writer.connection.execute_batch(sql).unwrap();
        for sql in [
            "UPDATE entries SET amount = 6",
            "DELETE FROM entries",
            "UPDATE settlements SET reason = ''",
            "DELETE FROM settlements",
        ] {
            let error = writer.connection.execute(sql, ()).unwrap_err().to_string();
            assert!(error.contains("only ever added"), "{sql}: {error}");
        }
    }
}
