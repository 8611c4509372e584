//! Values of rows as typed values.

use std::borrow::Cow;
use std::str::FromStr;

use jetpay_core::id::{InvalidId, OperationId, ProjectId};
use jetpay_core::{Currency, Money};
use jetpay_rules::{EntryKind, UnknownWord};
use rusqlite::types::{FromSqlError, ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, Row, Statement};

use crate::model::{
    amount_from_stored, kind_from_stored, operation_from_stored, without_nul, word_from_stored,
};
use crate::port;
use crate::port::Value;

/// Platform numbers are stored as `SQLite` counts, in 64 bits with a sign.
pub(super) fn project(row: &Row<'_>, column: usize) -> rusqlite::Result<ProjectId> {
    Ok(ProjectId::new(row.get::<_, i64>(column)?.cast_unsigned()))
}

pub(super) fn operation(row: &Row<'_>, column: usize) -> rusqlite::Result<OperationId> {
    Ok(OperationId::new(row.get::<_, i64>(column)?.cast_unsigned()))
}

/// The operation of an event, if its callback has the id.
pub(super) fn event_operation(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<OperationId>> {
    row.get(column).map(operation_from_stored)
}

/// A word of an event, if its callback has it.
pub(super) fn event_word<T: for<'a> From<&'a str>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    text(row, column).map(word_from_stored)
}

/// The amount of an event, if its callback has it.
pub(super) fn event_amount(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Money>> {
    amount_from_stored(row.get(column)?, text(row, column + 1)?)
        .map_err(|error| broken(column + 1, error))
}

/// The amount in minor units in one column, its currency in the next.
pub(super) fn money(row: &Row<'_>, column: usize) -> rusqlite::Result<Money> {
    let currency =
        Currency::parse(text(row, column + 1)?).map_err(|error| broken(column + 1, error))?;
    Ok(Money::new(row.get(column)?, currency))
}

pub(super) fn id<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: for<'a> TryFrom<&'a str, Error = InvalidId>,
{
    T::try_from(text(row, column)?).map_err(|error| broken(column, error))
}

pub(super) fn optional_id<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: for<'a> TryFrom<&'a str, Error = InvalidId>,
{
    let text = optional_text(row, column)?;
    text.map(|text| T::try_from(text).map_err(|error| broken(column, error)))
        .transpose()
}

/// One of a closed set of words.
pub(super) fn word<T: FromStr<Err = UnknownWord>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    text(row, column)?
        .parse()
        .map_err(|error| broken(column, error))
}

/// The kind of an entry.
pub(super) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<EntryKind> {
    kind_from_stored(text(row, column)?).map_err(|error| broken(column, error))
}

pub(super) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| broken(column, error))
}

pub(super) fn optional_text<'r>(
    row: &'r Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<&'r str>> {
    row.get_ref(column)?
        .as_str_or_null()
        .map_err(|error: FromSqlError| broken(column, error))
}

/// A JSON list, or an empty one for NULL.
pub(super) fn list<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Vec<T>> {
    match optional_text(row, column)? {
        None => Ok(Vec::new()),
        Some(json) => serde_json::from_str(json).map_err(|error| broken(column, error)),
    }
}

/// A list as JSON, or NULL for an empty one.
pub(super) fn json<T: serde::Serialize>(list: &[T]) -> rusqlite::Result<Option<String>> {
    let json = (!list.is_empty())
        .then(|| serde_json::to_string(list))
        .transpose();
    json.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A limit as `SQLite` takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn broken(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// All rows of any query.
pub(super) fn query_once(
    connection: &Connection,
    sql: &str,
    values: &[Value],
) -> rusqlite::Result<Vec<port::Row>> {
    all(&mut connection.prepare(sql)?, values)
}

/// All rows of a statement that is kept.
pub(super) fn query(
    connection: &Connection,
    sql: &str,
    values: &[Value],
) -> rusqlite::Result<Vec<port::Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    all(&mut statement, values)
}

fn all(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<Vec<port::Row>> {
    let columns = statement.column_count();
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
        (0..columns)
            .map(|column| {
                Ok(match row.get_ref(column)? {
                    // No column of ours is real.
                    ValueRef::Null | ValueRef::Real(_) => Value::Null,
                    ValueRef::Integer(number) => Value::Int(number),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
                })
            })
            .collect()
    })?;
    rows.collect()
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => match without_nul(text) {
                Cow::Borrowed(text) => ValueRef::Text(text.as_bytes()),
                Cow::Owned(text) => return Ok(text.into()),
            },
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
