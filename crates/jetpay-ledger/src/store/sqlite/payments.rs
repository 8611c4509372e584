//! Payments: recorded, changed, read.

mod listed;
mod operations;

pub(super) use listed::{page, read};

use jetpay_core::id::PaymentId;
use rusqlite::OptionalExtension;

use super::{Transaction, events, rows};
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::state::{Effect, Standing};
use crate::work::Subject;

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

/// How the payment stands, if there is one.
pub(super) fn standing(
    transaction: &Transaction<'_>,
    subject: Subject<'_>,
) -> rusqlite::Result<Option<Standing>> {
    let sql = "SELECT project_id, amount, currency, state, credited_by, credited, remaining, early,
                      (SELECT payment_id = ?1 FROM entries
                       WHERE project_id = ?2 AND operation_id = ?3 AND (kind = ?4
                           OR kind IN ('credit', 'settled_credit') AND ?4 IN ('credit', 'settled_credit')))
               FROM payments WHERE id = ?1";
    let values = (
        subject.payment_id.as_str(),
        subject.project_id.number().cast_signed(),
        subject.operation_id.number().cast_signed(),
        subject.kind.map(EntryKind::as_str),
    );
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let standing = statement.query_row(values, |row| {
        let credited_by = row.get::<_, Option<i64>>(4)?;
        let early = if row.get::<_, i64>(7)? == 0 {
            Vec::new()
        } else {
            events::early(transaction, subject.payment_id)?
        };
        Ok(Standing {
            project_id: rows::project(row, 0)?,
            amount: rows::money(row, 1)?,
            state: rows::word(row, 3)?,
            credited_by: credited_by.map(|id| id.cast_unsigned().into()),
            credited: row.get(5)?,
            remaining: row.get(6)?,
            early,
            effect: match row.get(8)? {
                None => Effect::Free,
                Some(true) => Effect::Here,
                Some(false) => Effect::Elsewhere,
            },
        })
    });
    standing.optional()
}

/// Writes how the payment stands.
pub(super) fn change(
    transaction: &Transaction<'_>,
    id: &PaymentId,
    standing: &Standing,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "UPDATE payments SET state = ?2, credited_by = ?3, credited = ?4, remaining = ?5, early = ?6,
                   changed_at = ?7
               WHERE id = ?1";
    transaction.execute(
        sql,
        (
            id.as_str(),
            standing.state.as_str(),
            standing.credited_by.map(|id| id.number().cast_signed()),
            standing.credited,
            standing.remaining,
            rows::limit(standing.early.len()),
            now.0,
        ),
    )?;
    Ok(())
}
