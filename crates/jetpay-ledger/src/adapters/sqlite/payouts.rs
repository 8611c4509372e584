//! Payouts: added, changed, read.

use std::fmt::Write;
use std::sync::LazyLock;

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use rusqlite::{Connection, OptionalExtension};

use super::rows;
use super::transaction::Transaction;
use crate::payout::PayoutStep;
use crate::port::payouts::{COLUMNS, KEPT_COLUMNS, sql, step};
use crate::port::{PayoutRow, PayoutTransaction, Row, TransactionError, Value};

static ADD: LazyLock<String> = LazyLock::new(|| insert("payouts", &COLUMNS));
static ADD_STEP: LazyLock<String> =
    LazyLock::new(|| insert("payout_steps", &step::STEP_COLUMNS[1..]));
static CHANGE: LazyLock<String> = LazyLock::new(|| {
    let changed = COLUMNS.iter().enumerate().skip(KEPT_COLUMNS);
    let set: Vec<String> = changed
        .map(|(place, column)| format!("{column} = ?{}", place + 1))
        .collect();
    format!(
        "UPDATE payouts SET {} WHERE payment_id = ?1",
        set.join(", ")
    )
});
static BY_ID: LazyLock<String> = LazyLock::new(sql::by_id);

impl PayoutTransaction for Transaction<'_> {
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, TransactionError> {
        let found = rows::query(self.connection(), &BY_ID, &[text(id.as_str())])?;
        found
            .first()
            .map(|row| PayoutRow::from_values(row))
            .transpose()
    }

    fn payout_with_key(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, TransactionError> {
        let project = Value::Int(project_id.number().cast_signed());
        let found = rows::query(self.connection(), sql::WITH_KEY, &[project, text(key)])?;
        found.first().map(|row| sql::with_key(row)).transpose()
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i128, TransactionError> {
        let row = balance(self.connection(), customer_id.as_str())?;
        Ok(sql::balance(&row))
    }

    fn topped_up_to_customer_of(&mut self, id: &PaymentId) -> Result<i128, TransactionError> {
        let sql = "SELECT customer_id FROM payments WHERE id = ?1";
        let mut statement = self.connection().prepare_cached(sql)?;
        let customer_id = statement.query_row([id.as_str()], |row| row.get::<_, String>(0));
        let customer_id = customer_id.optional()?;
        let topped_up = customer_id.map(|id| topped_up(self.connection(), &id));
        Ok(topped_up.transpose()?.unwrap_or_default())
    }

    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        write(self, &ADD, &row.values())
    }

    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        self.forgot |= row.payout.request.is_empty();
        write(self, &CHANGE, &row.values())
    }

    fn add_step(&mut self, step: &PayoutStep) -> Result<(), TransactionError> {
        write(self, &ADD_STEP, &step::values(step))
    }
}

/// What a customer's payments left, in minor units, before payouts.
pub(super) fn topped_up(connection: &Connection, customer_id: &str) -> rusqlite::Result<i128> {
    Ok(sql::topped_up(&balance(connection, customer_id)?))
}

/// The row of [`sql::BALANCE`].
fn balance(connection: &Connection, customer_id: &str) -> rusqlite::Result<Row> {
    let rows = rows::query(connection, sql::BALANCE, &[text(customer_id)])?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

fn write(
    transaction: &Transaction<'_>,
    sql: &str,
    values: &[Value],
) -> Result<(), TransactionError> {
    transaction.execute(sql, rusqlite::params_from_iter(values))?;
    Ok(())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn insert(table: &str, columns: &[&str]) -> String {
    let mut places = String::new();
    for place in 1..=columns.len() {
        let comma = if place == 1 { "" } else { ", " };
        write!(places, "{comma}?{place}").expect("a String takes all");
    }
    format!(
        "INSERT INTO {table} ({}) VALUES ({places})",
        columns.join(", ")
    )
}
