//! Reads, each with one connection of the pool.

mod alarms;
mod customers;
mod entries;
mod payments;

pub(super) use alarms::{ALARMS_TO_SETTLE, alarm, alarm_with_bodies, alarms, inbox, settlements};
pub(super) use customers::{customer, customers};
pub(super) use entries::{counts, entries};
pub(super) use payments::{payment, payments};

use deadpool_postgres::Object;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::trouble::Trouble;
use crate::store::Value;
use crate::work::Failure;

/// Rows of a statement that the connection prepares once.
async fn rows(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Trouble> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, values).await?)
}

/// Each row as a value.
async fn list<T>(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
    from_row: impl Fn(&Row) -> Result<T, Failure>,
) -> Result<Vec<T>, Trouble> {
    let rows = rows(client, sql, values).await?;
    let values: Result<_, Failure> = rows.iter().map(from_row).collect();
    Ok(values?)
}

/// A quick question.
pub(super) async fn look(
    client: Object,
    sql: &str,
    values: &[Value],
) -> Result<Vec<crate::store::Row>, Trouble> {
    let values: Vec<_> = values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect();
    list(&client, sql, &values, super::ask::values).await
}
