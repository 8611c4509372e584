//! The second round trip: writes what a group changed, and commits.

use futures_util::try_join;
use jetpay_core::Money;
use jetpay_core::codes::OperationCode;
use jetpay_core::id::{ContractId, CustomerId, OperationId, PaymentId};
use jetpay_core::words::PaymentType;
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::desk::{Desk, PaymentRow};
use super::rows;
use super::session::Session;
use crate::work::{Failure, Kept};

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// All statements are sent without waiting for each other's answers. If one fails, the commit rolls back. The row of
/// `counts` is locked last, so that servers wait for each other no longer than a commit takes.
pub(super) async fn flush(session: &Session, desk: &Desk) -> Result<(), FlushError> {
    let flags = flags(desk)?;
    try_join!(
        add_payments(session, desk, &flags),
        change_payments(session, desk),
        add_events(session, desk),
        move_events(session, desk),
        customers(session, desk),
        count(session, desk),
        add_entries(session, desk),
        add_alarms(session, desk),
        settle(session, desk),
        session.client.batch_execute("COMMIT"),
    )?;
    Ok(())
}

/// Why nothing is known to be written.
pub(super) enum FlushError {
    Database(Error),
    Row(Failure),
}

impl From<Error> for FlushError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<Failure> for FlushError {
    fn from(failure: Failure) -> Self {
        Self::Row(failure)
    }
}

fn new_payments(desk: &Desk) -> impl Iterator<Item = &PaymentRow> {
    let rows = desk.payments.values().flatten();
    rows.filter(|row| row.new.is_some())
}

fn flags(desk: &Desk) -> Result<Vec<Option<String>>, Failure> {
    let new = new_payments(desk).filter_map(|row| row.new.as_ref());
    new.map(|payment| rows::json(&payment.flags)).collect()
}

fn number(id: OperationId) -> i64 {
    id.number().cast_signed()
}

/// Fills columns from rows: `columns!(rows, row => name: value, ...)`.
macro_rules! columns {
    ($rows:expr, $row:pat => $($name:ident: $value:expr,)+) => {
        $(let mut $name = Vec::new();)+
        for $row in $rows {
            $($name.push($value);)+
        }
    };
}

async fn add_payments(
    session: &Session,
    desk: &Desk,
    flags: &[Option<String>],
) -> Result<(), Error> {
    if flags.is_empty() {
        return Ok(());
    }
    let rows = new_payments(desk).filter_map(|row| Some((row.new.as_ref()?, row)));
    columns!(rows, (payment, row) =>
        id: payment.id.as_str(),
        project: payment.project_id.number().cast_signed(),
        method: &*payment.method,
        customer: payment.customer_id.as_str(),
        contract: payment.contract_id.as_ref().map(ContractId::as_str),
        amount: payment.amount.minor(),
        currency: payment.amount.currency().code().to_owned(),
        state: row.standing.state.as_str(),
        credited: row.standing.credited,
        remaining: row.standing.remaining,
        credited_by: row.standing.credited_by.map(number),
        early: rows::limit(row.standing.early.len()),
        created_at: payment.created_at.0,
        changed_at: row.changed_at.unwrap_or(payment.created_at).0,
    );
    let values: Values<'_> = &[
        &id,
        &project,
        &method,
        &customer,
        &contract,
        &amount,
        &currency,
        &flags,
        &state,
        &credited,
        &remaining,
        &credited_by,
        &early,
        &created_at,
        &changed_at,
    ];
    let statement = &session.statements.add_payments;
    session.client.execute(statement, values).await.map(drop)
}

async fn change_payments(session: &Session, desk: &Desk) -> Result<(), Error> {
    let changed = desk.payments.iter().filter_map(|(id, row)| {
        let row = row.as_ref().filter(|row| row.new.is_none())?;
        Some((id, &row.standing, row.changed_at?))
    });
    columns!(changed, (payment_id, standing, time) =>
        id: payment_id.as_str(),
        state: standing.state.as_str(),
        credited: standing.credited,
        remaining: standing.remaining,
        credited_by: standing.credited_by.map(number),
        early: rows::limit(standing.early.len()),
        changed_at: time.0,
    );
    if id.is_empty() {
        return Ok(());
    }
    let values: Values<'_> = &[
        &id,
        &state,
        &credited,
        &remaining,
        &credited_by,
        &early,
        &changed_at,
    ];
    let statement = &session.statements.change_payments;
    session.client.execute(statement, values).await.map(drop)
}

async fn add_events(session: &Session, desk: &Desk) -> Result<(), Error> {
    let rows = &desk.changes.events;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, event =>
        payment: event.callback.payment.id.as_str(),
        project: event.callback.project_id.number().cast_signed(),
        operation: number(event.callback.operation.id),
        operation_status: rows::key(event.callback.operation.status.as_str()),
        payment_status: rows::key(event.callback.payment.status.as_str()),
        payment_type: event.callback.payment.kind.as_ref().map(PaymentType::as_str).map(rows::kept),
        operation_type: rows::kept(event.callback.operation.kind.as_str()),
        amount: event.callback.operation.sum_initial.minor(),
        currency: event.callback.operation.sum_initial.currency().code().to_owned(),
        code: event.callback.operation.code.as_ref().map(OperationCode::as_str).map(rows::kept),
        provider: event.callback.operation.provider.payment_id.as_deref().map(rows::key),
        kept: event.kept.as_str(),
        received_at: event.received_at.0,
        body: &*event.callback.body,
    );
    let values: Values<'_> = &[
        &payment,
        &project,
        &operation,
        &operation_status,
        &payment_status,
        &payment_type,
        &operation_type,
        &amount,
        &currency,
        &code,
        &provider,
        &kept,
        &received_at,
        &body,
    ];
    let statement = &session.statements.add_events;
    session.client.execute(statement, values).await.map(drop)
}

async fn move_events(session: &Session, desk: &Desk) -> Result<(), Error> {
    let moved = &desk.changes.moved;
    if moved.is_empty() {
        return Ok(());
    }
    let (seqs, kept): (Vec<i64>, Vec<&str>) = moved
        .iter()
        .map(|(seq, kept)| (*seq, Kept::as_str(*kept)))
        .unzip();
    let statement = &session.statements.move_events;
    session
        .client
        .execute(statement, &[&seqs, &kept])
        .await
        .map(drop)
}

async fn customers(session: &Session, desk: &Desk) -> Result<(), Error> {
    let (mut deleted, mut id, mut additional, mut contracts) = (vec![], vec![], vec![], vec![]);
    for (customer_id, put) in &desk.changes.customers {
        let Some(customer) = put else {
            deleted.push(customer_id.as_str());
            continue;
        };
        id.push(CustomerId::as_str(customer_id));
        additional.push(customer.additional_customer_id.as_deref().map(rows::kept));
        contracts.push(rows::json(&customer.contracts).unwrap_or_default());
    }
    let Session { client, statements } = session;
    if !id.is_empty() {
        let values: Values<'_> = &[&id, &additional, &contracts];
        client.execute(&statements.put_customers, values).await?;
    }
    if !deleted.is_empty() {
        let statement = &statements.delete_customers;
        client.execute(statement, &[&deleted]).await?;
    }
    Ok(())
}

async fn count(session: &Session, desk: &Desk) -> Result<(), Error> {
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

async fn add_entries(session: &Session, desk: &Desk) -> Result<(), Error> {
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

async fn add_alarms(session: &Session, desk: &Desk) -> Result<(), Error> {
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

async fn settle(session: &Session, desk: &Desk) -> Result<(), Error> {
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
