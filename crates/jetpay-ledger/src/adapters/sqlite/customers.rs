//! Customers.

use jetpay_core::id::CustomerId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::rows;
use super::transaction::Transaction;
use crate::model::{Contract, Customer, Error, Put, without_nul};

/// Replaces the customer, or adds one.
pub(super) fn put(transaction: &Transaction<'_>, customer: &Customer) -> rusqlite::Result<Put> {
    let values = (
        customer.customer_id.as_str(),
        customer.additional_customer_id.as_deref().map(without_nul),
        rows::json(&customer.contracts)?,
    );
    let sql =
        "UPDATE customers SET additional_customer_id = ?2, contracts = ?3 WHERE customer_id = ?1";
    if transaction.execute(sql, (values.0, &values.1, &values.2))? > 0 {
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

/// The customer with net debts. The entries are read after the customer, so none is missing: entries are only added.
pub(super) fn read_net(
    connection: &Connection,
    customer_id: &str,
) -> rusqlite::Result<Option<Customer>> {
    let Some(mut customer) = read(connection, customer_id)? else {
        return Ok(None);
    };
    for contract in &mut customer.contracts {
        if contract.payment.is_some() {
            contract.net(came_in(connection, customer_id, contract)?);
        }
    }
    Ok(Some(customer))
}

/// What came in on the contract since its debt was given, in minor units. Summed here: SQL's sum fails when it overflows.
fn came_in(
    connection: &Connection,
    customer_id: &str,
    contract: &Contract,
) -> rusqlite::Result<i64> {
    let as_of_seq = match contract.as_of_seq {
        Some(seq) => seq,
        None => connection
            .prepare_cached("SELECT debts_from FROM counts")?
            .query_row((), |row| row.get(0))?,
    };
    let sql = "SELECT amount FROM contract_entries WHERE customer_id = ?1 AND contract_id = ?2 AND seq > ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let amounts = statement.query_map((customer_id, contract.id.as_str(), as_of_seq), |row| {
        row.get::<_, i64>(0)
    })?;
    let mut sum = 0i128;
    for amount in amounts {
        sum += i128::from(amount?);
    }
    let most = if sum < 0 { i64::MIN } else { i64::MAX };
    Ok(i64::try_from(sum).unwrap_or(most))
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
    let customer_id: CustomerId = rows::id(row, 0)?;
    // The reader's own error may show a value.
    let damaged = |_| rows::broken(2, Error::Damaged(customer_id.clone()));
    Ok(Customer {
        additional_customer_id: row.get(1)?,
        contracts: rows::list(row, 2).map_err(damaged)?,
        customer_id,
    })
}
