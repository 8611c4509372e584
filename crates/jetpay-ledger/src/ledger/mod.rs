//! The ledger's handle: what callers use.

mod day;
mod deliveries;
mod inbox;
mod listed;
mod payouts;
mod preview;
mod reads;
mod reconcile;
mod search;
mod story;
mod writes;

pub use day::{Arrival, Movement, first_id};
pub use preview::{ConfirmPreview, CorrectionPreview, CreditPreview};
pub use reads::{PaymentHistory, RecordedCallback};
pub use search::{Hit, HitDetails, HitKind, MatchedWord, SearchPosition};
pub use story::PaymentCallback;

use std::path::Path;
use std::sync::Arc;

use jetpay_core::Keyring;

#[cfg(feature = "postgres")]
use crate::adapters::postgres::Postgres;
#[cfg(feature = "sqlite")]
use crate::adapters::sqlite::{self, Sqlite};
use crate::audit::{self, Audit};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::model::OpenError;
use crate::model::{Error, Totals};
use crate::port::{Command, Store, TransactionError, Value, Values, rows, totals_of};

/// How many writes may wait: about what arrives while a disk stops for a second. More is [`Error::Busy`].
#[cfg(any(feature = "sqlite", feature = "postgres"))]
const QUEUE: usize = 8192;

/// The ledger: a handle. Cloning it is cheap, and all clones are the same ledger.
///
/// Writes wait in a bounded queue, and are answered after their commit is on the disk. A write whose future is dropped may
/// still happen. Reads see everything that was answered before.
#[derive(Clone, Debug)]
pub struct Ledger {
    store: Arc<dyn Store>,
}

impl Ledger {
    /// Opens the `SQLite` file, or makes it. `SQLite` adds two files beside it (`-wal`, `-shm`). Only their owner can read and
    /// write new ones. The file is locked, whatever its name: a link to it opens no second ledger.
    ///
    /// While one of the files is moved, removed or replaced, every write is [`Error::Unavailable`]; after one was truncated or
    /// overwritten, until it is closed.
    ///
    /// # Errors
    /// [`OpenError`]: the file is in use, or of a newer version, or has more than one hard link, or cannot be opened.
    #[cfg(feature = "sqlite")]
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(Arc::new(Sqlite::open(path, QUEUE)?)))
    }

    /// Opens the `SQLite` file for reading, also while a service has it open. Writes are refused.
    ///
    /// # Errors
    /// [`OpenError`]: the file does not exist, or has another version, or more than one hard link.
    #[cfg(feature = "sqlite")]
    pub fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(Arc::new(Sqlite::open_to_read(path)?)))
    }

    /// Connects to the `PostgreSQL` database at this `postgres://` URL, and makes its tables. Any number of servers may share
    /// it. With `sslmode=require` in the URL it uses TLS only. A certificate must be signed by an authority of the system,
    /// or by one in `ca_file` (PEM).
    ///
    /// # Errors
    /// [`OpenError`]: the server is away or refuses us, or the schema is of a newer version. No error text holds the password.
    #[cfg(feature = "postgres")]
    pub async fn connect(url: &str, ca_file: Option<&Path>) -> Result<Self, OpenError> {
        let store = Postgres::connect(url, ca_file, QUEUE, false).await?;
        Ok(Self::over(Arc::new(store)))
    }

    /// As [`connect`](Self::connect), but a database that is away is no error: everything is [`Error::Unavailable`] until it is
    /// there. Each call of [`ready`](Self::ready), and each write, makes the store try again.
    ///
    /// # Errors
    /// [`OpenError`], but not [`OpenError::Away`].
    #[cfg(feature = "postgres")]
    pub async fn connect_or_wait(url: &str, ca_file: Option<&Path>) -> Result<Self, OpenError> {
        let store = Postgres::connect(url, ca_file, QUEUE, true).await?;
        Ok(Self::over(Arc::new(store)))
    }

    /// Whether a `postgres://` URL, and the certificates in `ca_file`, can be read. It connects to nothing.
    ///
    /// # Errors
    /// [`OpenError`]: what to write. The text repeats nothing of the URL, which may have a password.
    #[cfg(feature = "postgres")]
    pub fn check_url(url: &str, ca_file: Option<&Path>) -> Result<(), OpenError> {
        Postgres::check_url(url, ca_file)
    }

    /// Says in words which schema an `SQLite` file has, and whether a service has it open. It changes nothing. Not for a
    /// process that has the file open: its locks would end.
    ///
    /// # Errors
    /// [`OpenError`]: why a service cannot use the file.
    #[cfg(feature = "sqlite")]
    pub fn inspect_file(path: &Path) -> Result<String, OpenError> {
        sqlite::inspect(path)
    }

    /// Connects to a `PostgreSQL` database as [`connect`](Self::connect) does, says in words which server and schema it has,
    /// and changes nothing.
    ///
    /// # Errors
    /// [`OpenError`]: why a service cannot use the database.
    #[cfg(feature = "postgres")]
    pub async fn inspect_database(url: &str, ca_file: Option<&Path>) -> Result<String, OpenError> {
        Postgres::inspect(url, ca_file).await
    }

    /// A ledger over any store.
    #[must_use]
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Finishes the writes that wait, then closes the store. Later writes through other handles are refused. Dropping the
    /// last handle does the same.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// Whether a write is likely to succeed now: the queue has room, and the last commit did not fail. After a failure, each
    /// call makes the store try again, so that it notices a disk with room again even without traffic.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub fn ready(&self) -> Result<(), Error> {
        self.store.ready()
    }

    /// Copies the ledger into a new `SQLite` file, while others write.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: the file exists already or cannot be written, or the store is not an `SQLite` store.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        self.store.backup(to).await
    }

    /// Copies the ledger into an empty `PostgreSQL` database, rows and numbers as they are, so that readers of the feed
    /// go on where they were. It is kept only when the sums on both sides agree. Nothing may write here meanwhile.
    /// `progress` gets how many rows of which table are copied.
    ///
    /// # Errors
    /// [`CopyError`](crate::CopyError): then nothing is kept there.
    #[cfg(feature = "postgres")]
    pub async fn copy_to(
        &self,
        url: &str,
        ca_file: Option<&Path>,
        progress: &mut (dyn FnMut(&'static str, usize) + Send),
    ) -> Result<crate::Totals, crate::CopyError> {
        crate::adapters::postgres::copy(&*self.store, url, ca_file, progress).await
    }

    /// Checks that the ledger agrees with itself: entries with payments, with the stored callbacks and the resolutions, and
    /// those with the bytes that were signed. With a keyring it verifies the signatures as well. It reads everything, while
    /// others write.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit(&self, keyring: Option<&Keyring>) -> Result<Audit, Error> {
        audit::audit(&*self.store, self.totals().await?, keyring).await
    }

    /// Sums over the whole ledger.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn totals(&self) -> Result<Totals, Error> {
        totals_of(&*self.store).await
    }

    /// Each row of a quick query.
    async fn read<T>(
        &self,
        sql: &str,
        values: Vec<Value<'_>>,
        read: impl Fn(&mut Values<'_>) -> Result<T, TransactionError>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.store.query(sql, values).await?;
        let rows = rows.iter().map(|row| Ok(read(&mut Values::of(row))?));
        rows.collect()
    }

    /// The number that a quick query gives, or 0.
    async fn number(&self, sql: &str) -> Result<i64, Error> {
        let number = self.read(sql, Vec::new(), rows::number).await?.pop();
        Ok(number.unwrap_or_default())
    }

    /// Queues a command, and waits for its commit.
    pub(crate) async fn write<T>(&self, command: Command<T>) -> Result<T, Error> {
        self.store.submit(command.queued)?;
        let answer = command.answer.await;
        answer.unwrap_or_else(|_| Err(Error::closed()))
    }
}
