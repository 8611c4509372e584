//! Customers: the words by which a search finds them lie in buckets, and their debts are netted contract by contract.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::Connection;

use super::rows::read;
use super::transaction::Transaction;
use crate::model::{Contract, Customer, LONGEST, Millis, without_nul};
use crate::port::{SeenCustomer, TransactionError, rows};

/// Replaces the customer, or adds one; whether it was new. Words are written only if they change: a new debt changes none.
pub(super) fn put(
    transaction: &Transaction<'_>,
    customer: &Customer,
    seen: Option<Millis>,
) -> Result<bool, TransactionError> {
    let [id, second_name, contracts, seen] = rows::of_customer(customer, seen)?;
    let Some((bucket, before)) = stored(transaction, customer.customer_id.as_str())? else {
        // As many customers in one bucket as give it some hundred pages.
        let sql = "UPDATE counts SET customers_added = customers_added + 1 RETURNING customers_added / 4096";
        let bucket = transaction.row(sql, &[], rows::number)?.unwrap_or_default();
        let sql = "INSERT INTO customers (customer_id, additional_customer_id, contracts, bucket, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        transaction.execute(sql, &[id, second_name, contracts, bucket.into(), seen])?;
        change_words(transaction, ADD_WORD, bucket, customer)?;
        return Ok(true);
    };
    let sql = "UPDATE customers SET additional_customer_id = ?2, contracts = ?3, seen_at = coalesce(?4, seen_at) WHERE customer_id = ?1";
    transaction.execute(sql, &[id, second_name, contracts, seen])?;
    if words(&before) != words(customer) {
        change_words(transaction, REMOVE_WORD, bucket, &before)?;
        change_words(transaction, ADD_WORD, bucket, customer)?;
    }
    Ok(false)
}

/// Whether there was one. Its payments and entries stay.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    customer_id: &str,
) -> Result<bool, TransactionError> {
    let Some((bucket, customer)) = stored(transaction, customer_id)? else {
        return Ok(false);
    };
    change_words(transaction, REMOVE_WORD, bucket, &customer)?;
    let sql = "DELETE FROM customers WHERE customer_id = ?1";
    transaction.execute(sql, &[customer_id.into()])?;
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
) -> Result<(), TransactionError> {
    let customer_id = customer.customer_id.as_str();
    for (word, contract_id) in words(customer) {
        let values = [
            bucket.into(),
            (&*word).into(),
            customer_id.into(),
            contract_id.into(),
        ];
        transaction.execute(sql, &values)?;
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
) -> Result<Option<(i64, Customer)>, TransactionError> {
    let sql = "SELECT bucket, customer_id, additional_customer_id, contracts FROM customers WHERE customer_id = ?1";
    transaction.row(sql, &[customer_id.into()], |row| {
        let bucket = row.int()?;
        let customer = Customer {
            customer_id: row.id()?,
            additional_customer_id: row.optional_string(),
            contracts: row.list().unwrap_or_default(),
        };
        Ok((bucket, customer))
    })
}

/// The customer with net debts, and when a look-up saw it last. The entries are read before the customer's row is left, so both are of one snapshot, and the
/// locks of one read do for all.
pub(super) fn read_net(
    connection: &Connection,
    customer_id: &str,
) -> Result<Option<SeenCustomer>, TransactionError> {
    let customers = read(connection, rows::CUSTOMER, &[customer_id.into()], |row| {
        let mut customer = rows::customer(row)?;
        for contract in &mut customer.contracts {
            if contract.payment.is_some() {
                contract.net(came_in(connection, customer_id, contract)?);
            }
        }
        Ok((customer, row.optional_int().map(Millis)))
    });
    Ok(customers?.pop())
}

/// What came in on the contract since its debt was given, in minor units.
fn came_in(
    connection: &Connection,
    customer_id: &str,
    contract: &Contract,
) -> Result<i128, TransactionError> {
    let sql = "SELECT amount FROM contract_entries WHERE customer_id = ?1 AND contract_id = ?2
        AND seq > coalesce(?3, (SELECT debts_from FROM counts))";
    let values = [
        customer_id.into(),
        contract.id.as_str().into(),
        contract.as_of_seq.into(),
    ];
    let amounts = read(connection, sql, &values, rows::number)?;
    Ok(amounts.into_iter().map(i128::from).sum())
}
