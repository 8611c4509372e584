//! Writes what is only ever added, the counts that give the numbers, and payouts.

use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use serde_json::{Map, Value as Json};
use tokio_postgres::{Error, Statement};

use super::super::rows;
use super::super::rows::{Values, columns, number};
use super::super::session::Session;
use super::super::working_set::{PayoutRowInSet, WorkingSet};
use crate::model::stored_kind;
use crate::port::Value;
use crate::port::payouts::{COLUMNS, step};

pub(super) async fn count(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let changes = &set.changes;
    let counts = &changes.counts;
    let (entries, alarms, steps) = (
        rows::limit(changes.entries.len()),
        rows::limit(changes.alarms.len()),
        rows::limit(changes.steps.len()),
    );
    let same = *counts == crate::model::Counts::default();
    if same && entries + alarms + steps == 0 && !changes.probed {
        return Ok(());
    }
    let values: Values<'_> = &[
        &counts.pending,
        &counts.unmatched,
        &counts.quarantined,
        &counts.alarms,
        &counts.open_alarms,
        &entries,
        &alarms,
        &steps,
    ];
    let statement = &session.statements.count;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn add_entries(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let rows = &set.changes.entries;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, row =>
        payment: row.payment_id.as_str(),
        project: row.project_id.number().cast_signed(),
        operation: number(row.entry.operation_id),
        kind: stored_kind(row.entry.kind),
        amount: row.entry.amount,
        time: row.time.0,
        corrects: row.corrects,
    );
    let values: Values<'_> = &[
        &payment, &project, &operation, &kind, &amount, &time, &corrects,
    ];
    let statement = &session.statements.add_entries;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn add_alarms(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let rows = &set.changes.alarms;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, row =>
        kind: row.kind.as_str(),
        project: row.project_id.number().cast_signed(),
        payment: row.payment_id.as_ref().map(PaymentId::as_str),
        operation: row.operation_id.map(number),
        time: row.time.0,
        reason: row.reason.as_deref().map(rows::without_nul),
        body: row.message.as_ref().map(|(_, body)| &**body),
        signature: row.message.as_ref().map(|(signature, _)| &**signature),
        amount: row.amount.map(Money::minor),
        currency: row.amount.map(|amount| amount.currency().code().to_owned()),
    );
    let values: Values<'_> = &[
        &kind, &project, &payment, &operation, &time, &reason, &body, &signature, &amount,
        &currency,
    ];
    let statement = &session.statements.add_alarms;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn add_resolutions(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let rows = &set.changes.resolutions;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, (resolution, now) =>
        alarm: resolution.alarm_seq,
        payment: resolution.payment_id.as_ref().map(PaymentId::as_str),
        operation: resolution.operation_id.map(number),
        verdict: resolution.verdict.stored(),
        amount: resolution.verdict.amount().map(Money::minor),
        currency: resolution.verdict.amount().map(|amount| amount.currency().code().to_owned()),
        reason: rows::without_nul(&resolution.reason.text),
        events_before: resolution.events_before.cast_signed(),
        time: now.0,
        corrects: resolution.verdict.corrects(),
        actor: resolution.reason.by.as_deref().map(rows::without_nul),
    );
    let values: Values<'_> = &[
        &alarm,
        &payment,
        &operation,
        &verdict,
        &amount,
        &currency,
        &reason,
        &events_before,
        &time,
        &corrects,
        &actor,
    ];
    let statement = &session.statements.add_resolutions;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn resolve_alarms(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let resolutions = set.changes.resolutions.iter();
    let resolved: Vec<i64> = resolutions
        .filter_map(|(resolution, _)| resolution.alarm_seq)
        .collect();
    if resolved.is_empty() {
        return Ok(());
    }
    let statement = &session.statements.resolve_alarms;
    session
        .client
        .execute(statement, &[&resolved])
        .await
        .map(drop)
}

pub(super) async fn add_payouts(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let new = payouts(set, |payout| payout.new);
    write(session, &session.statements.add_payouts, new).await
}

pub(super) async fn change_payouts(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let changed = payouts(set, |payout| payout.changed && !payout.new);
    write(session, &session.statements.change_payouts, changed).await
}

/// Each with its distance from the last number.
pub(super) async fn add_steps(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let steps = &set.changes.steps;
    let last = rows::limit(steps.len());
    let numbered = steps.iter().zip(1 - last..);
    let rows = numbered.map(|(step, number)| {
        let mut values = vec![Value::Int(number)];
        values.extend(step::values(step));
        object(&step::STEP_COLUMNS, &values)
    });
    write(session, &session.statements.add_steps, rows.collect()).await
}

fn payouts(set: &WorkingSet, chosen: impl Fn(&PayoutRowInSet) -> bool) -> Vec<Json> {
    let payouts = set.payouts.values().flatten();
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
        Value::Text(text) => rows::without_nul(text).into(),
        // No column of these is bytes.
        Value::Null | Value::Bytes(_) => Json::Null,
    }
}
