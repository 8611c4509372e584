//! What goes wrong with a database, sorted by what may be done about it.

use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::error::SqlState;

use crate::model;
use crate::model::OpenError;
use crate::port::TransactionError;

/// Why a flush failed.
pub(super) enum FlushError {
    /// The database answered with an error.
    Database(tokio_postgres::Error),
    /// A row cannot be written.
    Row(TransactionError),
}

impl From<tokio_postgres::Error> for FlushError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<TransactionError> for FlushError {
    fn from(error: TransactionError) -> Self {
        Self::Row(error)
    }
}

/// Why a group is not committed, or a question not answered.
pub(super) enum PostgresError {
    /// Another server was in the way; nothing is kept, and the same again may well work.
    Conflict(String),
    /// The connection is lost, and nothing is kept.
    Lost(String),
    /// The connection was lost during the commit: nobody knows.
    Unknown(String),
    /// It would fail again, or must fetch more.
    Failed(TransactionError),
}

impl PostgresError {
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

impl From<tokio_postgres::Error> for PostgresError {
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
                Self::Failed(TransactionError::Constraint(text))
            }
            Some(_) => Self::Failed(TransactionError::Store(text)),
        }
    }
}

impl From<TransactionError> for PostgresError {
    fn from(failure: TransactionError) -> Self {
        Self::Failed(failure)
    }
}

impl From<PostgresError> for model::Error {
    fn from(error: PostgresError) -> Self {
        match error {
            PostgresError::Conflict(text)
            | PostgresError::Lost(text)
            | PostgresError::Unknown(text) => Self::Unavailable(text),
            PostgresError::Failed(failure) => failure.into(),
        }
    }
}

/// What an error says, with its causes. The details of a database error are left out: they would show values of rows.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return format!("{} ({})", error.message(), error.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Some repeat what is below them.
        if !text.ends_with(&said) {
            write!(text, ": {said}").expect("a String takes all");
        }
        cause = error.source();
    }
    text
}

/// Why the database cannot be opened, and what to do about it.
pub(super) fn unopened(error: &tokio_postgres::Error) -> OpenError {
    let reason = text(error);
    let what_to_do = advice(error.code(), &reason);
    OpenError::Server {
        reason: format!("{reason}; {what_to_do}"),
    }
}

fn advice(code: Option<&SqlState>, reason: &str) -> &'static str {
    match code {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            "check user and password of its URL, and pg_hba.conf of the server"
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => "create it first: CREATE DATABASE name OWNER user",
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            "on the first start, and after an update, the user makes tables: let it own the database"
        }
        Some(&SqlState::TOO_MANY_CONNECTIONS) => {
            "each server takes ten connections: raise max_connections, or run fewer servers"
        }
        Some(&SqlState::CANNOT_CONNECT_NOW) => "the server starts or ends: try again in a moment",
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => "name the server that takes writes",
        Some(_) => "look into the log of the server",
        None if reason.contains("does not support TLS") => {
            "switch TLS on there (ssl = on), or, where nobody else can listen, write sslmode=disable into the URL"
        }
        None if reason.contains("certificate") => {
            "name the authority that signed it as ca_file, and the server by a name that stands in the certificate; \
             or, where nobody else can listen, write sslmode=disable into the URL"
        }
        None => "does the server run, and are host and port of its URL right?",
    }
}

/// What is said of a database that says nothing.
pub(super) const SILENT: &str = "it does not answer in time";

/// The URL is not repeated, nor what is wrong in it: that may be a part of the password.
pub(super) const UNREADABLE_URL: &str = "its URL cannot be read; write \
    postgres://user:password@host:5432/database, with %40 for @ and %25 for % in the password";
