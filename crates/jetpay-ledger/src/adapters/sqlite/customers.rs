//! Customers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jetpay_core::id::CustomerId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::rows;
use super::transaction::Transaction;
use crate::model::{Contract, Customer, Error, LONGEST, Put, without_nul};

/// Replaces the customer, or adds one. Words are written only if they change: a new debt changes none.
pub(super) fn put(transaction: &Transaction<'_>, customer: &Customer) -> rusqlite::Result<Put> {
    let id = customer.customer_id.as_str();
    let second_name = customer.additional_customer_id.as_deref().map(without_nul);
    let contracts = rows::json(&customer.contracts)?;
    let Some((bucket, before)) = stored(transaction, id)? else {
        // As many customers in one bucket as give it some hundred pages.
        let sql = "UPDATE counts SET customers_added = customers_added + 1 RETURNING customers_added / 4096";
        let mut statement = transaction.connection().prepare_cached(sql)?;
        let bucket: i64 = statement.query_row((), |row| row.get(0))?;
        transaction.execute(
            "INSERT INTO customers (customer_id, additional_customer_id, contracts, bucket) VALUES (?1, ?2, ?3, ?4)",
            (id, second_name, contracts, bucket),
        )?;
        change_words(transaction, ADD_WORD, bucket, customer)?;
        return Ok(Put::New);
    };
    transaction.execute(
        "UPDATE customers SET additional_customer_id = ?2, contracts = ?3 WHERE customer_id = ?1",
        (id, second_name, contracts),
    )?;
    if words(&before) != words(customer) {
        change_words(transaction, REMOVE_WORD, bucket, &before)?;
        change_words(transaction, ADD_WORD, bucket, customer)?;
    }
    Ok(Put::Replaced)
}

/// Whether there was one. Its payments and entries stay.
pub(super) fn delete(transaction: &Transaction<'_>, customer_id: &str) -> rusqlite::Result<bool> {
    let Some((bucket, customer)) = stored(transaction, customer_id)? else {
        return Ok(false);
    };
    change_words(transaction, REMOVE_WORD, bucket, &customer)?;
    let sql = "DELETE FROM customers WHERE customer_id = ?1";
    transaction.execute(sql, [customer_id])?;
    Ok(true)
}

const ADD_WORD: &str = "INSERT OR IGNORE INTO customer_words VALUES (?1, ?2, ?3, ?4)";
const REMOVE_WORD: &str = "DELETE FROM customer_words
    WHERE bucket = ?1 AND word = ?2 AND customer_id = ?3 AND contract_id = ?4";

fn change_words(
    transaction: &Transaction<'_>,
    sql: &str,
    bucket: i64,
    customer: &Customer,
) -> rusqlite::Result<()> {
    for (word, contract_id) in words(customer) {
        let customer_id = customer.customer_id.as_str();
        transaction.execute(sql, (bucket, word, customer_id, contract_id))?;
    }
    Ok(())
}

/// The words by which a search finds the customer, besides the id: the second name, and the ids and numbers of contracts,
/// each with its contract (an empty text: the second name). A longer word than an id cannot be searched for. In the order
/// of the table that holds them.
fn words(customer: &Customer) -> BTreeSet<(Cow<'_, str>, &str)> {
    let second_name = customer.additional_customer_id.as_deref();
    let contracts = customer.contracts.iter().flat_map(|contract| {
        let id = contract.id.as_str();
        [(id, id), (contract.number.as_str(), id)]
    });
    second_name
        .map(|name| (name, ""))
        .into_iter()
        .chain(contracts)
        .map(|(word, contract)| (without_nul(word), contract))
        .filter(|(word, _)| word.len() <= LONGEST)
        .collect()
}

/// The bucket of the customer's words, and the customer as stored. Contracts that are damaged have no words.
fn stored(
    transaction: &Transaction<'_>,
    customer_id: &str,
) -> rusqlite::Result<Option<(i64, Customer)>> {
    let sql = "SELECT customer_id, additional_customer_id, contracts, bucket FROM customers WHERE customer_id = ?1";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let stored = statement.query_row([customer_id], |row| {
        let customer = Customer {
            customer_id: rows::id(row, 0)?,
            additional_customer_id: row.get(1)?,
            contracts: rows::list(row, 2).unwrap_or_default(),
        };
        Ok((row.get(3)?, customer))
    });
    stored.optional()
}

pub(super) fn read(
    connection: &Connection,
    customer_id: &str,
) -> rusqlite::Result<Option<Customer>> {
    one(connection, customer_id, from_row)
}

/// The customer with net debts. The entries are read before the customer's row is left, so both are of one snapshot, and the
/// locks of one read do for all.
pub(super) fn read_net(
    connection: &Connection,
    customer_id: &str,
) -> rusqlite::Result<Option<Customer>> {
    one(connection, customer_id, |row| {
        let mut customer = from_row(row)?;
        for contract in &mut customer.contracts {
            if contract.payment.is_some() {
                contract.net(came_in(connection, customer_id, contract)?);
            }
        }
        Ok(customer)
    })
}

fn one(
    connection: &Connection,
    customer_id: &str,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<Customer>,
) -> rusqlite::Result<Option<Customer>> {
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers WHERE customer_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([customer_id], read).optional()
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
