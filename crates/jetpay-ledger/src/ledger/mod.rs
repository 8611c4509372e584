//! The ledger's handle.

mod reads;
#[cfg(test)]
mod tests;
mod writes;

use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc::{self, Sender, error::TrySendError};

use crate::error::{Error, OpenError};
use crate::store::{Job, Lock, Readers, Task, Transaction, Writer, WriterState, open, work};

/// How many writes may wait: what a disk that stands still for a second would gather. More is [`Error::Busy`].
const QUEUE: usize = 8192;

/// How many writes are committed together at most, so that the first of them does not wait long for the last.
const GROUP: usize = 512;

/// The ledger in one `SQLite` file. A handle: cloning it is cheap, and all clones are the same ledger.
///
/// Writes are `async`: they wait in a bounded queue for the one writer, and are answered after their commit is on the
/// disk. A write whose future is dropped may still happen. Reads are not `async`: they take microseconds, on the
/// calling thread, and see everything that was acknowledged before.
#[derive(Clone, Debug)]
pub struct Ledger {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queue: Sender<Box<dyn Job>>,
    readers: Readers,
    writer: Arc<WriterState>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// Opens the file, or makes it. Beside it stand `-wal` and `-shm` of `SQLite`, and a `.lock`.
    ///
    /// # Errors
    /// [`OpenError`]: the file is in use, or of a newer version, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, QUEUE)
    }

    fn open_with(path: &Path, queue: usize) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError::Store {
            path: path.into(),
            reason,
        };
        let lock = Lock::take(path)?;
        let connection = open(path)?;
        // The path may be relative, and a program may change its directory.
        let absolute = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let state = Arc::new(WriterState::default());
        let writer = Writer::new(connection, lock, Arc::clone(&state))
            .map_err(|error| failed(error.to_string()))?;
        let (sender, receiver) = mpsc::channel(queue);
        let thread = std::thread::Builder::new().name("jetpay-ledger".into());
        let thread = thread
            .spawn(move || writer.work(receiver, GROUP))
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                queue: sender,
                readers: Readers::new(absolute),
                writer: state,
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// Finishes what waits, then closes the file. Blocks until that is done; writes through other handles are refused
    /// from then on. Dropping the last handle does the same.
    pub fn close(self) {
        self.shared.close();
    }

    /// Whether a write has good chances now: there is room in the queue, and the store did not fail the last time.
    /// After a failure each call has the writer try again, so that a disk with room again is noticed without traffic.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub fn ready(&self) -> Result<(), Error> {
        if self.shared.queue.is_closed() {
            return Err(closed());
        }
        if self.shared.writer.failing.load(Relaxed) {
            let (probe, _) = Task::new(work::probe);
            let _ = self.shared.queue.try_send(probe);
            return Err(Error::Unavailable("the last commit failed".into()));
        }
        if self.shared.queue.capacity() == 0 {
            Err(Error::Busy)
        } else {
            Ok(())
        }
    }

    /// Has the writer do `work`, and waits for the commit.
    async fn write<F, T>(&self, work: F) -> Result<T, Error>
    where
        F: FnMut(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (task, answer) = Task::new(work);
        self.shared
            .queue
            .try_send(task)
            .map_err(|error| match error {
                TrySendError::Full(_) => Error::Busy,
                TrySendError::Closed(_) => closed(),
            })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> Error {
    Error::Unavailable("the ledger is closed".into())
}

impl Shared {
    fn close(&self) {
        self.writer.closing.store(true, Relaxed);
        // Wakes the writer, which then looks. A full queue means that it is awake.
        let (nothing, _) = Task::new(|_| Ok(()));
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

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}
