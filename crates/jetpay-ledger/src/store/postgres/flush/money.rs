//! What is only ever added, and the counts from which its numbers come.

use jetpay_core::Money;
use jetpay_core::id::PaymentId;
use tokio_postgres::Error;

use super::super::desk::Desk;
use super::super::rows;
use super::super::session::Session;
use super::{Values, columns, number};

pub(super) async fn count(session: &Session, desk: &Desk) -> Result<(), Error> {
    let changes = &desk.changes;
    let counts = &changes.counts;
    let (entries, alarms, steps) = (
        rows::limit(changes.entries.len()),
        rows::limit(changes.alarms.len()),
        rows::limit(changes.steps.len()),
    );
    let same = *counts == crate::recorded::Counts::default();
    if same && entries + alarms + steps == 0 && !changes.touched {
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

pub(super) async fn add_entries(session: &Session, desk: &Desk) -> Result<(), Error> {
    let rows = &desk.changes.entries;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, row =>
        payment: row.payment_id.as_str(),
        project: row.project_id.number().cast_signed(),
        operation: number(row.entry.operation_id),
        kind: row.entry.kind.as_str(),
        amount: row.entry.amount,
        time: row.time.0,
    );
    let values: Values<'_> = &[&payment, &project, &operation, &kind, &amount, &time];
    let statement = &session.statements.add_entries;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn add_alarms(session: &Session, desk: &Desk) -> Result<(), Error> {
    let rows = &desk.changes.alarms;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, row =>
        kind: row.kind,
        project: row.project_id.number().cast_signed(),
        payment: row.payment_id.as_ref().map(PaymentId::as_str),
        operation: row.operation_id.map(number),
        time: row.time.0,
        reason: row.reason.as_deref().map(rows::kept),
        body: row.body.as_deref(),
    );
    let values: Values<'_> = &[&kind, &project, &payment, &operation, &time, &reason, &body];
    let statement = &session.statements.add_alarms;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn add_settlements(session: &Session, desk: &Desk) -> Result<(), Error> {
    let rows = &desk.changes.settlements;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, (settlement, now) =>
        alarm: settlement.alarm_seq,
        payment: settlement.payment_id.as_ref().map(PaymentId::as_str),
        operation: settlement.operation_id.map(number),
        verdict: settlement.verdict.as_str(),
        amount: settlement.verdict.amount().map(Money::minor),
        currency: settlement.verdict.amount().map(|amount| amount.currency().code().to_owned()),
        reason: rows::kept(&settlement.reason),
        events_before: settlement.events_before.cast_signed(),
        time: now.0,
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
    ];
    let statement = &session.statements.add_settlements;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn settle_alarms(session: &Session, desk: &Desk) -> Result<(), Error> {
    let settlements = desk.changes.settlements.iter();
    let settled: Vec<i64> = settlements
        .filter_map(|(settlement, _)| settlement.alarm_seq)
        .collect();
    if settled.is_empty() {
        return Ok(());
    }
    let statement = &session.statements.settle_alarms;
    session
        .client
        .execute(statement, &[&settled])
        .await
        .map(drop)
}
