//! Payments: added and changed.

use jetpay_core::id::PaymentId;
use jetpay_rules::{Effect, EffectKey, Effects, PaymentSnapshot};
use rusqlite::OptionalExtension;

use super::transaction::Transaction;
use super::{events, payouts, rows};
use crate::model::{Millis, NewPayment, stored_kind};
use crate::port::bounded;

/// Adds a pending payment; whether its id was free.
pub(super) fn add(transaction: &Transaction<'_>, payment: &NewPayment) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO payments (id, project_id, method, customer_id, contract_id, amount, currency, flags,
                   state, created_at, changed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9, ?9) ON CONFLICT DO NOTHING";
    let values = (
        payment.id.as_str(),
        payment.project_id.number().cast_signed(),
        &*payment.method,
        payment.customer_id.as_str(),
        payment
            .contract_id
            .as_ref()
            .map(jetpay_core::id::ContractId::as_str),
        payment.amount.minor(),
        payment.amount.currency().code().to_owned(),
        rows::json(&payment.flags)?,
        payment.created_at.0,
    );
    Ok(transaction.execute(sql, values)? > 0)
}

/// The payment with this id, if there is one, and the effects that a decision about the operation with this key needs.
pub(super) fn snapshot(
    transaction: &Transaction<'_>,
    id: &PaymentId,
    key: Option<EffectKey>,
) -> rusqlite::Result<Option<(PaymentSnapshot, Effects)>> {
    let sql = "SELECT project_id, amount, currency, state, credited_by, credited, remaining, early, refunded,
                      (SELECT payment_id = ?1 FROM entries
                       WHERE project_id = ?2 AND operation_id = ?3 AND (kind = ?4
                           OR kind IN ('credit', 'settled_credit') AND ?4 = 'credit')),
                      customer_id, EXISTS (SELECT 1 FROM payments AS other WHERE other.customer_id = payments.customer_id
                          AND (other.amount > 1000000000000 OR other.credited > 1000000000000))
               FROM payments WHERE id = ?1";
    let values = (
        id.as_str(),
        key.map(|key| key.project_id.number().cast_signed()),
        key.map(|key| key.operation_id.number().cast_signed()),
        key.map(|key| stored_kind(key.kind)),
    );
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let payment = statement.query_row(values, |row| {
        let credited_by = row.get::<_, Option<i64>>(4)?;
        let mut effects = Effects::from(match row.get(9)? {
            None => Effect::None,
            Some(true) => Effect::Here,
            Some(false) => Effect::Elsewhere,
        });
        if row.get(11)? {
            let topped_up = payouts::topped_up(transaction.connection(), rows::text(row, 10)?)?;
            effects.balance = bounded(topped_up);
        }
        let mut early = Vec::new();
        if row.get::<_, i64>(7)? > 0 {
            for (compensation, elsewhere) in events::early(transaction, id)? {
                if elsewhere {
                    let operation = (compensation.operation_id, compensation.kind);
                    effects.early_elsewhere.push(operation);
                }
                early.push(compensation);
            }
        }
        let snapshot = PaymentSnapshot {
            project_id: rows::project(row, 0)?,
            amount: rows::money(row, 1)?,
            state: rows::word(row, 3)?,
            credited_by: credited_by.map(|id| id.cast_unsigned().into()),
            credited: row.get(5)?,
            remaining: row.get(6)?,
            refunded: row.get(8)?,
            early,
        };
        Ok((snapshot, effects))
    });
    payment.optional()
}

/// Writes a payment that changed.
pub(super) fn change(
    transaction: &Transaction<'_>,
    id: &PaymentId,
    snapshot: &PaymentSnapshot,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "UPDATE payments SET state = ?2, credited_by = ?3, credited = ?4, remaining = ?5, early = ?6,
                   changed_at = ?7, refunded = ?8
               WHERE id = ?1";
    transaction.execute(
        sql,
        (
            id.as_str(),
            snapshot.state.as_str(),
            snapshot.credited_by.map(|id| id.number().cast_signed()),
            snapshot.credited,
            snapshot.remaining,
            rows::limit(snapshot.early.len()),
            now.0,
            snapshot.refunded,
        ),
    )?;
    Ok(())
}
