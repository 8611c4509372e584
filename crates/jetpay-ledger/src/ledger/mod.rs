//! The ledger's handle.

mod payouts;
mod reads;
mod writes;

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, OpenError};
use crate::store::Store;
use crate::store::sqlite::Sqlite;
use crate::work::{Task, Work};

/// How many writes may wait: what a disk that stands still for a second would gather. More is [`Error::Busy`].
const QUEUE: usize = 8192;

/// The ledger. A handle: cloning it is cheap, and all clones are the same ledger.
///
/// Writes wait in a bounded queue and are answered after their commit is on the disk. A write whose future is dropped
/// may still happen. Reads see everything that was acknowledged before.
#[derive(Clone, Debug)]
pub struct Ledger {
    store: Arc<dyn Store>,
}

impl Ledger {
    /// Opens the `SQLite` file, or makes it. Beside it stand `-wal` and `-shm` of `SQLite`, and a `.lock`.
    ///
    /// # Errors
    /// [`OpenError`]: the file is in use, or of a newer version, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(Arc::new(Sqlite::open(path, QUEUE)?)))
    }

    /// Opens the `SQLite` file for reading, also while a service has it open: writes are refused.
    ///
    /// # Errors
    /// [`OpenError`]: the file is not there, or of another version.
    pub fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(Arc::new(Sqlite::open_to_read(path)?)))
    }

    /// Connects to the `PostgreSQL` database at this `postgres://` URL, and makes what it needs there. Any number of
    /// servers may share it. With `sslmode=require` in the URL it speaks TLS only; certificates are believed when an
    /// authority of the system signed them, or one in `ca_file` (PEM).
    ///
    /// # Errors
    /// [`OpenError`]: the server cannot be reached, or the schema is of a newer version. No text of it holds the
    /// password.
    #[cfg(feature = "postgres")]
    pub async fn connect(url: &str, ca_file: Option<&Path>) -> Result<Self, OpenError> {
        let store = crate::store::postgres::Postgres::connect(url, ca_file, QUEUE).await?;
        Ok(Self::over(Arc::new(store)))
    }

    /// A ledger over any store.
    #[must_use]
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Finishes what waits, then closes the store; writes through other handles are refused from then on. Dropping the
    /// last handle does the same.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// Whether a write has good chances now: there is room in the queue, and the store did not fail the last time.
    /// After a failure each call has the store try again, so that a disk with room again is noticed without traffic.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub fn ready(&self) -> Result<(), Error> {
        self.store.ready()
    }

    /// Copies the books as they stand now into a new `SQLite` file, while others write on.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: the file is there already or cannot be written, or the store is none of `SQLite`.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        self.store.backup(to).await
    }

    /// Copies all books into an empty `PostgreSQL` database, rows and numbers as they are, so that readers of the feed
    /// go on where they were. It is kept only when the sums on both sides agree. Nothing may write here meanwhile. `told`
    /// hears how many rows of which table are copied.
    ///
    /// # Errors
    /// [`CopyError`](crate::CopyError): then nothing is kept there.
    #[cfg(feature = "postgres")]
    pub async fn copy_to(
        &self,
        url: &str,
        ca_file: Option<&Path>,
        told: &mut (dyn FnMut(&'static str, usize) + Send),
    ) -> Result<crate::Totals, crate::CopyError> {
        crate::store::postgres::copy(self.store(), url, ca_file, told).await
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Has the store do `work`, and waits for the commit.
    pub(crate) async fn write<W: Work>(&self, work: W) -> Result<W::Done, Error> {
        let (task, answer) = Task::new(work);
        self.store.submit(task)?;
        answer.await.unwrap_or_else(|_| Err(Error::closed()))
    }
}
