//! Payments and customers.

use jetpay_core::id::{ContractId, CustomerId};
use tokio_postgres::Error;

use super::super::desk::Desk;
use super::super::rows;
use super::super::session::Session;
use super::{Values, columns, new_payments, number};

pub(super) async fn add_payments(
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

pub(super) async fn change_payments(session: &Session, desk: &Desk) -> Result<(), Error> {
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

pub(super) async fn put_customers(session: &Session, desk: &Desk) -> Result<(), Error> {
    let changes = desk.changes.customers.iter();
    columns!(changes.filter_map(|(id, put)| Some((id, put.as_ref()?))), (customer_id, customer) =>
        id: CustomerId::as_str(customer_id),
        additional: customer.additional_customer_id.as_deref().map(rows::kept),
        contracts: rows::json(&customer.contracts).unwrap_or_default(),
    );
    if id.is_empty() {
        return Ok(());
    }
    let values: Values<'_> = &[&id, &additional, &contracts];
    let statement = &session.statements.put_customers;
    session.client.execute(statement, values).await.map(drop)
}

pub(super) async fn delete_customers(session: &Session, desk: &Desk) -> Result<(), Error> {
    let changes = desk.changes.customers.iter();
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
