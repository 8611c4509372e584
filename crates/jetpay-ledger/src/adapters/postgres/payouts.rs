//! Payouts: what a group fetches of them.

use jetpay_core::id::{CustomerId, PaymentId};
use tokio_postgres::{Error, Row};

use super::session::Session;
use super::working_set::{PayoutRowInSet, WorkingSet};
use super::{query, rows};
use crate::port::{Keys, PayoutRow, TransactionError};

/// The rows that a group reads.
#[derive(Default)]
pub(super) struct Fetched {
    payouts: Vec<Row>,
    keys: Vec<Row>,
    spenders: Vec<Row>,
}

/// Locks payouts in the order of their ids, then spenders in the order of theirs. What depends on a spender is read by
/// later statements, so that they see what the transaction did that held the lock before: also whether it used the key.
pub(super) async fn fetch(session: &Session, keys: &Keys) -> Result<Fetched, Error> {
    let Session { client, statements } = session;
    let mut fetched = Fetched::default();
    if !keys.payouts.is_empty() {
        let ids: Vec<&str> = keys.payouts.iter().map(PaymentId::as_str).collect();
        fetched.payouts = client.query(&statements.payouts, &[&ids]).await?;
    }
    let spenders: Vec<&str> = keys.spenders.iter().map(CustomerId::as_str).collect();
    if !spenders.is_empty() {
        client.query(&statements.spenders, &[&spenders]).await?;
        fetched.spenders = client.query(&statements.available, &[&spenders]).await?;
    }
    if !keys.payout_keys.is_empty() {
        let asked = keys.payout_keys.iter();
        let (projects, texts): (Vec<i64>, Vec<&str>) = asked
            .map(|(project, key)| (project.number().cast_signed(), key.as_str()))
            .unzip();
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&projects, &texts];
        fetched.keys = client.query(&statements.payout_keys, &values).await?;
    }
    Ok(fetched)
}

/// Puts the fetched rows into the working set.
pub(super) fn take(
    set: &mut WorkingSet,
    keys: &Keys,
    fetched: &Fetched,
) -> Result<(), TransactionError> {
    set.payouts = keys.payouts.iter().map(|id| (id.clone(), None)).collect();
    for row in &fetched.payouts {
        let row = PayoutRow::from_values(&query::values(row)?)?;
        let payout = PayoutRowInSet {
            row,
            new: false,
            changed: false,
        };
        set.payouts
            .insert(payout.row.payout.id.clone(), Some(payout));
    }
    let asked = keys.payout_keys.iter().cloned();
    set.payout_keys = asked.map(|key| (key, None)).collect();
    for row in &fetched.keys {
        let key = (rows::project(row, 0)?, rows::get(row, 1)?);
        let under = (rows::id(row, 2)?, rows::get(row, 3)?);
        set.payout_keys.insert(key, Some(under));
    }
    for row in &fetched.spenders {
        set.spenders.insert(rows::id(row, 0)?, rows::get(row, 1)?);
    }
    Ok(())
}
