//! Events.

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::PaymentType;
use tokio_postgres::Error;

use super::super::desk::Desk;
use super::super::rows;
use super::super::session::Session;
use super::{Values, columns, number};
use crate::work::Kept;

pub(super) async fn add_events(session: &Session, desk: &Desk) -> Result<(), Error> {
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

pub(super) async fn move_events(session: &Session, desk: &Desk) -> Result<(), Error> {
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
