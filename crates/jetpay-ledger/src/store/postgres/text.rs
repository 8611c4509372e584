//! What an error of the database says, in words that hold neither a password nor a payer's data.

use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::OpenError;

/// What an error says, with its causes. The details of a database error are left out: they would show values of rows.
pub(super) fn text(error: &Error) -> String {
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
pub(super) fn unopened(error: &Error) -> OpenError {
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
