//! The one thread that writes: it takes whatever waits, commits it as a group, then answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::Relaxed};

use rusqlite::Connection;
use tokio::sync::mpsc::Receiver;

use super::{Job, Lock, Transaction, counts};
use crate::error::Error;
use crate::recorded::Counts;

/// So many pages may stand in the write-ahead log before they are copied into the database: 32 MiB. A page that is
/// written often is copied once, and readers still find the log short.
const CHECKPOINT_PAGES: i32 = 8192;

static GROUPS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
static JOBS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
/// What others see of the writer.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The last commit failed.
    pub(crate) failing: AtomicBool,
    /// Take what waits, then end.
    pub(crate) closing: AtomicBool,
}

/// The writer, which owns the connection.
pub(crate) struct Writer {
    connection: Connection,
    counts: Counts,
    state: Arc<State>,
    log_pages: Arc<AtomicI32>,
    /// Held until the last job is done.
    _lock: Lock,
}

impl Writer {
    pub(crate) fn new(
        mut connection: Connection,
        lock: Lock,
        state: Arc<State>,
    ) -> rusqlite::Result<Self> {
        let counts = counts::read(&connection)?;
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
            _lock: lock,
        })
    }

    /// Works until the last handle is gone or the ledger is closed; what waits by then is still done.
    pub(crate) fn work(mut self, mut queue: Receiver<Box<dyn Job>>, group_limit: usize) {
        let mut group = Vec::with_capacity(group_limit);
        let rounds = std::env::var("JP_ROUNDS").map_or(3, |c| c.parse::<i64>().unwrap());
        while queue.blocking_recv_many(&mut group, group_limit) > 0 {
            for _ in 0..rounds {
                std::thread::yield_now();
                let before = group.len();
                while group.len() < group_limit
                    && let Ok(job) = queue.try_recv()
                {
                    group.push(job);
                }
                if group.len() == before {
                    break;
                }
            }
            GROUPS.fetch_add(1, Relaxed);
            JOBS.fetch_add(group.len(), Relaxed);
            self.write(&mut group);
            self.checkpoint(CHECKPOINT_PAGES);
            if self.state.closing.load(Relaxed) {
                queue.close();
            }
        }
        self.checkpoint(1);
        eprintln!(
            "groups {} jobs {}",
            GROUPS.load(Relaxed),
            JOBS.load(Relaxed)
        );
    }

    /// One group: all in one transaction, or, if that fails, each by itself, so that one bad job harms nobody else.
    fn write(&mut self, group: &mut Vec<Box<dyn Job>>) {
        match self.commit(group) {
            Ok(()) => group.drain(..).for_each(|job| job.answer(Ok(()))),
            Err(error) if group.len() == 1 => group
                .drain(..)
                .for_each(|job| job.answer(Err(error.clone()))),
            Err(_) => {
                for mut job in group.drain(..) {
                    let outcome = self.commit(std::slice::from_mut(&mut job));
                    job.answer(outcome);
                }
            }
        }
    }

    /// Runs the jobs in one transaction. On an error nothing of it is kept.
    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Error> {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut transaction = Transaction::begin(&self.connection, self.counts)?;
            for job in jobs {
                job.run(&mut transaction)?;
            }
            transaction.commit()
        }));
        let outcome = match outcome {
            Ok(committed) => committed.map_err(Error::from),
            Err(_) => Err(Error::Unavailable("a write panicked".into())),
        };
        self.state.failing.store(outcome.is_err(), Relaxed);
        match outcome {
            Ok(counts) => {
                self.counts = counts;
                Ok(())
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// `SQLite` may have rolled back by itself; a failure to do so shows in the next `BEGIN`.
    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Copies the log into the database, between groups, so that nobody waits for it. A reader in an old snapshot
    /// stops it short; then it goes on after the next group.
    fn checkpoint(&self, at: i32) {
        if self.log_pages.load(Relaxed) >= std::env::var("JP_CKPT").map_or(at, |c| c.parse().unwrap()) {
            let _ = self
                .connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
            self.log_pages.store(0, Relaxed);
        }
    }
}
