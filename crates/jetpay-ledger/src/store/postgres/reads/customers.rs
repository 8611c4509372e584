//! Customers.

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::super::rows;
use super::super::trouble::Trouble;
use super::list;
use crate::customer::Customer;
use crate::work::Failure;

pub(crate) async fn customer(client: Object, id: &str) -> Result<Option<Customer>, Trouble> {
    if rows::is_of_no_row(id) {
        return Ok(None);
    }
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers WHERE customer_id = $1";
    Ok(list(&client, sql, &[&id], from_row).await?.pop())
}

/// By id, those after the given one.
pub(crate) async fn customers(
    client: Object,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Customer>, Trouble> {
    let sql = "SELECT customer_id, additional_customer_id, contracts FROM customers
               WHERE customer_id > $1 ORDER BY customer_id LIMIT $2";
    let (after, limit) = (rows::after(after), rows::limit(limit));
    list(&client, sql, &[&after, &limit], from_row).await
}

fn from_row(row: &Row) -> Result<Customer, Failure> {
    Ok(Customer {
        customer_id: rows::id(row, 0)?,
        additional_customer_id: rows::get(row, 1)?,
        contracts: rows::list(row, 2)?,
    })
}
