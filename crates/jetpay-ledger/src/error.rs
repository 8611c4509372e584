//! What can go wrong, on opening and afterwards. No text of these holds a payer's data.

use std::path::PathBuf;

use thiserror::Error;

#[cfg(feature = "postgres")]
use crate::audit::Totals;
use crate::settlement::Unsettled;

/// A write or a read that did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Too many writes wait already: nothing was done, try again in a moment (HTTP 503).
    #[error("too many writes are waiting")]
    Busy,
    /// The store failed: disk full, input or output, or it is closed. Nothing was stored (HTTP 503).
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A payment with this id is recorded already. Ids are made once and never used again.
    #[error("a payment with this id is recorded already")]
    PaymentExists,
    /// An amount of nothing or less cannot be topped up.
    #[error("the amount is not positive")]
    NotPositive,
    /// Nothing was settled.
    #[error(transparent)]
    Unsettled(#[from] Unsettled),
}

impl Error {
    pub(crate) fn closed() -> Self {
        Self::Unavailable("the ledger is closed".into())
    }
}

/// A ledger that cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another `Ledger` of this one, has it open. There is one writer.
    #[error(
        "{path} is in use by another process, which holds {lock}; stop that one, or name another database"
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The file that is locked.
        lock: PathBuf,
    },
    /// A newer version of this program wrote it. An older one could misread it, so it does not touch it.
    #[error(
        "{path} has schema version {found}, and this program knows versions up to {known}: use a newer program"
    )]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// The version it has.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The lock file cannot be made or locked.
    #[error(
        "the lock file {lock} cannot be made: {source}; the folder must be there, and whoever runs this must be able \
         to write to it"
    )]
    Lock {
        /// The file.
        lock: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database server cannot be reached, or its schema not be made.
    #[error("the database: {reason}")]
    Server {
        /// Its words, and what to do.
        reason: String,
    },
    /// The database cannot be opened or its schema not be made.
    #[error("{path}: {reason}")]
    Store {
        /// The database.
        path: PathBuf,
        /// `SQLite`'s words, and what to do.
        reason: String,
    },
}

/// Books that were not copied. Nothing of them is kept in the other store.
#[cfg(feature = "postgres")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The other store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There are books in the other store already.
    #[error("the database to copy to has books in it already; give it an empty one")]
    NotEmpty,
    /// The sums on both sides differ.
    #[error("the sums differ, so nothing was kept: {:?} here, {:?} there", .0.0, .0.1)]
    Differs(Box<(Totals, Totals)>),
    /// One of the stores failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A word that is none of its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an unknown word")]
pub struct UnknownWord;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        // The text names tables and columns, never values: all values are bound.
        Self::Unavailable(error.to_string())
    }
}
