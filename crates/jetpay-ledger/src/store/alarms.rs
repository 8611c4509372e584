//! Alarms.

use jetpay_core::id::{OperationId, PaymentId, ProjectId};
use rusqlite::Connection;

use super::{Transaction, rows};
use crate::alarm::{Alarm, AlarmKind};
use crate::millis::Millis;

/// Of which payment and operation an alarm is.
pub(super) type Subject<'a> = Option<(&'a PaymentId, OperationId)>;

pub(super) fn raise(
    transaction: &mut Transaction<'_>,
    kind: AlarmKind,
    project_id: ProjectId,
    subject: Subject<'_>,
    now: Millis,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO alarms (kind, project_id, payment_id, operation_id, time) VALUES (?1, ?2, ?3, ?4, ?5)";
    let payment_id = subject.map(|(payment_id, _)| payment_id.as_str());
    let operation_id = subject.map(|(_, operation_id)| operation_id.number().cast_signed());
    transaction.execute(
        sql,
        (
            kind.as_str(),
            project_id.number().cast_signed(),
            payment_id,
            operation_id,
            now.0,
        ),
    )?;
    transaction.counts.alarms += 1;
    Ok(())
}

/// The last ones, newest first.
pub(crate) fn read(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Alarm>> {
    let sql = "SELECT seq, kind, project_id, payment_id, operation_id, time FROM alarms ORDER BY seq DESC LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let alarms = statement.query_map([rows::limit(limit)], |row| {
        Ok(Alarm {
            seq: row.get(0)?,
            kind: rows::word(row, 1)?,
            project_id: rows::project(row, 2)?,
            payment_id: rows::optional_id(row, 3)?,
            operation_id: row
                .get::<_, Option<i64>>(4)?
                .map(|id| OperationId::new(id.cast_unsigned())),
            time: Millis(row.get(5)?),
        })
    })?;
    alarms.collect()
}
