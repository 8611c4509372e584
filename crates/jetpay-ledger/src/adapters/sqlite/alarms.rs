//! Alarms and resolutions: what waits for an operator, and what was decided.

use jetpay_core::Money;
use jetpay_core::id::{PaymentId, ProjectId};
use rusqlite::Connection;

use super::rows;
use super::transaction::Transaction;
use crate::model::{AlarmCause, MAX_OPEN_UNUSABLE, Millis, NewResolution};

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
