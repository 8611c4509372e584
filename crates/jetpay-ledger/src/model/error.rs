//! What can go wrong. No text of these holds a payer's data.

use std::path::{Path, PathBuf};

use jetpay_core::id::CustomerId;
use thiserror::Error;

#[cfg(feature = "postgres")]
use super::numbers::Totals;
use super::refusal::ResolveError;

/// Why a write or a read did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The queue is full. Nothing was done; try again in a moment (HTTP 503).
    #[error("too many writes are waiting")]
    Busy,
    /// The store failed: the disk is full, or broken, or the store is closed. Nothing was stored (HTTP 503).
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The stored contracts of this customer cannot be read (HTTP 503 to the platform). Write the customer anew.
    #[error("the stored contracts of a customer are damaged; GET /v1/customers names the customer")]
    Damaged(CustomerId),
    /// A payment with this id is recorded already. An id is made once and never used again.
    #[error("a payment with this id is recorded already")]
    PaymentExists,
    /// The amount is zero or negative.
    #[error("the amount is not positive")]
    NotPositive,
    /// A report lists more results than are recorded of one run.
    #[error(
        "the report lists {listed} results, and at most {most} are recorded: reconcile a shorter interval; so many differences \
         often mean a wrong column, unit or zone"
    )]
    TooManyResults {
        /// How many it lists.
        listed: usize,
        /// How many may be recorded.
        most: usize,
    },
    /// The resolution was refused.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

impl Error {
    pub(crate) fn closed() -> Self {
        Self::Unavailable("the ledger is closed".into())
    }
}

impl OpenError {
    /// A file that cannot be opened, and what to do.
    #[cfg(feature = "sqlite")]
    pub(crate) fn store(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Store {
            path: path.into(),
            reason: reason.to_string(),
        }
    }

    /// Says in words which schema a database has, and what becomes of it. An error if it is newer than the known one.
    pub(crate) fn check_schema(path: &Path, found: i64, known: i64) -> Result<String, Self> {
        match found {
            _ if found > known => Err(Self::NewerSchema {
                path: path.into(),
                found,
                known,
            }),
            0 => Ok("no tables yet, which the first start makes".into()),
            _ if found == known => Ok(format!("schema version {found}")),
            _ => Ok(format!(
                "schema version {found}, which the next start brings up to {known}"
            )),
        }
    }
}

/// Why a ledger cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another `Ledger` of this process, has it open. There is one writer.
    #[error("{path} is in use by another process; stop that process, or name another database")]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// A newer version of this program wrote it. This version could misread it, so it does not touch it.
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
    /// The database server is away, starts or ends, has no room, or takes no writes now. It may be there later.
    #[error("the database: {reason}")]
    Away {
        /// The server's words, and what to do.
        reason: String,
    },
    /// The database server refuses us, or its schema cannot be made.
    #[error("the database: {reason}")]
    Server {
        /// The server's words, and what to do.
        reason: String,
    },
    /// The database cannot be opened, or its schema cannot be made.
    #[error("{path}: {reason}")]
    Store {
        /// The database.
        path: PathBuf,
        /// `SQLite`'s words, and what to do.
        reason: String,
    },
}

/// Why a ledger was not copied. The other store keeps nothing of it.
#[cfg(feature = "postgres")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The other store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The other store holds a ledger already.
    #[error("the database to copy to has a ledger in it already; give it an empty one")]
    NotEmpty,
    /// The sums on both sides differ.
    #[error("the sums differ, so nothing was kept: {:?} here, {:?} there", .0.0, .0.1)]
    Differs(Box<(Totals, Totals)>),
    /// One of the stores failed.
    #[error(transparent)]
    Store(#[from] Error),
}
