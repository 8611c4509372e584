//! The second round trip: writes what a group changed, and commits.

use tokio_postgres::{Error, Statement};

use super::error::PostgresError;
use super::rows::bound;
use super::session::Session;
use super::wire::send;
use super::working_set::{Changes, WorkingSet};
use crate::model::Counts;
use crate::port::tables::KEPT_OF_PAYOUT;
use crate::port::{DifferenceRow, Row, TransactionError, Value, rows};

/// Sends all statements in this order, then waits for the answers. If a statement fails, `COMMIT` rolls back.
///
/// Payments come before `counts`: a server that waits for the row of `counts` holds its payments already, and two servers
/// never wait for each other in a ring. `counts` comes as late as it can, so that servers wait for each other no longer than
/// one commit takes; only what takes its numbers from that row comes after it.
pub(super) async fn flush(session: &Session, set: WorkingSet) -> Result<(), PostgresError> {
    let written = write(session, set).await;
    written.map_err(PostgresError::committing)
}

async fn write(session: &Session, set: WorkingSet) -> Result<(), PostgresError> {
    let Session { client, statements } = session;
    let (mut new_payments, mut changed_payments) = (Vec::new(), Vec::new());
    for (id, payment) in &set.payments {
        match payment {
            Some(row) if let Some(new) = &row.new => {
                let changed_at = row.changed_at.unwrap_or(new.created_at);
                new_payments.push(rows::of_payment(new, &row.snapshot, changed_at)?);
            }
            Some(row) => changed_payments.extend(row.changed_at.map(|now| {
                let mut changed = vec![Value::from(id)];
                changed.extend(rows::of_snapshot(&row.snapshot, now));
                changed
            })),
            None => {}
        }
    }
    let (mut new_payouts, mut changed_payouts) = (Vec::new(), Vec::new());
    for payout in set.payouts.values().flatten() {
        let mut row = payout.row.values();
        if payout.new {
            new_payouts.push(row);
        } else if payout.changed {
            row.drain(1..KEPT_OF_PAYOUT);
            changed_payouts.push(row);
        }
    }
    let count = count(&set.changes);
    let Changes {
        events,
        statuses,
        repeats,
        entries,
        alarms,
        resolutions,
        resolved,
        steps,
        customers,
        runs,
        finished,
        findings,
        differences,
        deliveries,
        ..
    } = set.changes;
    let events = events.iter().map(|new| {
        let row = rows::of_event(&new.callback, new.status, new.received_at);
        row.to_vec()
    });
    let statuses = statuses.into_iter();
    let statuses = statuses.map(|(seq, status)| vec![seq.into(), status.as_str().into()]);
    let repeats = repeats.iter().map(|(seq, repeat)| {
        let [code, receipt, payment_type] = rows::completion(repeat);
        vec![(*seq).into(), code, receipt, payment_type]
    });
    let put = customers.values().flatten();
    let put = put.map(|(customer, seen)| Ok(rows::of_customer(customer, *seen)?.to_vec()));
    let put: Result<_, TransactionError> = put.collect();
    let deleted = customers.iter().filter(|(_, put)| put.is_none());
    let deleted = deleted.map(|(id, _)| vec![id.as_str().into()]);
    let finished = finished.into_iter().map(|run| vec![run.into()]);
    let differences = differences.values().map(DifferenceRow::values);
    let resolved = resolved.into_iter().map(|seq| vec![seq.into()]);
    let written = [
        (&statements.add_payments, new_payments),
        (&statements.change_payments, changed_payments),
        (&statements.add_events, events.collect()),
        (&statements.set_event_statuses, statuses.collect()),
        (&statements.complete_events, repeats.collect()),
        (&statements.add_payouts, new_payouts),
        (&statements.change_payouts, changed_payouts),
        (&statements.put_customers, put?),
        (&statements.delete_customers, deleted.collect()),
        (&statements.add_runs, runs),
        (&statements.finish_runs, finished.collect()),
        (&statements.add_findings, findings),
        (&statements.put_differences, differences.collect()),
        (&statements.add_streams, deliveries.streams(true)),
        (&statements.change_streams, deliveries.streams(false)),
        (&statements.put_waiting, deliveries.still_waiting()),
        (&statements.remove_waiting, deliveries.gone()),
        (&statements.put_skips, deliveries.skips()),
        (&statements.put_receipts, deliveries.receipts()),
        (&statements.count, count.into_iter().collect()),
        (&statements.add_entries, entries),
        (&statements.add_steps, steps),
        (&statements.add_alarms, alarms),
        (&statements.add_resolutions, resolutions),
        (&statements.resolve_alarms, resolved.collect()),
    ];
    let mut answers = Vec::with_capacity(written.len() + 1);
    for (statement, rows) in &written {
        answers.push(send(write_rows(session, statement, rows)).await);
    }
    answers.push(send(async { client.batch_execute("COMMIT").await }).await);
    for answer in answers {
        answer.wait().await?;
    }
    Ok(())
}

/// What is added to the counts, and to the last numbers of entries, alarms and steps; none if nothing changed.
fn count(changes: &Changes) -> Option<Row> {
    let Changes { counts, .. } = changes;
    let added = [&changes.entries, &changes.alarms, &changes.steps];
    let same = *counts == Counts::default() && added.iter().all(|rows| rows.is_empty());
    let mut row: Row = vec![
        counts.pending.into(),
        counts.unmatched.into(),
        counts.quarantined.into(),
        counts.alarms.into(),
        counts.open_alarms.into(),
    ];
    row.extend(added.map(|rows| Value::limit(rows.len())));
    (!same || changes.probed).then_some(row)
}

/// Writes rows with one statement, which takes each of their columns as an array.
async fn write_rows(
    session: &Session,
    statement: &Statement,
    rows: &[Vec<Value<'_>>],
) -> Result<(), Error> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let columns = (0..first.len()).map(|at| rows.iter().map(|row| &row[at]).collect());
    let columns: Vec<Vec<&Value<'_>>> = columns.collect();
    let written = session.client.execute(statement, &bound(&columns)).await;
    written.map(drop)
}
