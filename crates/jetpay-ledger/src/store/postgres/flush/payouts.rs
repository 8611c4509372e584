//! Payouts and their steps.

use serde_json::{Map, Value as Json};
use tokio_postgres::{Error, Statement};

use super::super::desk::{Desk, PayoutOnDesk};
use super::super::rows;
use super::super::session::Session;
use crate::store::Value;
use crate::store::payouts::{COLUMNS, step};

pub(super) async fn add_payouts(session: &Session, desk: &Desk) -> Result<(), Error> {
    let new = payouts(desk, |payout| payout.new);
    write(session, &session.statements.add_payouts, new).await
}

pub(super) async fn change_payouts(session: &Session, desk: &Desk) -> Result<(), Error> {
    let changed = payouts(desk, |payout| payout.changed && !payout.new);
    write(session, &session.statements.change_payouts, changed).await
}

/// Each with its distance from the last number.
pub(super) async fn add_steps(session: &Session, desk: &Desk) -> Result<(), Error> {
    let steps = &desk.changes.steps;
    let last = rows::limit(steps.len());
    let numbered = steps.iter().zip(1 - last..);
    let rows = numbered.map(|(step, number)| {
        let mut values = vec![Value::Int(number)];
        values.extend(step::values(step));
        object(&step::STEP_COLUMNS, &values)
    });
    write(session, &session.statements.add_steps, rows.collect()).await
}

fn payouts(desk: &Desk, chosen: impl Fn(&PayoutOnDesk) -> bool) -> Vec<Json> {
    let payouts = desk.payouts.values().flatten();
    let chosen = payouts.filter(|payout| chosen(payout));
    chosen
        .map(|payout| object(&COLUMNS, &payout.row.values()))
        .collect()
}

async fn write(session: &Session, statement: &Statement, rows: Vec<Json>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Json::Array(rows).to_string();
    session.client.execute(statement, &[&rows]).await.map(drop)
}

fn object(columns: &[&str], values: &[Value]) -> Json {
    let named = columns.iter().zip(values);
    let object: Map<String, Json> = named
        .map(|(column, value)| ((*column).to_owned(), json(value)))
        .collect();
    Json::Object(object)
}

fn json(value: &Value) -> Json {
    match value {
        Value::Int(number) => (*number).into(),
        Value::Text(text) => rows::kept(text).into(),
        // No column of these is bytes.
        Value::Null | Value::Bytes(_) => Json::Null,
    }
}
