//! Events: each fact once, with the bytes that brought it.

use jetpay_core::Callback;
use jetpay_core::id::PaymentId;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use rusqlite::{OptionalExtension, Row};

use super::{Transaction, rows};
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::state::{Early, Fact, Released};
use crate::work::{Kept, Stored, Waiting};

/// Stores the fact, unless it is stored already; whether it was new.
pub(super) fn add(
    transaction: &Transaction<'_>,
    callback: &Callback,
    kept: Kept,
    now: Millis,
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO events (payment_id, project_id, operation_id, operation_status, payment_status,
                   payment_type, operation_type, amount, currency, code, provider_payment_id, disposition,
                   received_at, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING";
    let Callback {
        payment, operation, ..
    } = callback;
    let values = (
        payment.id.as_str(),
        callback.project_id.number().cast_signed(),
        operation.id.number().cast_signed(),
        operation.status.as_str(),
        payment.status.as_str(),
        payment.kind.as_ref().map(PaymentType::as_str),
        operation.kind.as_str(),
        operation.sum_initial.minor(),
        operation.sum_initial.currency().code().to_owned(),
        operation
            .code
            .as_ref()
            .map(jetpay_core::operation_code::OperationCode::as_str),
        operation.provider.payment_id.as_deref(),
        kept.as_str(),
        now.0,
        &*callback.body,
    );
    Ok(transaction.execute(sql, values)? > 0)
}

/// What is stored of a fact that came again.
pub(super) fn stored(transaction: &Transaction<'_>, fact: &Fact) -> rusqlite::Result<Stored> {
    let sql = "SELECT disposition, operation_type, amount, currency FROM events
               WHERE payment_id = ?1 AND project_id = ?2 AND operation_id = ?3
                 AND operation_status = ?4 AND payment_status = ?5";
    let values = (
        fact.payment_id.as_str(),
        fact.project_id.number().cast_signed(),
        fact.operation_id.number().cast_signed(),
        fact.operation_status.as_str(),
        fact.payment_status.as_str(),
    );
    transaction
        .connection()
        .prepare_cached(sql)?
        .query_row(values, |row| {
            let agrees = rows::text(row, 1)? == fact.operation_type.as_str()
                && rows::money(row, 2)? == fact.amount;
            Ok(Stored {
                kept: rows::word(row, 0)?,
                agrees,
            })
        })
}

/// The compensations that wait for the payment's credit, in the order of their arrival.
pub(super) fn early(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<Vec<Early>> {
    // An entry's kind is the operation's type in another spelling.
    let sql = "SELECT operation_id, replace(operation_type, ' ', '_') AS kind, amount,
                      EXISTS (SELECT 1 FROM entries WHERE entries.project_id = events.project_id
                              AND entries.operation_id = events.operation_id
                              AND entries.kind = replace(operation_type, ' ', '_'))
               FROM events WHERE payment_id = ?1 AND disposition = 'early' ORDER BY seq";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let early = statement.query_map([payment_id.as_str()], |row| {
        let kind: EntryKind = rows::word(row, 1)?;
        Ok(Early {
            operation_id: rows::operation(row, 0)?,
            kind,
            amount: row.get(2)?,
            elsewhere: row.get(3)?,
        })
    })?;
    early.collect()
}

/// An early compensation waits no more.
pub(super) fn release(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
    released: &Released,
) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET disposition = ?4
               WHERE payment_id = ?1 AND operation_id = ?2 AND replace(operation_type, ' ', '_') = ?3
                 AND disposition = 'early'";
    let operation_id = released.operation_id.number().cast_signed();
    let words = (
        released.kind.as_str(),
        Kept::from(released.disposition).as_str(),
    );
    transaction.execute(sql, (payment_id.as_str(), operation_id, words.0, words.1))?;
    Ok(())
}

/// The oldest event that waits for this payment.
pub(super) fn waiting(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<Option<Waiting>> {
    let sql =
        "SELECT project_id, payment_id, payment_type, payment_status, operation_id, operation_type,
                      operation_status, amount, currency, disposition
               FROM events WHERE payment_id = ?1 AND disposition IN ('unmatched', 'dismissed')
               ORDER BY seq LIMIT 1";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    statement
        .query_row([payment_id.as_str()], |row| {
            Ok(Waiting {
                fact: fact(row)?,
                kept: rows::word(row, 9)?,
            })
        })
        .optional()
}

/// What became of an event that waited for its payment.
pub(super) fn place(
    transaction: &Transaction<'_>,
    fact: &Fact,
    kept: Kept,
) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET disposition = ?6
               WHERE payment_id = ?1 AND project_id = ?2 AND operation_id = ?3
                 AND operation_status = ?4 AND payment_status = ?5";
    let values = (
        fact.payment_id.as_str(),
        fact.project_id.number().cast_signed(),
        fact.operation_id.number().cast_signed(),
        fact.operation_status.as_str(),
        fact.payment_status.as_str(),
        kept.as_str(),
    );
    transaction.execute(sql, values)?;
    Ok(())
}

/// How many events the payment has.
pub(super) fn count(
    transaction: &Transaction<'_>,
    payment_id: &PaymentId,
) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM events WHERE payment_id = ?1";
    let mut statement = transaction.connection().prepare_cached(sql)?;
    let count: i64 = statement.query_row([payment_id.as_str()], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn fact(row: &Row<'_>) -> rusqlite::Result<Fact> {
    Ok(Fact {
        project_id: rows::project(row, 0)?,
        payment_id: rows::id(row, 1)?,
        payment_type: rows::optional_text(row, 2)?.map(PaymentType::from),
        payment_status: PaymentStatus::from(rows::text(row, 3)?),
        operation_id: rows::operation(row, 4)?,
        operation_type: OperationType::from(rows::text(row, 5)?),
        operation_status: OperationStatus::from(rows::text(row, 6)?),
        amount: rows::money(row, 7)?,
    })
}
