//! Alarms, resolutions and the inbox: what waits for an operator, and what was decided.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use jetpay_core::status::PaymentStatus;
use rusqlite::{Connection, OptionalExtension, Row};

use super::rows;
use super::transaction::Transaction;
use crate::model::{
    Alarm, AlarmCause, AlarmFilter, MAX_OPEN_UNUSABLE, Millis, NewResolution, Resolution,
    Unmatched, Verdict,
};

const COLUMNS: &str = "SELECT alarms.seq, kind, project_id, alarms.payment_id, alarms.operation_id, alarms.time,
    alarms.reason, settlements.seq, alarm_seq, settlements.payment_id, settlements.operation_id, verdict,
    settlements.amount, settlements.currency, settlements.reason, events_before, settlements.time, settlements.corrects,
    actor, alarms.amount, alarms.currency
    FROM alarms LEFT JOIN settlements ON alarm_seq = alarms.seq";

/// Adds an alarm.
pub(super) fn add(
    transaction: &Transaction<'_>,
    cause: &AlarmCause<'_>,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO alarms (kind, project_id, payment_id, operation_id, time, reason, body, signature, amount, currency)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = (
        cause.kind.as_str(),
        cause.project_id.number().cast_signed(),
        cause.payment_id.map(PaymentId::as_str),
        cause.operation_id.map(|id| id.number().cast_signed()),
        now.0,
        cause.reason,
        cause.message.map(|message| message.body),
        cause.message.map(|message| message.signature),
        cause.amount.map(Money::minor),
        cause
            .amount
            .map(|amount| amount.currency().code().to_owned()),
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// Whether an alarm with this reason keeps a message with this signature.
pub(super) fn is_kept(
    connection: &Connection,
    signature: &str,
    reason: &str,
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alarms WHERE signature = ?1 AND reason = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row((signature, reason), |row| row.get(0))
}

/// Whether the payment has an alarm about a decline after its credit that named no operation.
pub(super) fn has_decline(
    connection: &Connection,
    payment_id: &PaymentId,
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alarms
               WHERE payment_id = ?1 AND kind = 'decline_after_credit' AND operation_id IS NULL)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([payment_id.as_str()], |row| row.get(0))
}

/// How many open alarms about unusable callbacks a project has, as far as the most that there may be.
pub(super) fn open_unusable(
    connection: &Connection,
    project_id: ProjectId,
) -> rusqlite::Result<usize> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM alarms
               WHERE project_id = ?1 AND kind = 'unusable' AND NOT settled LIMIT ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    let values = (
        project_id.number().cast_signed(),
        rows::limit(MAX_OPEN_UNUSABLE),
    );
    let open: i64 = statement.query_row(values, |row| row.get(0))?;
    Ok(usize::try_from(open).unwrap_or(usize::MAX))
}

/// Alarms, the newest first.
pub(super) fn page(connection: &Connection, filter: &AlarmFilter) -> rusqlite::Result<Vec<Alarm>> {
    let resolved = match filter.resolved {
        None => "",
        Some(false) => " AND NOT settled",
        Some(true) => " AND settled",
    };
    let sql =
        format!("{COLUMNS} WHERE alarms.seq < ?1{resolved} ORDER BY alarms.seq DESC LIMIT ?2");
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
               SELECT events.body FROM alarms JOIN events USING (payment_id, project_id)
               WHERE alarms.seq = ?1 AND events.operation_id = coalesce(alarms.operation_id, -1)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([seq], |row| row.get(0))?.collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    let resolved = row.get::<_, Option<i64>>(7)?.is_some();
    Ok(Alarm {
        seq: row.get(0)?,
        kind: rows::word(row, 1)?,
        project_id: rows::project(row, 2)?,
        payment_id: rows::optional_id(row, 3)?,
        operation_id: row
            .get::<_, Option<i64>>(4)?
            .map(|id| OperationId::new(id.cast_unsigned())),
        amount: optional_money(row, 19)?,
        time: Millis(row.get(5)?),
        reason: row.get(6)?,
        resolution: resolved.then(|| resolution_from_row(row, 7)).transpose()?,
    })
}

/// Adds what an operator decided, and marks the alarm that it names as resolved.
pub(super) fn add_resolution(
    transaction: &Transaction<'_>,
    resolution: &NewResolution,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settlements (alarm_seq, payment_id, operation_id, verdict, amount, currency, reason,
                   events_before, time, corrects, actor)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let amount = resolution.verdict.amount();
    let payment_id = resolution.payment_id.as_ref();
    transaction.execute(
        sql,
        (
            resolution.alarm_seq,
            payment_id.map(PaymentId::as_str),
            resolution.operation_id.map(|id| id.number().cast_signed()),
            resolution.verdict.stored(),
            amount.map(Money::minor),
            amount.map(|amount| amount.currency().code().to_owned()),
            &resolution.reason.text,
            resolution.events_before.cast_signed(),
            now.0,
            resolution.verdict.corrects(),
            &resolution.reason.by,
        ),
    )?;
    if let Some(seq) = resolution.alarm_seq {
        transaction.execute("UPDATE alarms SET settled = 1 WHERE seq = ?1", [seq])?;
    }
    Ok(())
}

/// Resolutions, the newest first, those before the given one.
pub(super) fn resolutions(
    connection: &Connection,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Resolution>> {
    let sql = "SELECT seq, alarm_seq, payment_id, operation_id, verdict, amount, currency, reason, events_before, time,
                      corrects, actor
               FROM settlements WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let values = (before.unwrap_or(i64::MAX), rows::limit(limit));
    statement
        .query_map(values, |row| resolution_from_row(row, 0))?
        .collect()
}

/// The amount in minor units in one column, its currency in the next, if it is there.
fn optional_money(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Money>> {
    let amount: Option<i64> = row.get(column)?;
    amount.map(|_| rows::money(row, column)).transpose()
}

/// Its twelve columns, from `first` on.
fn resolution_from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Resolution> {
    let amount = optional_money(row, first + 5)?;
    let corrects = row.get(first + 10)?;
    let verdict = Verdict::from_stored(rows::text(row, first + 4)?, amount, corrects);
    Ok(Resolution {
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
        by: row.get(first + 11)?,
    })
}

/// The inbox, by payment.
pub(super) fn inbox(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Unmatched>> {
    let sql = "SELECT payment_id, project_id, operation_id, operation_type, operation_status, payment_status,
                      amount, currency, received_at, body
               FROM events WHERE disposition IN ('unmatched', 'dismissed') AND disposition = 'unmatched'
               ORDER BY payment_id, seq LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let unmatched = statement.query_map([rows::limit(limit)], |row| {
        Ok(Unmatched {
            payment_id: rows::id(row, 0)?,
            project_id: rows::project(row, 1)?,
            operation_id: rows::event_operation(row, 2)?,
            operation_type: rows::event_word(row, 3)?,
            operation_status: rows::event_word(row, 4)?,
            payment_status: PaymentStatus::from(rows::text(row, 5)?),
            amount: rows::event_amount(row, 6)?,
            received_at: Millis(row.get(8)?),
            body: row.get(9)?,
        })
    })?;
    unmatched.collect()
}
