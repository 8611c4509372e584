//! The store's handle: a queue for the writer, connections for the readers.

use std::future::ready;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::mpsc::{self, Sender, error::TrySendError};

use super::lock::Lock;
use super::reader::Readers;
use super::writer::{State, Writer};
use super::{alarms, counts, customers, entries, inbox, open, payments, settlements};
use crate::alarm::{Alarm, AlarmFilter};
use crate::customer::Customer;
use crate::entry::Entry;
use crate::error::{Error, OpenError};
use crate::payment::{Payment, PaymentFilter};
use crate::recorded::{Counts, Unmatched};
use crate::settlement::Settlement;
use crate::store::{Pending, Store};
use crate::work::{Job, Nothing, Task};

/// How many writes are committed together at most, so that the first of them does not wait long for the last.
const GROUP: usize = 512;

/// The store in one `SQLite` file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    queue: Sender<Box<dyn Job>>,
    readers: Readers,
    writer: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sqlite {
    /// Opens the file, or makes it; `queue` writes may wait.
    pub(crate) fn open(path: &Path, queue: usize) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError::Store {
            path: path.into(),
            reason,
        };
        let lock = Lock::take(path)?;
        let connection = open::open(path)?;
        // The path may be relative, and a program may change its directory.
        let absolute = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let state = Arc::new(State::default());
        let writer = Writer::new(connection, Some(lock), Arc::clone(&state))
            .map_err(|error| open::unopened(path, &error))?;
        let (sender, receiver) = mpsc::channel(queue);
        let thread = std::thread::Builder::new().name("jetpay-ledger".into());
        let thread = thread
            .spawn(move || writer.work(receiver, GROUP))
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            queue: sender,
            readers: Readers::new(absolute),
            writer: state,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Reads at once, on the calling thread: that takes microseconds.
    fn read<'a, T: Send + 'a>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Pending<'a, T> {
        Box::pin(ready(self.readers.read(query)))
    }

    /// Finishes what waits. Blocks until that is done.
    fn finish(&self) {
        self.writer.closing.store(true, Relaxed);
        // Wakes the writer, which then looks. A full queue means that it is awake.
        let (nothing, _) = Task::new(Nothing);
        let _ = self.queue.try_send(nothing);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Store for Sqlite {
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => Error::closed(),
        })
    }

    fn ready(&self) -> Result<(), Error> {
        if self.queue.is_closed() {
            return Err(Error::closed());
        }
        if self.writer.failing.load(Relaxed) {
            let (probe, _) = Task::new(Nothing);
            let _ = self.queue.try_send(probe);
            return Err(Error::Unavailable("the last commit failed".into()));
        }
        if self.queue.capacity() == 0 {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.finish() })
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> Pending<'a, Option<Customer>> {
        self.read(|connection| customers::read(connection, customer_id))
    }

    fn customers<'a>(&'a self, after: Option<&'a str>, limit: usize) -> Pending<'a, Vec<Customer>> {
        self.read(|connection| customers::page(connection, after, limit))
    }

    fn balance<'a>(&'a self, customer_id: &'a str) -> Pending<'a, i64> {
        self.read(|connection| payments::balance(connection, customer_id))
    }

    fn payment<'a>(&'a self, id: &'a str) -> Pending<'a, Option<Payment>> {
        self.read(|connection| payments::read(connection, id))
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> Pending<'a, Vec<Payment>> {
        self.read(|connection| payments::page(connection, filter))
    }

    fn entries(&self, after: i64, limit: usize) -> Pending<'_, Vec<Entry>> {
        self.read(|connection| entries::read(connection, after, limit))
    }

    fn alarms(&self, filter: AlarmFilter) -> Pending<'_, Vec<Alarm>> {
        self.read(|connection| alarms::page(connection, &filter))
    }

    fn alarm(&self, seq: i64) -> Pending<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let alarm = alarms::read(&snapshot, seq)?;
            alarm
                .map(|alarm| Ok((alarm, alarms::bodies(&snapshot, seq)?)))
                .transpose()
        })
    }

    fn settlements(&self, before: Option<i64>, limit: usize) -> Pending<'_, Vec<Settlement>> {
        self.read(|connection| settlements::page(connection, before, limit))
    }

    fn inbox(&self, limit: usize) -> Pending<'_, Vec<Unmatched>> {
        self.read(|connection| inbox::read(connection, limit))
    }

    fn counts(&self) -> Pending<'_, Counts> {
        self.read(counts::read)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.finish();
    }
}
