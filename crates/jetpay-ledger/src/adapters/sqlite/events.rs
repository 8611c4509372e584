//! Events: each once, with the bytes of its callback.

use jetpay_core::Callback;
use jetpay_core::id::PaymentId;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_rules::{EarlyCompensation, EventStatus, OperationEvent, ReleasedCompensation};
use rusqlite::{OptionalExtension, Row};

use super::rows;
use super::transaction::Transaction;
use crate::model::{Millis, stored_amount, stored_kind, stored_operation};
use crate::port::StoredEvent;

/// Adds the event, unless its key is stored already; whether it was new.
pub(super) fn add(
    transaction: &Transaction<'_>,
    callback: &Callback,
    status: EventStatus,
    now: Millis,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
                   payment_type, operation_type, amount, currency, code, provider_payment_id, disposition,
                   received_at, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING";
    let Callback {
        payment, operation, ..
    } = callback;
    let (amount, currency) = stored_amount(operation.sum_initial);
    let values = (
        payment.id.as_str(),
        callback.project_id.number().cast_signed(),
        stored_operation(operation.id),
        operation
            .status
            .as_ref()
            .map_or("", OperationStatus::as_str),
        payment.status.as_str(),
        payment.kind.as_ref().map(PaymentType::as_str),
        operation.kind.as_ref().map_or("", OperationType::as_str),
        amount,
        currency,
        operation.code.as_ref().map(OperationCode::as_str),
        operation.provider.payment_id.as_deref(),
        status.as_str(),
        now.0,
        &*callback.body,
    );
    Ok(transaction.execute(sql, values)? > 0)
}

/// Adds to the stored event of a repeat the texts that it lacked.
pub(super) fn complete(transaction: &Transaction<'_>, repeat: &Callback) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET code = coalesce(code, ?6), provider_payment_id = coalesce(provider_payment_id, ?7),
                   payment_type = coalesce(payment_type, ?8)
               WHERE payment_id = ?1 AND project_id = ?2 AND operation_id = ?3
                 AND operation_status = ?4 AND payment_status = ?5
                 AND (code IS NULL AND ?6 IS NOT NULL OR provider_payment_id IS NULL AND ?7 IS NOT NULL
                   OR payment_type IS NULL AND ?8 IS NOT NULL)";
    let event = OperationEvent::from(repeat);
    let (payment_id, project_id, operation_id, operation_status, payment_status) = key(&event);
    let values = (
        payment_id,
        project_id,
        operation_id,
        operation_status,
        payment_status,
        repeat.operation.code.as_ref().map(OperationCode::as_str),
        repeat.operation.provider.payment_id.as_deref(),
        repeat.payment.kind.as_ref().map(PaymentType::as_str),
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// The stored event with the key of this one.
pub(super) fn stored(
    transaction: &Transaction<'_>,
    event: &OperationEvent,
) -> rusqlite::Result<StoredEvent> {
    let sql = "SELECT disposition, operation_type, amount, currency FROM events
               WHERE payment_id = ?1 AND project_id = ?2 AND operation_id = ?3
                 AND operation_status = ?4 AND payment_status = ?5";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    statement.query_row(key(event), |row| {
        let stored = OperationEvent {
            operation_type: rows::event_word(row, 1)?,
            amount: rows::event_amount(row, 2)?,
            ..event.clone()
        };
        Ok(StoredEvent {
            event: stored,
            status: rows::word(row, 0)?,
        })
    })
}

/// The compensations that wait for the payment's credit, in the order of their arrival. The flag says that the operation
/// has made its entry in another payment.
pub(super) fn early(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<Vec<(EarlyCompensation, bool)>> {
    // An entry's kind is the operation's type in another spelling.
    let sql = "SELECT operation_id, replace(operation_type, ' ', '_') AS kind, amount,
                      EXISTS (SELECT 1 FROM entries WHERE entries.project_id = events.project_id
                              AND entries.operation_id = events.operation_id
                              AND entries.kind = replace(operation_type, ' ', '_'))
               FROM events WHERE payment_id = ?1 AND disposition = 'early' ORDER BY seq";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let early = statement.query_map([payment_id.as_str()], |row| {
        let compensation = EarlyCompensation {
            operation_id: rows::operation(row, 0)?,
            kind: rows::kind(row, 1)?,
            amount: row.get(2)?,
        };
        Ok((compensation, row.get(3)?))
    })?;
    early.collect()
}

/// Gives the events of an early compensation that no longer waits their status.
pub(super) fn release(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
    released: &ReleasedCompensation,
) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET disposition = ?4
               WHERE payment_id = ?1 AND operation_id = ?2 AND replace(operation_type, ' ', '_') = ?3
                 AND disposition = 'early'";
    let operation_id = released.operation_id.number().cast_signed();
    let words = (stored_kind(released.kind), released.status.as_str());
    transaction.execute(sql, (payment_id.as_str(), operation_id, words.0, words.1))?;
    Ok(())
}

/// The oldest event that waits for this payment, unmatched or dismissed.
pub(super) fn waiting(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<Option<StoredEvent>> {
    let sql =
        "SELECT project_id, payment_id, payment_type, payment_status, operation_id, operation_type,
                      operation_status, amount, currency, disposition
               FROM events WHERE payment_id = ?1 AND disposition IN ('unmatched', 'dismissed')
               ORDER BY seq LIMIT 1";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    statement
        .query_row([payment_id.as_str()], |row| {
            Ok(StoredEvent {
                event: event(row)?,
                status: rows::word(row, 9)?,
            })
        })
        .optional()
}

/// Gives a stored event another status.
pub(super) fn set_status(
    transaction: &Transaction<'_>,
    event: &OperationEvent,
    status: EventStatus,
) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET disposition = ?6
               WHERE payment_id = ?1 AND project_id = ?2 AND operation_id = ?3
                 AND operation_status = ?4 AND payment_status = ?5";
    let (payment_id, project_id, operation_id, operation_status, payment_status) = key(event);
    let values = (
        payment_id,
        project_id,
        operation_id,
        operation_status,
        payment_status,
        status.as_str(),
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// The columns of an event's key.
fn key(event: &OperationEvent) -> (&str, i64, i64, &str, &str) {
    let key = event.key();
    (
        key.payment_id.as_str(),
        key.project_id.number().cast_signed(),
        stored_operation(key.operation_id),
        key.operation_status.map_or("", OperationStatus::as_str),
        key.payment_status.as_str(),
    )
}

/// The events of the payment, in the order of their arrival.
pub(super) fn all(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<Vec<OperationEvent>> {
    let sql =
        "SELECT project_id, payment_id, payment_type, payment_status, operation_id, operation_type,
                      operation_status, amount, currency
               FROM events WHERE payment_id = ?1 ORDER BY seq";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    statement.query_map([payment_id.as_str()], event)?.collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<OperationEvent> {
    Ok(OperationEvent {
        project_id: rows::project(row, 0)?,
        payment_id: rows::id(row, 1)?,
        payment_type: rows::optional_text(row, 2)?.map(PaymentType::from),
        payment_status: PaymentStatus::from(rows::text(row, 3)?),
        operation_id: rows::event_operation(row, 4)?,
        operation_type: rows::event_word(row, 5)?,
        operation_status: rows::event_word(row, 6)?,
        amount: rows::event_amount(row, 7)?,
    })
}

/// Dismisses the unmatched events of this payment; how many they are.
pub(super) fn dismiss(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE events SET disposition = 'dismissed'
               WHERE payment_id = ?1 AND disposition = 'unmatched'";
    transaction.execute(sql, [payment_id.as_str()])
}
