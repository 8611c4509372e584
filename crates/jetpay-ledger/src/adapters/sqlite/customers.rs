//! Customers.

use rusqlite::{Connection, OptionalExtension, Row};

use super::rows;
use super::transaction::Transaction;
use crate::model::{Customer, Put};

/// Replaces the customer, or adds one.
pub(super) fn put(transaction: &Transaction<'_>, customer: &Customer) -> rusqlite::Result<Put> {
    let values = (
        customer.customer_id.as_str(),
        customer.additional_customer_id.as_deref(),
        rows::json(&customer.contracts)?,
    );
    let sql =
        "UPDATE customers SET additional_customer_id = ?2, contracts = ?3 WHERE customer_id = ?1";
    if transaction.execute(sql, (values.0, values.1, &values.2))? > 0 {
        return Ok(Put::Replaced);
    }
    transaction.execute("INSERT INTO customers VALUES (?1, ?2, ?3)", values)?;
    Ok(Put::New)
}

/// Whether there was one. Its payments and entries stay.
pub(super) fn delete(transaction: &Transaction<'_>, customer_id: &str) -> rusqlite::Result<bool> {
    Ok(transaction.execute(
        "DELETE FROM customers WHERE customer_id = ?1",
        [customer_id],
    )? > 0)
}

pub(super) fn read(
    connection: &Connection,
    customer_id: &str,
) -> rusqlite::Result<Option<Customer>> {
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers WHERE customer_id = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([customer_id], from_row)
        .optional()
}

/// By id, those after the given one.
pub(super) fn page(
    connection: &Connection,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Vec<Customer>> {
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers
               WHERE customer_id > ?1 ORDER BY customer_id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    // No id is empty.
    statement
        .query_map((after.unwrap_or(""), rows::limit(limit)), from_row)?
        .collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        customer_id: rows::id(row, 0)?,
        additional_customer_id: row.get(1)?,
        contracts: rows::list(row, 2)?,
    })
}
