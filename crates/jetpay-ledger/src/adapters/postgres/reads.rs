//! Reads, each with one connection of the pool.

use deadpool_postgres::Object;
use jetpay_core::id::CustomerId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::error::PostgresError;
use super::rows;
use crate::model::{Counts, Customer, Entry, Millis, method_from_stored};
use crate::port::{ENTRIES, TransactionError, Value};

/// Rows of a statement that the connection prepares once.
pub(super) async fn rows(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, PostgresError> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, values).await?)
}

/// Each row as a value.
pub(super) async fn list<T>(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
    from_row: impl Fn(&Row) -> Result<T, TransactionError>,
) -> Result<Vec<T>, PostgresError> {
    let rows = rows(client, sql, values).await?;
    let values: Result<_, TransactionError> = rows.iter().map(from_row).collect();
    Ok(values?)
}

/// A quick question.
pub(super) async fn query(
    client: Object,
    sql: &str,
    values: &[Value],
) -> Result<Vec<crate::port::Row>, PostgresError> {
    let values: Vec<_> = values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect();
    list(&client, sql, &values, super::query::values).await
}

pub(super) async fn customer(client: Object, id: &str) -> Result<Option<Customer>, PostgresError> {
    if rows::is_of_no_row(id) {
        return Ok(None);
    }
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers WHERE customer_id = $1";
    Ok(list(&client, sql, &[&id], from_row).await?.pop())
}

/// The customer with net debts, in one statement: one round trip, and one snapshot. Sums that do not fit are the largest or
/// least number that does.
pub(super) async fn net_customer(
    client: Object,
    id: &str,
) -> Result<Option<Customer>, PostgresError> {
    if rows::is_of_no_row(id) {
        return Ok(None);
    }
    let sql = "SELECT customer_id, additional_customer_id, contracts, (
            SELECT array_agg(greatest(least(came_in.amount, 9223372036854775807), -9223372036854775808)::bigint ORDER BY place)
            FROM json_array_elements(contracts::json) WITH ORDINALITY AS listed (contract, place), LATERAL (
                SELECT coalesce(sum(amount), 0) AS amount FROM contract_entries
                WHERE contract_entries.customer_id = customers.customer_id AND contract_id = contract ->> 'id'
                  AND seq > coalesce((contract ->> 'as_of_seq')::bigint, (SELECT debts_from FROM counts))) AS came_in)
        FROM customers WHERE customer_id = $1";
    let net = |row: &Row| {
        let mut customer = from_row(row)?;
        let came_in: Option<Vec<i64>> = rows::get(row, 3)?;
        for (contract, came_in) in customer
            .contracts
            .iter_mut()
            .zip(came_in.unwrap_or_default())
        {
            contract.net(came_in);
        }
        Ok(customer)
    };
    match list(&client, sql, &[&id], net).await {
        // Contracts that the database cannot read either. Its error may show a value, ours does not.
        Err(PostgresError::Failed(TransactionError::Constraint(_))) => customer(client, id).await,
        customers => Ok(customers?.pop()),
    }
}

/// By id, those after the given one.
pub(super) async fn customers(
    client: Object,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Customer>, PostgresError> {
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers
               WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
    let (after, limit) = (rows::after(after), rows::limit(limit));
    list(&client, sql, &[&after, &limit], from_row).await
}

/// The columns `customer_id, additional_customer_id, contracts`.
pub(super) fn from_row(row: &Row) -> Result<Customer, TransactionError> {
    let customer_id: CustomerId = rows::id(row, 0)?;
    // The reader's own error may show a value.
    let damaged = |_| TransactionError::Damaged(customer_id.clone());
    Ok(Customer {
        additional_customer_id: rows::get(row, 1)?,
        contracts: rows::list(row, 2).map_err(damaged)?,
        customer_id,
    })
}

/// In the order of commit, those after `after`.
pub(super) async fn entries(
    client: Object,
    after: i64,
    limit: usize,
) -> Result<Vec<Entry>, PostgresError> {
    list(&client, ENTRIES, &[&after, &rows::limit(limit)], |row| {
        Ok(Entry {
            seq: rows::get(row, 0)?,
            kind: rows::kind(row, 1)?,
            payment_id: rows::id(row, 2)?,
            operation_id: rows::operation(row, 3)?,
            project_id: rows::project(row, 4)?,
            method: method_from_stored(rows::get(row, 5)?),
            customer_id: rows::id(row, 6)?,
            contract_id: rows::optional_id(row, 10)?,
            provider_payment_id: rows::get(row, 11)?,
            amount: rows::money(row, 7)?,
            time: Millis(rows::get(row, 9)?),
            corrects: rows::get(row, 12)?,
        })
    })
    .await
}

pub(super) async fn counts(client: Object) -> Result<Counts, PostgresError> {
    let sql = "SELECT pending, unmatched, quarantined, alarms, open_alarms FROM counts";
    let counts = list(&client, sql, &[], |row| {
        Ok(Counts {
            pending: rows::get(row, 0)?,
            unmatched: rows::get(row, 1)?,
            quarantined: rows::get(row, 2)?,
            alarms: rows::get(row, 3)?,
            open_alarms: rows::get(row, 4)?,
        })
    });
    let nothing = || TransactionError::Store("the row of counts is gone".into());
    Ok(counts.await?.pop().ok_or_else(nothing)?)
}
