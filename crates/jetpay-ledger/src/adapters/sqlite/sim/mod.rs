//! A store for simulations: the real writer over a database in memory. The caller says when a group is written, and whether its
//! commits succeed, fail or crash.

mod fault;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::ready;
use std::mem::{replace, take};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::writer::{Health, Writer};
use super::{customers, open, rows};
use crate::model::{Error, OpenError};
use crate::port::{QueuedCommand, ReadFuture, Row, SeenCustomer, Store, TransactionError, Value};

pub use fault::Fault;
use fault::{FaultInjector, Guarded, bad_command};

/// More pages than a database ever has.
const ROOM: i64 = 1_000_000_000;

/// A store in memory. Commands wait until [`step`](Self::step), and reads see what the last step committed.
pub struct SimStore {
    inner: Mutex<Inner>,
    faults: Arc<FaultInjector>,
    queue: usize,
}

struct Inner {
    writer: Writer,
    waiting: Vec<Box<dyn QueuedCommand>>,
    closed: bool,
}

impl SimStore {
    /// An empty store; `queue` commands may wait.
    ///
    /// # Errors
    /// [`OpenError::Store`]: no memory.
    pub fn new(queue: usize) -> Result<Self, OpenError> {
        let failed = |error: &dyn fmt::Display| OpenError::store(Path::new(MEMORY), error);
        let mut connection = open::open(Path::new(MEMORY))?;
        let faults = Arc::new(FaultInjector::default());
        let at_commit = Arc::clone(&faults);
        connection
            .commit_hook(Some(move || at_commit.refuses()))
            .map_err(|error| failed(&error))?;
        let inner = Inner {
            writer: writer(connection).map_err(|error| failed(&error))?,
            waiting: Vec::new(),
            closed: false,
        };
        Ok(Self {
            inner: Mutex::new(inner),
            faults,
            queue,
        })
    }

    /// Writes the commands that wait as one group, with the code of the real writer; how many they were.
    ///
    /// After [`Fault::Crashes`] it is a store that was opened again: what was not committed is gone, and so are the
    /// answers that were not given.
    ///
    /// # Panics
    /// When the database in memory cannot be read.
    pub fn step(&self, fault: Fault) -> usize {
        let mut inner = self.lock();
        let mut group = take(&mut inner.waiting);
        let commands = group.len();
        self.faults.set(fault);
        match fault {
            Fault::Full => room(&inner.writer.connection, 1), // As few as there are.
            Fault::BadCommand(behind) => group.insert(behind.min(commands), bad_command()),
            Fault::Commits | Fault::Refuses(_) | Fault::Crashes { .. } => {}
        }
        inner.writer.write(&mut group);
        if fault == Fault::Full {
            room(&inner.writer.connection, ROOM);
        }
        if matches!(fault, Fault::Crashes { .. }) {
            let no_database = Connection::open_in_memory().expect("a database in memory");
            let connection = replace(&mut inner.writer.connection, no_database);
            inner.writer = writer(connection).expect("a database that was there");
        }
        self.faults.set(Fault::Commits);
        commands
    }

    /// Reads with the caller's own SQL: a check does not trust the store's queries.
    ///
    /// # Errors
    /// Those of the query.
    pub fn inspect<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        query(&self.lock().writer.connection)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<'a, T: Send + 'a>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, TransactionError>,
    ) -> ReadFuture<'a, T> {
        let read = query(&self.lock().writer.connection);
        Box::pin(ready(read.map_err(Error::from)))
    }
}

/// `SQLite`'s name for a database in memory.
const MEMORY: &str = ":memory:";

fn writer(connection: Connection) -> Result<Writer, TransactionError> {
    Writer::new(connection, None, Arc::new(Health::default()))
}

fn room(connection: &Connection, pages: i64) {
    // The answer is the number that holds. A failure leaves it as it was.
    let _ = connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
}

impl fmt::Debug for SimStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimStore").finish_non_exhaustive()
    }
}

impl Store for SimStore {
    fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.ready()?;
        let guarded = Guarded::new(command, Arc::clone(&self.faults));
        self.lock().waiting.push(Box::new(guarded));
        Ok(())
    }

    fn ready(&self) -> Result<(), Error> {
        let inner = self.lock();
        if inner.closed {
            Err(Error::closed())
        } else if inner.waiting.len() >= self.queue {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.step(Fault::Commits);
            self.lock().closed = true;
        })
    }

    fn seen_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<SeenCustomer>> {
        self.read(|connection| customers::read_net(connection, customer_id))
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.read(|connection| rows::query(connection, sql, &values))
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.read(|connection| rows::query_once(connection, sql, &values))
    }

    fn backup<'a>(&'a self, _: &'a Path) -> ReadFuture<'a, ()> {
        let nowhere = "a database in memory has no file to copy";
        Box::pin(ready(Err(Error::Unavailable(nowhere.into()))))
    }
}
