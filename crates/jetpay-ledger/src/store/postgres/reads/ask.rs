//! Any question in SQL.

use bytes::BytesMut;
use deadpool_postgres::Object;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::rows;
use crate::store::{Row, Value};
use crate::work::Failure;

pub(crate) async fn ask(
    client: Object,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<Row>, Failure> {
    let values: Vec<&(dyn ToSql + Sync)> = values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect();
    super::list(&client, sql, &values, self::values).await
}

/// All values of a row.
pub(crate) fn values(row: &tokio_postgres::Row) -> Result<Row, Failure> {
    (0..row.len()).map(|column| value(row, column)).collect()
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, Failure> {
    let value = match *row.columns()[column].type_() {
        Type::BOOL => rows::get::<Option<bool>>(row, column)?.map(|truth| Value::Int(truth.into())),
        Type::BYTEA => rows::get::<Option<Vec<u8>>>(row, column)?.map(Value::Bytes),
        Type::TEXT => rows::get::<Option<String>>(row, column)?.map(Value::Text),
        _ => rows::get::<Option<i64>>(row, column)?.map(Value::Int),
    };
    Ok(value.unwrap_or(Value::Null))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => rows::kept(text).to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
