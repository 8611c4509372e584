//! Opening the database: its settings, and its schema.

use std::fmt::Display;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior, ffi};

use crate::model::OpenError;

/// The schema's versions, in order; `user_version` says how many of them a database has seen.
const VERSIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
];
const NEWEST: i64 = VERSIONS.len().cast_signed() as i64;

/// How long the writer waits for another program that writes, such as an operator's `sqlite3`.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than all texts of statements, so that each is prepared once.
const STATEMENTS: usize = 112;

/// What to do about a file that cannot be written.
pub(super) const MAY_WRITE: &str = "; the user who runs this must be able to write to it, to the files beside it that end in \
    -wal and -shm, and to their folder";

/// Opens the database for writing, and brings its schema up to date.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let failed = |error: rusqlite::Error| unopened(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let found = schema_version(&connection).map_err(failed)?;
    OpenError::check_schema(path, found, NEWEST)?;
    configure(&connection).map_err(failed)?;
    migrate(&mut connection, found).map_err(failed)?;
    ensure_writable(&mut connection).map_err(failed)?;
    Ok(connection)
}

/// Whether the database can be read by this program as it is.
pub(super) fn check_version(path: &Path) -> Result<(), OpenError> {
    let found = stored_version(path)?;
    OpenError::check_schema(path, found, NEWEST)?;
    if found < NEWEST {
        return Err(OpenError::store(
            path,
            format_args!(
                "it has schema version {found}, and this program reads version {NEWEST}: start the service once, which \
                 brings it up to date"
            ),
        ));
    }
    Ok(())
}

/// The version of the schema of a file, which is not changed.
fn stored_version(path: &Path) -> Result<i64, OpenError> {
    check_files(path)?;
    open_to_read(path)
        .and_then(|connection| schema_version(&connection))
        .map_err(|error| unopened(path, &error))
}

/// Says what the file has, and changes nothing.
pub(crate) fn inspect(path: &Path) -> Result<String, OpenError> {
    if !path.exists() {
        return Ok("no file yet, which the first start makes".into());
    }
    // Before SQLite opens the file: to close another handle of it would give up SQLite's locks.
    let is_locked = File::open(path).is_ok_and(|file| file.try_lock_shared().is_err());
    let schema = OpenError::check_schema(path, stored_version(path)?, NEWEST)?;
    let in_use = if is_locked {
        ", in use by a running service"
    } else {
        ""
    };
    Ok(format!("{schema}{in_use}"))
}

/// Refuses files of which `SQLite` would not find the last commits, or would remove them.
pub(super) fn check_files(database: &Path) -> Result<(), OpenError> {
    let Ok(metadata) = std::fs::metadata(database) else {
        return Ok(());
    };
    let refused = |reason: &dyn Display| OpenError::store(database, reason);
    let (names, path) = (metadata.nlink(), database.display());
    if names > 1 {
        // The log is beside the name that the database was last opened by.
        return Err(refused(&format_args!(
            "it has {names} names (hard links), and the last commits may be in the -wal file of another one. Find the names \
             with `find / -xdev -samefile {path}`, keep the one that has a file beside it that ends in -wal (any, if none \
             has), remove the others, and name the kept one in [store]"
        )));
    }
    let log = database
        .canonicalize()
        .and_then(|target| std::fs::metadata(with_ending(&target, "-wal")));
    if metadata.len() == 0 && log.is_ok_and(|log| log.len() > 0) {
        return Err(refused(
            &"it was emptied, and its -wal file was not: keep a copy of that file, remove it, and restore a backup",
        ));
    }
    Ok(())
}

/// The path with this text behind it.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Why a database cannot be opened, and what to do about it.
pub(super) fn unopened(path: &Path, error: &rusqlite::Error) -> OpenError {
    OpenError::store(path, with_advice(error))
}

/// An error of a file, and what to do about it.
pub(super) fn with_advice(error: &rusqlite::Error) -> String {
    let what_to_do = match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            MAY_WRITE
        }
        Some(ErrorCode::NotADatabase) => "; this is no SQLite database: name another file",
        Some(ErrorCode::DatabaseCorrupt) => "; it is damaged: bring back a copy",
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            "; is the disk full or broken, or the file larger than this process may write (`ulimit -f`)?"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "; another program writes to it, perhaps an operator's sqlite3: end it"
        }
        _ => "",
    };
    format!("{error}{what_to_do}")
}

/// The version of the schema that a database has.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Opens the database for reading by the calling thread.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    Ok(connection)
}

/// The settings that readers and the writer share.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan must not depend on the values bound to it: else SQLite prepares many a statement anew for each value,
    // which costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_aggregate_function("sum", 1, flags, Sum)
}

/// Takes the place of SQLite's `sum`, which fails when the sum of integers does not fit 64 bits. Then this one is a text, as
/// PostgreSQL's `sum` is wider than its integers. NULL if there are no rows.
struct Sum;

impl Aggregate<Option<i128>, ToSqlOutput<'static>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<i128>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<i128>) -> rusqlite::Result<()> {
        if let Some(number) = context.get::<Option<i64>>(0)? {
            *sum = Some(sum.unwrap_or_default() + i128::from(number));
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sum: Option<Option<i128>>,
    ) -> rusqlite::Result<ToSqlOutput<'static>> {
        let sum = sum.flatten().map(|sum| match i64::try_from(sum) {
            Ok(sum) => Value::Integer(sum),
            Err(_) => Value::Text(sum.to_string()),
        });
        Ok(ToSqlOutput::Owned(sum.unwrap_or(Value::Null)))
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    set_up(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Every commit is on the disk before it is answered. Nothing may ever weaken this.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What was forgotten is overwritten, and not only unlinked.
    connection.pragma_update(None, "secure_delete", "ON")?;
    // 4 MiB hold the ends of the trees, where nearly all writes go; the rest comes from the system's cache. More is
    // slower: whenever a tree's pages were balanced, a commit of SQLite walks over the whole cache.
    connection.pragma_update(None, "cache_size", -4_096)?;
    // The writer checkpoints by itself, after it has answered.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 256 << 20)
}

/// `SQLite` opens a file that may not be written as well, for reading. It is better to say so now than with every message.
fn ensure_writable(connection: &mut Connection) -> rusqlite::Result<()> {
    if connection.is_readonly(MAIN_DB)? {
        let error = ffi::Error::new(ffi::SQLITE_READONLY);
        let reason = "it may not be written".to_owned();
        return Err(rusqlite::Error::SqliteFailure(error, Some(reason)));
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.rollback()
}

fn migrate(connection: &mut Connection, found: i64) -> rusqlite::Result<()> {
    for (version, sql) in (1i64..)
        .zip(VERSIONS)
        .skip_while(|(version, _)| *version <= found)
    {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
