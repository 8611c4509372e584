//! Payments, as a reader gets them.

use jetpay_core::id::PaymentId;
use jetpay_core::operation_code::OperationCode;
use jetpay_rules::PaymentState;
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::rows;
use crate::model::{Millis, Operation, Payment, PaymentFilter, method_from_stored, short};

const COLUMNS: &str =
    "SELECT id, project_id, method, customer_id, contract_id, amount, currency, state, credited, remaining,
                              flags, created_at, changed_at FROM payments";

/// Two statements see one state of the database.
pub(super) fn read(connection: &Connection, id: &str) -> rusqlite::Result<Option<Payment>> {
    let snapshot = connection.unchecked_transaction()?;
    let mut statement = snapshot.prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?;
    let payment = statement.query_row([id], from_row).optional()?;
    payment
        .map(|payment| with_operations(&snapshot, payment))
        .transpose()
}

/// By id, those that the filter lets through.
pub(super) fn page(
    connection: &Connection,
    filter: &PaymentFilter,
) -> rusqlite::Result<Vec<Payment>> {
    let snapshot = connection.unchecked_transaction()?;
    let (sql, values) = query(filter);
    let values: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
    let mut statement = snapshot.prepare_cached(&sql)?;
    let payments = statement.query_map(&*values, from_row)?;
    payments
        .map(|payment| with_operations(&snapshot, payment?))
        .collect()
}

/// Only the conditions that are asked for, so that the index that fits is used.
fn query(filter: &PaymentFilter) -> (String, Vec<Box<dyn ToSql>>) {
    let mut conditions = vec!["id > ?"];
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(filter.after.clone().unwrap_or_default())];
    let mut add = |condition, value| {
        conditions.push(condition);
        values.push(value);
    };
    if let Some(customer_id) = filter.customer_id.clone() {
        // The index has the ids alone in the order of time: all are read there, and only the page is looked up.
        let condition = "id IN (SELECT id FROM payments WHERE customer_id = ?)";
        add(condition, Box::new(customer_id));
    }
    if let Some(from) = filter.from {
        add("created_at >= ?", Box::new(from.0));
    }
    if let Some(to) = filter.to {
        add("created_at < ?", Box::new(to.0));
    }
    if let Some(state) = filter.state {
        add("state = ?", Box::new(state.as_str()));
    }
    let common = |state| matches!(state, PaymentState::Pending | PaymentState::Credited);
    if filter.customer_id.is_none() && filter.state.is_some_and(|state| !common(state)) {
        // Says to SQLite that the index of the rare states holds them all.
        conditions.push("state NOT IN ('pending', 'credited')");
    }
    if let Some(provider_payment_id) = filter.provider_payment_id.clone() {
        // An older version kept it whole.
        conditions
            .push("id IN (SELECT payment_id FROM events WHERE provider_payment_id IN (?, ?))");
        values.push(Box::new(short(&provider_payment_id).into_owned()));
        values.push(Box::new(provider_payment_id));
    }
    values.push(Box::new(rows::limit(filter.limit)));
    (
        format!(
            "{COLUMNS} WHERE {} ORDER BY id LIMIT ?",
            conditions.join(" AND ")
        ),
        values,
    )
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Payment> {
    Ok(Payment {
        id: rows::id::<PaymentId>(row, 0)?,
        project_id: rows::project(row, 1)?,
        method: method_from_stored(row.get(2)?),
        customer_id: rows::id(row, 3)?,
        contract_id: rows::optional_id(row, 4)?,
        amount: rows::money(row, 5)?,
        state: rows::word(row, 7)?,
        credited: row.get(8)?,
        remaining: row.get(9)?,
        flags: rows::list(row, 10)?,
        created_at: Millis(row.get(11)?),
        changed_at: Millis(row.get(12)?),
        operations: Vec::new(),
    })
}

fn with_operations(connection: &Connection, payment: Payment) -> rusqlite::Result<Payment> {
    let operations = operations(connection, &payment)?;
    Ok(Payment {
        operations,
        ..payment
    })
}

/// One row an operation. Events of another project are no operations of this payment.
fn operations(connection: &Connection, payment: &Payment) -> rusqlite::Result<Vec<Operation>> {
    let sql = "SELECT operation_id, operation_type, operation_status, amount, currency, code,
                      provider_payment_id, received_at
               FROM events WHERE payment_id = ?1 AND project_id = ?2 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let project_id = payment.project_id.number().cast_signed();
    let mut operations: Vec<Operation> = Vec::new();
    for event in statement.query_map((payment.id.as_str(), project_id), operation_from_row)? {
        Operation::fold(&mut operations, event?);
    }
    Ok(operations)
}

fn operation_from_row(row: &Row<'_>) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: rows::event_operation(row, 0)?,
        kind: rows::event_word(row, 1)?,
        status: rows::event_word(row, 2)?,
        amount: rows::event_amount(row, 3)?,
        code: rows::optional_text(row, 5)?.map(OperationCode::from),
        provider_payment_id: row.get(6)?,
        received_at: Millis(row.get(7)?),
    })
}
