//! Writes payments, their events, and customers.

use jetpay_core::id::{ContractId, CustomerId};
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentType};
use jetpay_rules::EventStatus;
use tokio_postgres::Error;

use super::super::rows;
use super::super::rows::{Values, columns, number};
use super::super::session::Session;
use super::super::working_set::WorkingSet;
use super::new_payments;
use crate::model::{stored_amount, stored_operation};

pub(super) async fn add_payments(
    session: &Session,
    set: &WorkingSet,
    flags: &[Option<String>],
) -> Result<(), Error> {
    if flags.is_empty() {
        return Ok(());
    }
    let rows = new_payments(set).filter_map(|row| Some((row.new.as_ref()?, row)));
    columns!(rows, (payment, row) =>
        id: payment.id.as_str(),
        project: payment.project_id.number().cast_signed(),
        method: &*payment.method,
        customer: payment.customer_id.as_str(),
        contract: payment.contract_id.as_ref().map(ContractId::as_str),
        amount: payment.amount.minor(),
        currency: payment.amount.currency().code().to_owned(),
        state: row.snapshot.state.as_str(),
        credited: row.snapshot.credited,
        remaining: row.snapshot.remaining,
        credited_by: row.snapshot.credited_by.map(number),
        early: rows::limit(row.snapshot.early.len()),
        created_at: payment.created_at.0,
        changed_at: row.changed_at.unwrap_or(payment.created_at).0,
        refunded: row.snapshot.refunded,
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
        &refunded,
    ];
    let statement = &session.statements.add_payments;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn change_payments(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let changed = set.payments.iter().filter_map(|(id, row)| {
        let row = row.as_ref().filter(|row| row.new.is_none())?;
        Some((id, &row.snapshot, row.changed_at?))
    });
    columns!(changed, (payment_id, snapshot, time) =>
        id: payment_id.as_str(),
        state: snapshot.state.as_str(),
        credited: snapshot.credited,
        remaining: snapshot.remaining,
        credited_by: snapshot.credited_by.map(number),
        early: rows::limit(snapshot.early.len()),
        changed_at: time.0,
        refunded: snapshot.refunded,
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
        &refunded,
    ];
    let statement = &session.statements.change_payments;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn put_customers(
    session: &Session,
    set: &WorkingSet,
    contracts: &[Option<String>],
) -> Result<(), Error> {
    if contracts.is_empty() {
        return Ok(());
    }
    let changes = set.changes.customers.iter();
    columns!(changes.filter_map(|(id, put)| Some((id, put.as_ref()?))), (customer_id, customer) =>
        id: CustomerId::as_str(customer_id),
        additional: customer.additional_customer_id.as_deref().map(rows::without_nul),
    );
    let values: Values<'_> = &[&id, &additional, &contracts];
    let statement = &session.statements.put_customers;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn delete_customers(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let changes = set.changes.customers.iter();
    let deleted: Vec<&str> = changes
        .filter(|(_, put)| put.is_none())
        .map(|(id, _)| id.as_str())
        .collect();
    if deleted.is_empty() {
        return Ok(());
    }
    let statement = &session.statements.delete_customers;
    session
        .client
        .execute(statement, &[&deleted])
        .await
        .map(drop)
}

pub(super) async fn add_events(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let rows = &set.changes.events;
    if rows.is_empty() {
        return Ok(());
    }
    columns!(rows, event =>
        payment: event.callback.payment.id.as_str(),
        project: event.callback.project_id.number().cast_signed(),
        operation: stored_operation(event.callback.operation.id),
        operation_status: event.callback.operation.status.as_ref().map_or("", OperationStatus::as_str),
        payment_status: event.callback.payment.status.as_str(),
        payment_type: event.callback.payment.kind.as_ref().map(PaymentType::as_str),
        operation_type: event.callback.operation.kind.as_ref().map_or("", OperationType::as_str),
        amount: stored_amount(event.callback.operation.sum_initial).0,
        currency: stored_amount(event.callback.operation.sum_initial).1,
        code: event.callback.operation.code.as_ref().map(OperationCode::as_str),
        provider: event.callback.operation.provider.payment_id.as_deref(),
        status: event.status.as_str(),
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
        &status,
        &received_at,
        &body,
    ];
    let statement = &session.statements.add_events;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn set_event_statuses(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    let changed = &set.changes.statuses;
    if changed.is_empty() {
        return Ok(());
    }
    let (seqs, statuses): (Vec<i64>, Vec<&str>) = changed
        .iter()
        .map(|(seq, status)| (*seq, EventStatus::as_str(*status)))
        .unzip();
    let statement = &session.statements.set_event_statuses;
    session
        .client
        .execute(statement, &[&seqs, &statuses])
        .await
        .map(drop)
}

pub(super) async fn complete_events(session: &Session, set: &WorkingSet) -> Result<(), Error> {
    columns!(&set.changes.repeats, (number, repeat) =>
        seq: *number,
        code: repeat.operation.code.as_ref().map(OperationCode::as_str),
        provider: repeat.operation.provider.payment_id.as_deref(),
        kind: repeat.payment.kind.as_ref().map(PaymentType::as_str),
    );
    if seq.is_empty() {
        return Ok(());
    }
    let values: Values<'_> = &[&seq, &code, &provider, &kind];
    let statement = &session.statements.complete_events;
    session.client.execute(statement, values).await.map(drop)
}
