//! Payments and their operations.

use std::collections::HashMap;

use deadpool_postgres::Object;
use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::operation_code::OperationCode;
use jetpay_rules::PaymentState;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::error::PostgresError;
use super::reads::list;
use super::rows;
use crate::model::{Millis, Operation, Payment, PaymentFilter, method_from_stored};
use crate::port::TransactionError;

const COLUMNS: &str =
    "SELECT id, project_id, method, customer_id, contract_id, amount, currency, state, credited,
    remaining, flags, created_at, changed_at FROM payments";

pub(super) async fn payment(client: Object, id: &str) -> Result<Option<Payment>, PostgresError> {
    if rows::is_of_no_row(id) {
        return Ok(None);
    }
    let sql = format!("{COLUMNS} WHERE id = $1");
    let payments = list(&client, &sql, &[&id], from_row).await?;
    Ok(with_operations(&client, payments).await?.pop())
}

/// By id, those that the filter lets through.
pub(super) async fn payments(
    client: Object,
    filter: &PaymentFilter,
) -> Result<Vec<Payment>, PostgresError> {
    let customer_id = filter.customer_id.as_deref();
    if customer_id.is_some_and(rows::is_of_no_row) {
        return Ok(Vec::new());
    }
    let (sql, values) = query(filter);
    let values: Vec<&(dyn ToSql + Sync)> = values
        .iter()
        .map(|value| &**value as &(dyn ToSql + Sync))
        .collect();
    let payments = list(&client, &sql, &values, from_row).await?;
    with_operations(&client, payments).await
}

/// Only the conditions that are asked for, so that the index that fits is used.
fn query(filter: &PaymentFilter) -> (String, Vec<Box<dyn ToSql + Send + Sync>>) {
    let mut conditions = vec!["id > $1".to_owned()];
    let mut values: Vec<Box<dyn ToSql + Send + Sync>> =
        vec![Box::new(rows::after(filter.after.as_deref()).to_owned())];
    let mut add = |condition: &str, value: Box<dyn ToSql + Send + Sync>| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(customer_id) = filter.customer_id.clone() {
        add("customer_id = ?", Box::new(customer_id));
    }
    if let Some(from) = filter.from {
        add("created_at >= ?", Box::new(from.0));
    }
    if let Some(to) = filter.to {
        add("created_at < ?", Box::new(to.0));
    }
    if let Some(provider_payment_id) = filter.provider_payment_id.as_deref() {
        let sql = "id IN (SELECT payment_id FROM events WHERE provider_payment_id = ?)";
        add(sql, Box::new(rows::short(provider_payment_id).into_owned()));
    }
    if let Some(state) = filter.state {
        add("state = ?", Box::new(state.as_str()));
        if !matches!(state, PaymentState::Pending | PaymentState::Credited) {
            // Says that the index of the rare states holds them all.
            conditions.push("state NOT IN ('pending', 'credited')".to_owned());
        }
    }
    values.push(Box::new(rows::limit(filter.limit)));
    let sql = format!(
        "{COLUMNS} WHERE {} ORDER BY id LIMIT ${}",
        conditions.join(" AND "),
        values.len()
    );
    (sql, values)
}

async fn with_operations(
    client: &Object,
    mut payments: Vec<Payment>,
) -> Result<Vec<Payment>, PostgresError> {
    let sql = "SELECT operation_id, operation_type, operation_status, amount, currency, code,
                      provider_payment_id, received_at, payment_id, project_id
               FROM events WHERE payment_id = ANY($1) ORDER BY seq";
    let ids: Vec<&str> = payments.iter().map(|payment| payment.id.as_str()).collect();
    let events = list(client, sql, &[&ids], |row| {
        Ok((rows::id(row, 8)?, rows::project(row, 9)?, operation(row)?))
    })
    .await?;
    let mut of: HashMap<(PaymentId, ProjectId), Vec<Operation>> = HashMap::new();
    for (payment, project, event) in events {
        Operation::fold(of.entry((payment, project)).or_default(), event);
    }
    for payment in &mut payments {
        // Events of another project are no operations of this payment.
        let own = of.remove(&(payment.id.clone(), payment.project_id));
        payment.operations = own.unwrap_or_default();
    }
    Ok(payments)
}

fn operation(row: &Row) -> Result<Operation, TransactionError> {
    Ok(Operation {
        id: rows::event_operation(row, 0)?,
        kind: rows::event_word(row, 1)?,
        status: rows::event_word(row, 2)?,
        amount: rows::event_amount(row, 3)?,
        code: rows::get::<Option<&str>>(row, 5)?.map(OperationCode::from),
        provider_payment_id: rows::get(row, 6)?,
        received_at: Millis(rows::get(row, 7)?),
    })
}

fn from_row(row: &Row) -> Result<Payment, TransactionError> {
    Ok(Payment {
        id: rows::id(row, 0)?,
        project_id: rows::project(row, 1)?,
        method: method_from_stored(rows::get(row, 2)?),
        customer_id: rows::id(row, 3)?,
        contract_id: rows::optional_id(row, 4)?,
        amount: rows::money(row, 5)?,
        state: rows::word(row, 7)?,
        credited: rows::get(row, 8)?,
        remaining: rows::get(row, 9)?,
        flags: rows::list(row, 10)?,
        created_at: Millis(rows::get(row, 11)?),
        changed_at: Millis(rows::get(row, 12)?),
        operations: Vec::new(),
    })
}
