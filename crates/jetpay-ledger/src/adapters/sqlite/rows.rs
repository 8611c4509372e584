//! Statements: their values, and the rows that they give.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, params_from_iter};

use crate::model::without_nul;
use crate::port::tables::Table;
use crate::port::{Row, TransactionError, Value, Values};

/// Reads each row that a kept statement gives.
pub(super) fn read<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    read: impl FnMut(&mut Values<'_>) -> Result<T, TransactionError>,
) -> Result<Vec<T>, TransactionError> {
    let mut statement = connection.prepare_cached(sql)?;
    each(&mut statement, values, read)
}

/// All rows that a kept statement gives.
pub(super) fn query(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, TransactionError> {
    read(connection, sql, values, |row| Ok(row.owned()))
}

/// All rows of any query.
pub(super) fn query_once(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<Row>, TransactionError> {
    each(&mut connection.prepare(sql)?, values, |row| Ok(row.owned()))
}

fn each<T>(
    statement: &mut Statement<'_>,
    values: &[Value<'_>],
    mut read: impl FnMut(&mut Values<'_>) -> Result<T, TransactionError>,
) -> Result<Vec<T>, TransactionError> {
    let columns = statement.column_count();
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get_ref(column).map(value));
        let values: Vec<Value<'_>> = values.collect::<Result<_, _>>()?;
        found.push(read(&mut Values::of(&values))?);
    }
    Ok(found)
}

fn value(value: ValueRef<'_>) -> Value<'_> {
    match value {
        // No column of ours is real.
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.into()),
    }
}

impl rusqlite::ToSql for Value<'_> {
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

/// The statement that adds a row to a table.
pub(super) fn insert(table: &Table) -> String {
    let names = table.names(0);
    let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
    let (table, names, places) = (table.name, names.join(", "), places.join(", "));
    format!("INSERT INTO {table} ({names}) VALUES ({places})")
}

/// The statement that writes the columns of a row behind the first `kept`. The first column is the key.
pub(super) fn update(table: &Table, kept: usize) -> String {
    let changed = table.names(kept).into_iter().zip(kept + 1..);
    let changed = changed.map(|(name, place)| format!("{name} = ?{place}"));
    let (changed, key) = (changed.collect::<Vec<_>>().join(", "), table.names(0)[0]);
    format!("UPDATE {} SET {changed} WHERE {key} = ?1", table.name)
}
