//! Settlements: added, never changed.

use jetpay_core::id::OperationId;
use rusqlite::{Connection, Row};

use super::{Transaction, rows};
use crate::millis::Millis;
use crate::settlement::{NewSettlement, Settlement, Verdict};

pub(super) fn add(
    transaction: &Transaction<'_>,
    settlement: &NewSettlement,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settlements (alarm_seq, payment_id, operation_id, verdict, amount, currency, reason,
                   events_before, time)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let amount = settlement.verdict.amount();
    let payment_id = settlement.payment_id.as_ref();
    transaction.execute(
        sql,
        (
            settlement.alarm_seq,
            payment_id.map(jetpay_core::id::PaymentId::as_str),
            settlement.operation_id.map(|id| id.number().cast_signed()),
            settlement.verdict.as_str(),
            amount.map(jetpay_core::Money::minor),
            amount.map(|amount| amount.currency().code().to_owned()),
            &settlement.reason,
            settlement.events_before.cast_signed(),
            now.0,
        ),
    )?;
    if let Some(seq) = settlement.alarm_seq {
        transaction.execute("UPDATE alarms SET settled = 1 WHERE seq = ?1", [seq])?;
    }
    Ok(())
}

/// The newest first, those before the given one.
pub(super) fn page(
    connection: &Connection,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Settlement>> {
    let sql = "SELECT seq, alarm_seq, payment_id, operation_id, verdict, amount, currency, reason, events_before, time
               FROM settlements WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let values = (before.unwrap_or(i64::MAX), rows::limit(limit));
    statement
        .query_map(values, |row| from_row(row, 0))?
        .collect()
}

/// Its ten columns, from `first` on.
pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Settlement> {
    let amount = match row.get::<_, Option<i64>>(first + 5)? {
        None => None,
        Some(_) => Some(rows::money(row, first + 5)?),
    };
    let verdict = Verdict::from_parts(rows::text(row, first + 4)?, amount);
    Ok(Settlement {
        seq: row.get(first)?,
        alarm_seq: row.get(first + 1)?,
        payment_id: rows::optional_id(row, first + 2)?,
        operation_id: row
            .get::<_, Option<i64>>(first + 3)?
            .map(|id| OperationId::new(id.cast_unsigned())),
        verdict: verdict.ok_or_else(|| rows::unknown_word(first + 4))?,
        reason: row.get(first + 7)?,
        events_before: row.get::<_, i64>(first + 8)?.cast_unsigned(),
        time: Millis(row.get(first + 9)?),
    })
}
