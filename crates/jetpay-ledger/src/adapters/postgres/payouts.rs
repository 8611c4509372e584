//! Payouts: what a group fetches of them, and its transaction over them.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use tokio_postgres::{Error, Row};

use super::session::Session;
use super::working_set::{PayoutRowInSet, Spender, WorkingSet, fetch, fetch_payment};
use super::{query, rows};
use crate::payout::PayoutStep;
use crate::port::payouts::sql;
use crate::port::{Keys, PayoutRow, PayoutTransaction, TransactionError};

/// The rows that a group reads.
#[derive(Default)]
pub(super) struct Fetched {
    payouts: Vec<Row>,
    keys: Vec<Row>,
    spenders: Vec<Row>,
}

/// Locks payouts in the order of their ids, then spenders in the order of theirs. What depends on a spender is read by
/// later statements, so that they see what the transaction did that held the lock before: also whether it used the key.
pub(super) async fn fetch_rows(session: &Session, keys: &Keys) -> Result<Fetched, Error> {
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
        let values = query::values(row)?;
        let spender = Spender {
            available: sql::balance(&values[1..]),
            topped_up: sql::topped_up(&values[1..]),
        };
        set.spenders.insert(rows::id(row, 0)?, spender);
    }
    Ok(())
}

impl WorkingSet {
    /// The money of a customer.
    pub(super) fn spender(&self, customer_id: &CustomerId) -> Result<Spender, TransactionError> {
        self.spenders.get(customer_id).copied().ok_or_else(|| {
            fetch(Keys {
                spenders: vec![customer_id.clone()],
                ..Keys::default()
            })
        })
    }

    fn payout_cell(
        &mut self,
        id: &PaymentId,
    ) -> Result<&mut Option<PayoutRowInSet>, TransactionError> {
        self.payouts.get_mut(id).ok_or_else(|| {
            fetch(Keys {
                payouts: vec![id.clone()],
                ..Keys::default()
            })
        })
    }
}

impl PayoutTransaction for WorkingSet {
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, TransactionError> {
        let cell = self.payout_cell(id)?.as_ref();
        Ok(cell.map(|payout| payout.row.clone()))
    }

    fn payout_with_key(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, TransactionError> {
        let key = (project_id, key.to_owned());
        let found = self.payout_keys.get(&key).cloned();
        found.ok_or_else(|| {
            fetch(Keys {
                payout_keys: vec![key],
                ..Keys::default()
            })
        })
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i128, TransactionError> {
        Ok(self.spender(customer_id)?.available)
    }

    fn topped_up_to_customer_of(&mut self, id: &PaymentId) -> Result<i128, TransactionError> {
        let row = self.payments.get(id).ok_or_else(|| fetch_payment(id))?;
        let spender = row.as_ref().map(|row| self.spender(&row.customer_id));
        Ok(spender.transpose()?.unwrap_or_default().topped_up)
    }

    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        let payout = &row.payout;
        let cell = self.payout_cell(&payout.id)?;
        if cell.is_some() {
            return Err(TransactionError::Constraint("a payout has this id".into()));
        }
        *cell = Some(PayoutRowInSet {
            row: row.clone(),
            new: true,
            changed: false,
        });
        let key = (payout.project_id, payout.idempotency_key.clone());
        let under = (payout.id.clone(), payout.fingerprint.clone());
        self.payout_keys.insert(key, Some(under));
        if payout.from_balance
            && let Some(spender) = self.spenders.get_mut(&payout.customer_id)
        {
            spender.available -= i128::from(payout.amount.minor());
        }
        Ok(())
    }

    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        if let Some(payout) = self.payout_cell(&row.payout.id)? {
            payout.row = row.clone();
            payout.changed = true;
        }
        Ok(())
    }

    fn add_step(&mut self, step: &PayoutStep) -> Result<(), TransactionError> {
        self.changes.steps.push(step.clone());
        Ok(())
    }
}
