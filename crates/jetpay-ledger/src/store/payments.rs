//! Payments: recorded, changed, read.

mod listed;
mod operations;

pub(crate) use listed::{balance, page, read};

use rusqlite::OptionalExtension;

use super::{Transaction, callbacks, events, rows};
use crate::entry::EntryKind;
use crate::error::Error;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::state::{Effect, Fact, Standing};

/// Records a pending payment, and applies the callbacks that came before it.
pub(crate) fn record(
    transaction: &mut Transaction<'_>,
    payment: &NewPayment,
) -> rusqlite::Result<Result<(), Error>> {
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
    if transaction.execute(sql, values)? == 0 {
        return Ok(Err(Error::PaymentExists));
    }
    transaction.counts.pending += 1;
    callbacks::match_waiting(transaction, payment.id.as_str(), payment.created_at)?;
    Ok(Ok(()))
}

/// How the fact's payment stands, if there is one.
pub(super) fn standing(
    transaction: &Transaction<'_>,
    fact: &Fact,
) -> rusqlite::Result<Option<Standing>> {
    let sql = "SELECT project_id, amount, currency, state, credited_by, remaining, early,
                      (SELECT payment_id = ?1 FROM entries
                       WHERE project_id = ?2 AND operation_id = ?3 AND kind = ?4)
               FROM payments WHERE id = ?1";
    let values = (
        fact.payment_id.as_str(),
        fact.project_id.number().cast_signed(),
        fact.operation_id.number().cast_signed(),
        fact.effect().map(EntryKind::as_str),
    );
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let standing = statement.query_row(values, |row| {
        let credited_by = row.get::<_, Option<i64>>(4)?;
        let early = if row.get::<_, i64>(6)? == 0 {
            Vec::new()
        } else {
            events::early(transaction, fact)?
        };
        Ok(Standing {
            project_id: rows::project(row, 0)?,
            amount: rows::money(row, 1)?,
            state: rows::word(row, 3)?,
            credited_by: credited_by.map(|id| id.cast_unsigned().into()),
            remaining: row.get(5)?,
            early,
            effect: match row.get(7)? {
                None => Effect::Free,
                Some(true) => Effect::Here,
                Some(false) => Effect::Elsewhere,
            },
        })
    });
    standing.optional()
}

/// Writes what changed of the fact's payment.
pub(super) fn change(
    transaction: &Transaction<'_>,
    fact: &Fact,
    standing: &Standing,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "UPDATE payments SET state = ?2, credited_by = ?3, remaining = ?4, early = ?5, changed_at = ?6
               WHERE id = ?1";
    transaction.execute(
        sql,
        (
            fact.payment_id.as_str(),
            standing.state.as_str(),
            standing.credited_by.map(|id| id.number().cast_signed()),
            standing.remaining,
            rows::limit(standing.early.len()),
            now.0,
        ),
    )?;
    Ok(())
}
