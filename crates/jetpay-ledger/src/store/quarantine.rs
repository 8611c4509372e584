//! Signed messages that cannot be taken as they are: kept once for each body, with an alarm.

use jetpay_core::id::ProjectId;

use super::Transaction;
use super::alarms::{self, Subject};
use crate::alarm::AlarmKind;
use crate::millis::Millis;

/// A callback that could not be read; whether its bytes are new.
pub(crate) fn keep_unreadable(
    transaction: &mut Transaction<'_>,
    project_id: ProjectId,
    body: &[u8],
    reason: &str,
    now: Millis,
) -> rusqlite::Result<bool> {
    let new = add(transaction, project_id, body, reason, now)?;
    if new {
        alarms::raise(transaction, AlarmKind::Unreadable, project_id, None, now)?;
    }
    Ok(new)
}

/// A repeat that says something else than what is stored.
pub(super) fn keep_contradiction(
    transaction: &mut Transaction<'_>,
    project_id: ProjectId,
    body: &[u8],
    subject: Subject<'_>,
    now: Millis,
) -> rusqlite::Result<()> {
    if add(
        transaction,
        project_id,
        body,
        "contradicts what came before",
        now,
    )? {
        alarms::raise(
            transaction,
            AlarmKind::ContradictoryRepeat,
            project_id,
            subject,
            now,
        )?;
    }
    Ok(())
}

fn add(
    transaction: &mut Transaction<'_>,
    project_id: ProjectId,
    body: &[u8],
    reason: &str,
    now: Millis,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let new = transaction.execute(
        sql,
        (body, project_id.number().cast_signed(), reason, now.0),
    )? > 0;
    transaction.counts.quarantined += i64::from(new);
    Ok(new)
}
