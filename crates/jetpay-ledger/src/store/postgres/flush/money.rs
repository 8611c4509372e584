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
    let (entries, alarms) = (
        rows::limit(changes.entries.len()),
        rows::limit(changes.alarms.len()),
    );
    let same = *counts == crate::recorded::Counts::default();
    if same && entries == 0 && alarms == 0 && !changes.touched {
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

pub(super) async fn settle(session: &Session, desk: &Desk) -> Result<(), Error> {
    let Session { client, statements } = session;
    for (settlement, now) in &desk.changes.settlements {
        let amount = settlement.verdict.amount();
        let values: Values<'_> = &[
            &settlement.alarm_seq,
            &settlement.payment_id.as_ref().map(PaymentId::as_str),
            &settlement.operation_id.map(number),
            &settlement.verdict.as_str(),
            &amount.map(Money::minor),
            &amount.map(|amount| amount.currency().code().to_owned()),
            &rows::kept(&settlement.reason),
            &settlement.events_before.cast_signed(),
            &now.0,
        ];
        client.execute(&statements.add_settlement, values).await?;
        if let Some(seq) = settlement.alarm_seq {
            client.execute(&statements.settle_alarm, &[&seq]).await?;
        }
    }
    Ok(())
}
