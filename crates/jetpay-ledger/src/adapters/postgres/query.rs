//! Any query, over a connection of its own: a query over the whole ledger takes time.

use bytes::BytesMut;
use tokio::sync::Mutex;
use tokio_postgres::Client;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::address::Address;
use super::error::PostgresError;
use super::rows;
use crate::port::{Row, TransactionError, Value};

/// A query may take as long as it needs. Other servers go on.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = 0";

/// A connection for one query at a time.
pub(super) struct QueryClient {
    address: Address,
    client: Mutex<Option<Client>>,
}

impl QueryClient {
    pub(super) const fn new(address: Address) -> Self {
        Self {
            address,
            client: Mutex::const_new(None),
        }
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, PostgresError> {
        let mut client = self.client.lock().await;
        if client.as_ref().is_none_or(Client::is_closed) {
            let new = self.address.connect().await?;
            new.batch_execute(SETTINGS).await?;
            *client = Some(new);
        }
        let Some(client) = &*client else {
            return Ok(Vec::new());
        };
        let values: Vec<&(dyn ToSql + Sync)> = values
            .iter()
            .map(|value| value as &(dyn ToSql + Sync))
            .collect();
        let rows = client.query(sql, &values).await?;
        let rows: Result<_, TransactionError> = rows.iter().map(self::values).collect();
        Ok(rows?)
    }
}

/// All values of a row.
pub(super) fn values(row: &tokio_postgres::Row) -> Result<Row, TransactionError> {
    (0..row.len()).map(|column| value(row, column)).collect()
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, TransactionError> {
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
            Self::Text(text) => rows::without_nul(text).to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
