//! Statements: their texts for a table, their values, and the rows that they give.

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::model::without_nul;
use crate::port::tables::Table;
use crate::port::{TransactionError, Value, Values};

/// Reads each row.
pub(super) fn read<T>(
    rows: &[Row],
    mut read: impl FnMut(&mut Values<'_>) -> Result<T, TransactionError>,
) -> Result<Vec<T>, TransactionError> {
    let rows = rows.iter().map(|row| read(&mut Values::of(&values(row)?)));
    rows.collect()
}

/// All values of a row.
fn values(row: &Row) -> Result<Vec<Value<'_>>, TransactionError> {
    let values = (0..row.len()).map(|column| {
        Ok(match *row.columns()[column].type_() {
            Type::BOOL => row.try_get::<_, Option<bool>>(column)?.into(),
            Type::BYTEA => row.try_get::<_, Option<&[u8]>>(column)?.into(),
            Type::TEXT => row.try_get::<_, Option<&str>>(column)?.into(),
            _ => row.try_get::<_, Option<i64>>(column)?.into(),
        })
    });
    let values: Result<_, tokio_postgres::Error> = values.collect();
    values.map_err(|error| TransactionError::Store(error.to_string()))
}

/// The values of a statement, as the client takes them.
pub(super) fn bound<T: ToSql + Sync>(values: &[T]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => without_nul(text).to_sql(kind, out),
            Self::Bytes(bytes) => (&**bytes).to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

/// The columns of many rows as the values of one statement.
fn arrays(table: &Table, skip: usize) -> String {
    let types = table.columns().map(|(_, kind)| kind).enumerate();
    let is_taken = |place: usize| place == 0 || place >= skip;
    let types = types.filter(|(place, _)| is_taken(*place)).zip(1..);
    let arrays = types.map(|((_, kind), place)| format!("${place}::{kind}[]"));
    arrays.collect::<Vec<_>>().join(", ")
}

/// The statement that adds rows to a table. Each value is a column.
pub(super) fn insert(table: &Table) -> String {
    let (name, names, arrays) = (table.name, table.names(0).join(", "), arrays(table, 0));
    format!("INSERT INTO {name} ({names}) SELECT * FROM unnest({arrays})")
}

/// The same for a table whose numbers come from this column of `counts`, which was counted up before and is locked.
pub(super) fn insert_numbered(table: &Table, last: &str) -> String {
    let (name, names, arrays) = (table.name, table.names(0).join(", "), arrays(table, 0));
    let first = arrays.split(',').next().unwrap_or_default();
    format!(
        "INSERT INTO {name} (seq, {names})
        SELECT (SELECT {last} FROM counts WHERE one) - cardinality({first}) + place, {names}
        FROM unnest({arrays}) WITH ORDINALITY AS new ({names}, place)"
    )
}

/// The statement that writes the columns of rows behind the first `kept`. The first column is the key.
pub(super) fn update(table: &Table, kept: usize) -> String {
    let (name, key, changed) = (table.name, table.names(0)[0], table.names(kept));
    let (arrays, names, new) = (
        arrays(table, kept),
        changed.join(", "),
        changed.join(", new."),
    );
    format!(
        "UPDATE {name} SET ({names}) = (new.{new}) FROM unnest({arrays}) AS new ({key}, {names})
        WHERE {name}.{key} = new.{key}"
    )
}
