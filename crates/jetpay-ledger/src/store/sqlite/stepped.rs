//! A store for simulations: the writer's own code over a database in memory, whose groups are written when the caller
//! says so, and which fails, or loses its power, where the caller says.

mod power;
mod reads;

use std::fmt;
use std::mem::{replace, take};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::open;
use super::writer::{State, Writer};
use crate::error::{Error, OpenError};
use crate::work::Job;

pub use power::Fate;
use power::{BadJob, Guarded, Power};

/// More pages than a database ever has.
const ROOM: i64 = 1_000_000_000;

/// A store in memory. Jobs wait until [`step`](Self::step), and reads see what the last step committed.
pub struct Stepped {
    inner: Mutex<Inner>,
    power: Arc<Power>,
    queue: usize,
}

struct Inner {
    writer: Writer,
    waiting: Vec<Box<dyn Job>>,
    closed: bool,
}

impl Stepped {
    /// An empty store; `queue` jobs may wait.
    ///
    /// # Errors
    /// [`OpenError::Store`]: no memory.
    pub fn new(queue: usize) -> Result<Self, OpenError> {
        let failed = |error: rusqlite::Error| OpenError::Store {
            path: MEMORY.into(),
            reason: error.to_string(),
        };
        let mut connection = open::open(Path::new(MEMORY))?;
        let power = Arc::new(Power::default());
        let at_commit = Arc::clone(&power);
        connection
            .commit_hook(Some(move || at_commit.refuses()))
            .map_err(failed)?;
        let inner = Inner {
            writer: writer(connection).map_err(failed)?,
            waiting: Vec::new(),
            closed: false,
        };
        Ok(Self {
            inner: Mutex::new(inner),
            power,
            queue,
        })
    }

    /// Writes what waits as one group, with the code of the thread that writes otherwise; how many jobs that were.
    ///
    /// After [`Fate::Crashes`] it is a store that was opened again: what was not committed is gone, and so are the
    /// answers that were not given.
    ///
    /// # Panics
    /// When the database in memory cannot be read.
    pub fn step(&self, fate: Fate) -> usize {
        let mut inner = self.lock();
        let mut group = take(&mut inner.waiting);
        let jobs = group.len();
        self.power.set(fate);
        match fate {
            Fate::Full => room(&inner.writer.connection, 1), // As few as there are.
            Fate::BadJob(behind) => group.insert(behind.min(jobs), Box::new(BadJob)),
            Fate::Commits | Fate::Refuses(_) | Fate::Crashes { .. } => {}
        }
        inner.writer.write(&mut group);
        if fate == Fate::Full {
            room(&inner.writer.connection, ROOM);
        }
        if matches!(fate, Fate::Crashes { .. }) {
            let no_database = Connection::open_in_memory().expect("a database in memory");
            let connection = replace(&mut inner.writer.connection, no_database);
            inner.writer = writer(connection).expect("a database that was there");
        }
        self.power.set(Fate::Commits);
        jobs
    }

    /// Reads with the caller's own SQL: whoever checks a store does not trust its queries.
    ///
    /// # Errors
    /// Those of the query.
    pub fn look<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        query(&self.lock().writer.connection)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, job: Box<dyn Job>) -> Result<(), Error> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(Error::closed());
        }
        if inner.waiting.len() >= self.queue {
            return Err(Error::Busy);
        }
        let guarded = Guarded::new(job, Arc::clone(&self.power));
        inner.waiting.push(Box::new(guarded));
        Ok(())
    }
}

/// What `SQLite` calls a database that is nowhere else.
const MEMORY: &str = ":memory:";

fn writer(connection: Connection) -> rusqlite::Result<Writer> {
    Writer::new(connection, None, Arc::new(State::default()))
}

fn room(connection: &Connection, pages: i64) {
    // It answers with the number that holds; a failure leaves the number as it was.
    let _ = connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
}

impl fmt::Debug for Stepped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepped").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
