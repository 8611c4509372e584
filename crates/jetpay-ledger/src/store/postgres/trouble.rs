//! What goes wrong with a database, sorted by what may be done about it.

use tokio_postgres::error::SqlState;

use super::flush::FlushError;
use super::text::text;
use crate::error::Error;
use crate::work::Failure;

/// Why a group is not committed, or a question not answered.
pub(super) enum Trouble {
    /// Another server was in the way; nothing is kept, and the same again may well work.
    Conflict(String),
    /// The connection is lost, and nothing is kept.
    Lost(String),
    /// The connection was lost during the commit: nobody knows.
    Unknown(String),
    /// It would fail again, or must fetch more.
    Failed(Failure),
}

impl Trouble {
    /// What an error means that came after the commit was sent.
    pub(super) fn committing(error: FlushError) -> Self {
        match error {
            FlushError::Row(failure) => Self::Failed(failure),
            FlushError::Database(error) => match Self::from(error) {
                Self::Lost(text) => Self::Unknown(text),
                other => other,
            },
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        const CONFLICTS: [SqlState; 5] = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::UNIQUE_VIOLATION,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
        ];
        let text = text(&error);
        match error.code() {
            Some(code) if CONFLICTS.contains(code) => Self::Conflict(text),
            // The server is away, ends, starts, or has no room for one more connection; or it takes no writes, and
            // another one stands at its address perhaps.
            None
            | Some(&(SqlState::TOO_MANY_CONNECTIONS | SqlState::READ_ONLY_SQL_TRANSACTION)) => {
                Self::Lost(text)
            }
            Some(code) if ["57", "08"].contains(&&code.code()[..2]) => Self::Lost(text),
            // A key that is there, a value or a row that cannot be stored: says nothing about the database.
            Some(code) if ["22", "23", "54"].contains(&&code.code()[..2]) => {
                Self::Failed(Failure::Rule(text))
            }
            Some(_) => Self::Failed(Failure::Store(text)),
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Conflict(text) | Trouble::Lost(text) | Trouble::Unknown(text) => {
                Self::Unavailable(text)
            }
            Trouble::Failed(failure) => failure.into(),
        }
    }
}
