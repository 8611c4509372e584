//! Reads of alarms, resolutions and the inbox.

use deadpool_postgres::Object;
use jetpay_core::Money;
use jetpay_core::status::PaymentStatus;
use tokio_postgres::Row;

use super::error::PostgresError;
use super::reads::list;
use super::rows;
use crate::model::{Alarm, AlarmFilter, Millis, Resolution, Unmatched, Verdict};
use crate::port::TransactionError;

macro_rules! columns {
    () => {
        "SELECT alarms.seq, kind, project_id, alarms.payment_id, alarms.operation_id, alarms.time, alarms.reason,
            settlements.seq, alarm_seq, settlements.payment_id, settlements.operation_id, verdict, settlements.amount,
            settlements.currency, settlements.reason, events_before, settlements.time, settlements.corrects, actor,
            alarms.amount, alarms.currency
        FROM alarms LEFT JOIN settlements ON alarm_seq = alarms.seq "
    };
}

/// Locked, so that each is resolved once.
pub(super) const ALARMS_TO_RESOLVE: &str = concat!(
    columns!(),
    "WHERE alarms.seq = ANY($1) ORDER BY alarms.seq FOR UPDATE OF alarms"
);

/// The newest first.
pub(super) async fn alarms(
    client: Object,
    filter: AlarmFilter,
) -> Result<Vec<Alarm>, PostgresError> {
    let sql = match filter.resolved {
        None => concat!(
            columns!(),
            "WHERE alarms.seq < $1 ORDER BY alarms.seq DESC LIMIT $2"
        ),
        Some(false) => concat!(
            columns!(),
            "WHERE alarms.seq < $1 AND NOT settled ORDER BY alarms.seq DESC LIMIT $2"
        ),
        Some(true) => concat!(
            columns!(),
            "WHERE alarms.seq < $1 AND settled ORDER BY alarms.seq DESC LIMIT $2"
        ),
    };
    let before = filter.before.unwrap_or(i64::MAX);
    list(&client, sql, &[&before, &rows::limit(filter.limit)], alarm).await
}

/// The alarm, and the messages that it is about.
pub(super) async fn alarm_with_bodies(
    client: Object,
    seq: i64,
) -> Result<Option<(Alarm, Vec<Vec<u8>>)>, PostgresError> {
    let sql = concat!(columns!(), "WHERE alarms.seq = $1");
    let Some(found) = list(&client, sql, &[&seq], alarm).await?.pop() else {
        return Ok(None);
    };
    let sql = "SELECT body FROM alarms WHERE seq = $1 AND body IS NOT NULL
               UNION ALL
               SELECT events.body FROM alarms JOIN events USING (payment_id, project_id)
               WHERE alarms.seq = $1 AND events.operation_id = coalesce(alarms.operation_id, -1)";
    let bodies = list(&client, sql, &[&seq], |row| rows::get(row, 0)).await?;
    Ok(Some((found, bodies)))
}

/// The newest first.
pub(super) async fn resolutions(
    client: Object,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Resolution>, PostgresError> {
    let sql = "SELECT seq, alarm_seq, payment_id, operation_id, verdict, amount, currency, reason, events_before, time,
                      corrects, actor
               FROM settlements WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
    let (before, limit) = (before.unwrap_or(i64::MAX), rows::limit(limit));
    list(&client, sql, &[&before, &limit], |row| resolution(row, 0)).await
}

/// Callbacks without a payment, by payment.
pub(super) async fn inbox(client: Object, limit: usize) -> Result<Vec<Unmatched>, PostgresError> {
    let sql = "SELECT payment_id, project_id, operation_id, operation_type, operation_status, payment_status,
                      amount, currency, received_at, body
               FROM events WHERE disposition IN ('unmatched', 'dismissed') AND disposition = 'unmatched'
               ORDER BY payment_id, seq LIMIT $1";
    list(&client, sql, &[&rows::limit(limit)], |row| {
        Ok(Unmatched {
            payment_id: rows::id(row, 0)?,
            project_id: rows::project(row, 1)?,
            operation_id: rows::event_operation(row, 2)?,
            operation_type: rows::event_word(row, 3)?,
            operation_status: rows::event_word(row, 4)?,
            payment_status: PaymentStatus::from(rows::get::<&str>(row, 5)?),
            amount: rows::event_amount(row, 6)?,
            received_at: Millis(rows::get(row, 8)?),
            body: rows::get(row, 9)?,
        })
    })
    .await
}

pub(super) fn alarm(row: &Row) -> Result<Alarm, TransactionError> {
    let resolved = rows::get::<Option<i64>>(row, 7)?.is_some();
    Ok(Alarm {
        seq: rows::get(row, 0)?,
        kind: rows::word(row, 1)?,
        project_id: rows::project(row, 2)?,
        payment_id: rows::optional_id(row, 3)?,
        operation_id: rows::optional_operation(row, 4)?,
        amount: optional_money(row, 19)?,
        time: Millis(rows::get(row, 5)?),
        reason: rows::get(row, 6)?,
        resolution: resolved.then(|| resolution(row, 7)).transpose()?,
    })
}

/// The amount in minor units in one column, its currency in the next, if it is there.
fn optional_money(row: &Row, column: usize) -> Result<Option<Money>, TransactionError> {
    let amount: Option<i64> = rows::get(row, column)?;
    amount.map(|_| rows::money(row, column)).transpose()
}

/// Its twelve columns, from `first` on.
fn resolution(row: &Row, first: usize) -> Result<Resolution, TransactionError> {
    let amount = optional_money(row, first + 5)?;
    let corrects = rows::get(row, first + 10)?;
    let verdict = Verdict::from_stored(rows::get(row, first + 4)?, amount, corrects);
    Ok(Resolution {
        seq: rows::get(row, first)?,
        alarm_seq: rows::get(row, first + 1)?,
        payment_id: rows::optional_id(row, first + 2)?,
        operation_id: rows::optional_operation(row, first + 3)?,
        verdict: verdict.ok_or_else(|| rows::broken(&jetpay_rules::UnknownWord))?,
        reason: rows::get(row, first + 7)?,
        events_before: rows::get::<i64>(row, first + 8)?.cast_unsigned(),
        time: Millis(rows::get(row, first + 9)?),
        by: rows::get(row, first + 11)?,
    })
}
