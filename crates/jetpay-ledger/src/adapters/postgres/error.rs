//! Errors of the database, sorted by what can be done about them. Their texts hold neither a password nor a payer's data.

use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::error::SqlState;

use crate::model;
use crate::model::OpenError;
use crate::port::TransactionError;

/// Why a group is not committed, or a query not answered.
pub(super) enum PostgresError {
    /// Another server was in the way. Nothing is kept, and a second try may well work.
    Conflict(String),
    /// The connection is lost, and nothing is kept.
    Lost(String),
    /// The connection was lost during the commit: the outcome is not known.
    Unknown(String),
    /// A second try would fail again, or needs more rows.
    Failed(TransactionError),
}

impl PostgresError {
    /// The meaning of an error that came after the commit was sent.
    pub(super) fn committing(self) -> Self {
        match self {
            Self::Lost(text) => Self::Unknown(text),
            other => other,
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
            // The server is away, stops, starts, or has no room for another connection. Or it takes no writes, and perhaps
            // another server has its address now.
            None
            | Some(&(SqlState::TOO_MANY_CONNECTIONS | SqlState::READ_ONLY_SQL_TRANSACTION)) => {
                Self::Lost(text)
            }
            Some(code) if ["57", "08"].contains(&&code.code()[..2]) => Self::Lost(text),
            // A key that exists, or a value or row that cannot be stored: it says nothing about the database.
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

/// The text of an error, with its causes. The details of a database error are left out: they would show values of rows.
pub(super) fn text(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return format!("{} ({})", error.message(), error.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Some errors repeat their cause.
        if !text.ends_with(&said) {
            write!(text, ": {said}").expect("a String takes all");
        }
        cause = error.source();
    }
    text
}

/// Why the database cannot be opened, and what to do.
pub(super) fn unopened(error: &tokio_postgres::Error) -> OpenError {
    let (code, cause) = (error.code(), text(error));
    let reason = format!("{cause}; {}", advice(code, &cause));
    if passes(code, &cause) {
        OpenError::Away { reason }
    } else {
        OpenError::Server { reason }
    }
}

/// Whether the database may be there later, without another configuration: the server cannot be reached, starts or ends,
/// has no room, or takes no writes now; or another server is in the way.
fn passes(code: Option<&SqlState>, reason: &str) -> bool {
    const FOR_EVER: [&str; 4] = [
        "authentication error",
        "invalid configuration",
        "does not support TLS",
        "certificate",
    ];
    match code {
        Some(&(SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::LOCK_NOT_AVAILABLE)) => true,
        Some(code) => ["08", "40", "53", "57", "58"].contains(&&code.code()[..2]),
        None => !FOR_EVER.iter().any(|part| reason.contains(part)),
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
        Some(&SqlState::CANNOT_CONNECT_NOW) => {
            "the server is starting or stopping: try again in a moment"
        }
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => "name the server that accepts writes",
        Some(_) => "look into the log of the server",
        None if reason.contains("does not support TLS") => {
            "switch TLS on there (ssl = on), or, on a private network, write sslmode=disable into the URL"
        }
        None if reason.contains("certificate") => {
            "name the authority that signed it as ca_file, and the server by a name in the certificate; \
             or, on a private network, write sslmode=disable into the URL"
        }
        None => "check that the server runs, and that host and port of its URL are right",
    }
}

/// The text for a database that says nothing.
pub(super) const SILENT: &str = "it does not answer in time";

/// The text for a database that a start does not wait for.
pub(super) const SLOW: &str =
    "it does not answer at once, or a server brings its schema up to date";

pub(super) const AT_IN_PASSWORD: &str = "its URL cannot be read; the user or the password has an @, for which you write %40, \
    as you write %25 for %, %2F for /, %23 for # and %3A for :";
pub(super) const NO_HOST: &str =
    "its URL cannot be read; it names no host: write postgres://user:password@host:5432/database";
pub(super) const WRONG_PORT: &str = "its URL cannot be read; write postgres://user:password@host:5432/database, with a port \
    from 1 to 65535";

/// Why a URL cannot be read, and what to write. The text repeats nothing of it: that may be part of the password.
pub(super) fn unreadable_url(error: &tokio_postgres::Error) -> &'static str {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if cause.contains("`sslmode`") {
        "its URL cannot be read; write sslmode=require, which checks the certificate and the name of the server as verify-full \
         does elsewhere, or prefer or disable"
    } else if cause.contains("`port`") {
        WRONG_PORT
    } else if cause.contains("unknown option") {
        "its URL cannot be read; of parameters write only sslmode, connect_timeout, application_name, options, \
         target_session_attrs, host, hostaddr, port, user, password and dbname, and ca_file in place of sslrootcert"
    } else {
        "its URL cannot be read; write postgres://user:password@host:5432/database, with %40 for @ and %25 for % in the \
         password"
    }
}
