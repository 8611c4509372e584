//! Alarms.

use jetpay_core::id::OperationId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Transaction, rows, settlements};
use crate::alarm::{Alarm, AlarmFilter, Cause};
use crate::millis::Millis;

const COLUMNS: &str = "SELECT alarms.seq, kind, project_id, alarms.payment_id, alarms.operation_id, alarms.time,
    alarms.reason, settlements.seq, alarm_seq, settlements.payment_id, settlements.operation_id, verdict, amount,
    currency, settlements.reason, events_before, settlements.time
    FROM alarms LEFT JOIN settlements ON alarm_seq = alarms.seq";

/// Raises one, unless its body is kept already; whether it was new.
pub(super) fn raise(
    transaction: &Transaction<'_>,
    cause: &Cause<'_>,
    now: Millis,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO alarms (kind, project_id, payment_id, operation_id, time, reason, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    let values = (
        cause.kind.as_str(),
        cause.project_id.number().cast_signed(),
        cause.payment_id.map(jetpay_core::id::PaymentId::as_str),
        cause.operation_id.map(|id| id.number().cast_signed()),
        now.0,
        cause.reason,
        cause.body,
    );
    Ok(transaction.execute(sql, values)? > 0)
}

/// The newest first.
pub(super) fn page(connection: &Connection, filter: &AlarmFilter) -> rusqlite::Result<Vec<Alarm>> {
    let settled = match filter.settled {
        None => "",
        Some(false) => " AND NOT settled",
        Some(true) => " AND settled",
    };
    let sql = format!("{COLUMNS} WHERE alarms.seq < ?1{settled} ORDER BY alarms.seq DESC LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let values = (filter.before.unwrap_or(i64::MAX), rows::limit(filter.limit));
    statement.query_map(values, from_row)?.collect()
}

pub(super) fn read(connection: &Connection, seq: i64) -> rusqlite::Result<Option<Alarm>> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE alarms.seq = ?1"))?;
    statement.query_row([seq], from_row).optional()
}

/// The messages that an alarm is about: what it keeps itself, or the events of its operation.
pub(super) fn bodies(connection: &Connection, seq: i64) -> rusqlite::Result<Vec<Vec<u8>>> {
    let sql = "SELECT body FROM alarms WHERE seq = ?1 AND body IS NOT NULL
               UNION ALL
               SELECT events.body FROM alarms JOIN events USING (payment_id, project_id, operation_id)
               WHERE alarms.seq = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([seq], |row| row.get(0))?.collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    let settled = row.get::<_, Option<i64>>(7)?.is_some();
    Ok(Alarm {
        seq: row.get(0)?,
        kind: rows::word(row, 1)?,
        project_id: rows::project(row, 2)?,
        payment_id: rows::optional_id(row, 3)?,
        operation_id: row
            .get::<_, Option<i64>>(4)?
            .map(|id| OperationId::new(id.cast_unsigned())),
        time: Millis(row.get(5)?),
        reason: row.get(6)?,
        settlement: settled.then(|| settlements::from_row(row, 7)).transpose()?,
    })
}
