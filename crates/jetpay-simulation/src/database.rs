//! Reads the ledger's tables with SQL of its own, so that the checks share no code with the ledger.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jetpay_ledger::sim::SimStore;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::report::{Breach, Invariant};

/// A row of `events`, without the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) payment: String,
    pub(crate) project: i64,
    pub(crate) operation: i64,
    pub(crate) operation_status: String,
    pub(crate) payment_status: String,
    pub(crate) amount: i64,
}

/// A row of `entries`. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) seq: i64,
    pub(crate) payment: String,
    pub(crate) project: i64,
    pub(crate) operation: i64,
    pub(crate) kind: String,
    pub(crate) amount: i64,
}

/// A row of `payments`. Amounts are in minor units.
#[derive(Debug)]
pub(crate) struct PaymentRow {
    pub(crate) state: String,
    pub(crate) amount: i64,
    pub(crate) credited: i64,
    pub(crate) remaining: i64,
}

/// All rows of a query.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params, read)?.collect()
}

/// The one row of a query.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.prepare_cached(sql)?.query_row(params, read)
}

/// The events after sequence number `after`, with their bodies.
pub(crate) fn events(
    connection: &Connection,
    after: i64,
) -> rusqlite::Result<Vec<(EventRow, Vec<u8>)>> {
    let sql = "SELECT seq, payment_id, project_id, operation_id, operation_status, payment_status, amount, body
               FROM events WHERE seq > ?1 ORDER BY seq";
    all(connection, sql, [after], |row| {
        let event = EventRow {
            seq: row.get(0)?,
            payment: row.get(1)?,
            project: row.get(2)?,
            operation: row.get(3)?,
            operation_status: row.get(4)?,
            payment_status: row.get(5)?,
            amount: row.get(6)?,
        };
        Ok((event, row.get(7)?))
    })
}

/// The entries after sequence number `after`.
pub(crate) fn entries(connection: &Connection, after: i64) -> rusqlite::Result<Vec<EntryRow>> {
    let sql = "SELECT seq, payment_id, project_id, operation_id, kind, amount
               FROM entries WHERE seq > ?1 ORDER BY seq";
    all(connection, sql, [after], |row| {
        Ok(EntryRow {
            seq: row.get(0)?,
            payment: row.get(1)?,
            project: row.get(2)?,
            operation: row.get(3)?,
            kind: row.get(4)?,
            amount: row.get(5)?,
        })
    })
}

pub(crate) fn payment(connection: &Connection, id: &str) -> rusqlite::Result<Option<PaymentRow>> {
    let sql = "SELECT state, amount, credited, remaining FROM payments WHERE id = ?1";
    let payment = one(connection, sql, [id], |row| {
        Ok(PaymentRow {
            state: row.get(0)?,
            amount: row.get(1)?,
            credited: row.get(2)?,
            remaining: row.get(3)?,
        })
    });
    payment.optional()
}

/// A payment that changed although the platform does not have its id. `known` says which ids the platform has.
pub(crate) fn changed_except(
    connection: &Connection,
    known: impl Fn(&str) -> bool,
) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT id FROM payments WHERE state <> 'pending' OR remaining <> 0 OR credited <> 0";
    let touched: Vec<String> = all(connection, sql, (), |row| row.get(0))?;
    Ok(touched.into_iter().find(|id| !known(id)))
}

/// The payment, the operation and the kind of every alarm that names a payment; -1 if it names no operation.
pub(crate) fn alarms(connection: &Connection) -> rusqlite::Result<HashSet<(String, i64, String)>> {
    let sql = "SELECT payment_id, coalesce(operation_id, -1), kind FROM alarms WHERE payment_id IS NOT NULL";
    let alarms = all(connection, sql, (), |row| row.try_into())?;
    Ok(alarms.into_iter().collect())
}

/// Whether an alarm has this message as its body.
pub(crate) fn alarm_has_body(connection: &Connection, body: &[u8]) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM alarms WHERE body = ?1)";
    one(connection, sql, [body], |row| row.get(0))
}

/// How many events of the payment have this disposition.
pub(crate) fn count_with_disposition(
    connection: &Connection,
    id: &str,
    word: &str,
) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM events WHERE payment_id = ?1 AND disposition = ?2";
    one(connection, sql, (id, word), |row| row.get(0))
}

/// Checks that the row of `counts` says what the tables say.
pub(crate) fn check_counts(store: &SimStore) -> Result<(), Breach> {
    let said = "SELECT pending, unmatched, alarms, open_alarms FROM counts";
    let there = "SELECT (SELECT count(*) FROM payments WHERE state = 'pending'),
                        (SELECT count(*) FROM events WHERE disposition = 'unmatched'),
                        (SELECT count(*) FROM alarms),
                        (SELECT count(*) FROM alarms WHERE NOT settled)";
    let four = |sql| {
        store.inspect(|connection| {
            one(connection, sql, (), |row| {
                <(i64, i64, i64, i64)>::try_from(row)
            })
        })
    };
    let (counted, found) = (four(said)?, four(there)?);
    if counted == found {
        return Ok(());
    }
    let message =
        format!("pending, unmatched, alarms, open alarms: {counted:?} counted, {found:?} found");
    Invariant::CountsAgree.broken(None, message)
}

/// The row of the only stream of deliveries.
#[derive(Debug)]
pub(crate) struct StreamRow {
    pub(crate) cursor: i64,
    pub(crate) fencing_token: i64,
    pub(crate) leased_until: i64,
}

pub(crate) fn delivery_stream(connection: &Connection) -> rusqlite::Result<Option<StreamRow>> {
    let sql = "SELECT cursor, fencing_token, leased_until FROM delivery_streams";
    let stream = one(connection, sql, (), |row| {
        Ok(StreamRow {
            cursor: row.get(0)?,
            fencing_token: row.get(1)?,
            leased_until: row.get(2)?,
        })
    });
    stream.optional()
}

/// The entries at or before the cursor that are not delivered, with their states.
pub(crate) fn waiting_deliveries(connection: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    let sql = "SELECT seq, state FROM waiting_deliveries ORDER BY seq";
    all(connection, sql, (), |row| row.try_into())
}

/// When an entry that waits is due next: the first of its customer, unless one of them is parked.
pub(crate) fn next_delivery(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT min(due_at) FROM (
                   SELECT due_at, min(seq) FROM waiting_deliveries
                   WHERE lane NOT IN (SELECT lane FROM waiting_deliveries WHERE state = 'parked')
                   GROUP BY lane)";
    one(connection, sql, (), |row| row.get(0))
}

/// The kind of each alarm about a delivery, the entry that it names, and whether it is open.
pub(crate) fn delivery_alarms(
    connection: &Connection,
) -> rusqlite::Result<Vec<(String, Option<i64>, bool)>> {
    let sql = "SELECT kind, entry, NOT settled FROM alarms WHERE endpoint IS NOT NULL";
    all(connection, sql, (), |row| row.try_into())
}

/// When a look-up stored the customer last; `None` if none did.
pub(crate) fn seen_at(connection: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT seen_at FROM customers WHERE customer_id = ?1";
    Ok(one(connection, sql, [id], |row| row.get(0))
        .optional()?
        .flatten())
}

const TABLES: [&str; 14] = [
    "customers",
    "customer_words",
    "payments",
    "events",
    "entries",
    "alarms",
    "settlements",
    "counts",
    "payouts",
    "payout_steps",
    "delivery_streams",
    "waiting_deliveries",
    "delivery_receipts",
    "delivery_skips",
];

/// Every value in the database, table by table.
pub(crate) fn values(
    connection: &Connection,
    mut each: impl FnMut(&str, ValueRef<'_>),
) -> rusqlite::Result<()> {
    for table in TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1"))?;
        let columns = statement.column_count();
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                each(table, row.get_ref(column)?);
            }
        }
    }
    Ok(())
}

/// A hash of everything in the database.
pub(crate) fn fingerprint(connection: &Connection) -> rusqlite::Result<u64> {
    let mut hasher = DefaultHasher::new();
    values(connection, |_, value| match value {
        ValueRef::Null => 0_u8.hash(&mut hasher),
        ValueRef::Integer(number) => number.hash(&mut hasher),
        ValueRef::Real(number) => number.to_bits().hash(&mut hasher),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.hash(&mut hasher),
    })?;
    Ok(hasher.finish())
}
