//! Copies the ledger of another store: every row as it is, in one transaction.

use std::path::Path;

use futures_util::pin_mut;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error as DatabaseError};

use super::address::Address;
use super::error::{text, unopened};
use super::rows::{bound, read};
use super::session;
use crate::model::{CopyError, Error, Totals, short};
use crate::port::tables::{
    ALARMS, CUSTOMERS, DIFFERENCES, ENTRIES, EVENTS, FINDINGS, PAYMENTS, PAYOUTS, RECEIPTS,
    RESOLUTIONS, RUNS, SKIPS, STEPS, STREAMS, Table, WAITING,
};
use crate::port::{Store, TOTALS, Value, totals, totals_of};

/// What is copied, in this order: the number of a row, if its table has one, what is written with a new row, and what is not.
const TABLES: [(Option<&str>, &Table, Option<&str>); 15] = [
    (None, &CUSTOMERS, None),
    (None, &PAYMENTS, None),
    (SEQ, &EVENTS, None),
    (SEQ, &ENTRIES, None),
    (SEQ, &ALARMS, Some("settled")),
    (SEQ, &RESOLUTIONS, None),
    (None, &PAYOUTS, None),
    (SEQ, &STEPS, None),
    (None, &RUNS, None),
    (SEQ, &FINDINGS, None),
    (None, &DIFFERENCES, None),
    (None, &STREAMS, None),
    (Some("number"), &WAITING, None),
    (SEQ, &RECEIPTS, None),
    (Some("number"), &SKIPS, None),
];
const SEQ: Option<&str> = Some("seq");

/// This many rows are read and written at a time.
const PAGE: usize = 5_000;

const COUNTS: &str =
    "SELECT pending, unmatched, quarantined, alarms, open_alarms, debts_from FROM counts";
/// The counts, and the numbers from which new rows go on.
const AFTERWARDS: &str = "UPDATE counts SET pending = $1, unmatched = $2, quarantined = $3, alarms = $4, open_alarms = $5,
    last_entry = (SELECT coalesce(max(seq), 0) FROM entries), last_alarm = (SELECT coalesce(max(seq), 0) FROM alarms),
    last_step = (SELECT coalesce(max(seq), 0) FROM payout_steps), debts_from = $6
    WHERE one";
const SEQUENCES: &str = "SELECT setval(pg_get_serial_sequence('events', 'seq'), max(seq)) FROM events HAVING max(seq) > 0;
    SELECT setval(pg_get_serial_sequence('settlements', 'seq'), max(seq)) FROM settlements HAVING max(seq) > 0;
    SELECT setval(pg_get_serial_sequence('reconciliation_results', 'seq'), max(seq)) FROM reconciliation_results
        HAVING max(seq) > 0;
    SELECT setval(pg_get_serial_sequence('waiting_deliveries', 'number'), max(number)) FROM waiting_deliveries
        HAVING max(number) > 0;
    SELECT setval(pg_get_serial_sequence('delivery_receipts', 'seq'), max(seq)) FROM delivery_receipts HAVING max(seq) > 0;
    SELECT setval(pg_get_serial_sequence('delivery_skips', 'number'), max(number)) FROM delivery_skips
        HAVING max(number) > 0;
    ANALYZE";

/// Copies the ledger into an empty database. `progress` gets the name of a table and how many of its rows are copied. The copy
/// is kept only when the sums on both sides agree.
pub(crate) async fn copy(
    from: &dyn Store,
    url: &str,
    ca_file: Option<&Path>,
    progress: &mut (dyn FnMut(&'static str, usize) + Send),
) -> Result<Totals, CopyError> {
    let address = Address::parse(url, ca_file)?;
    let connected = address.connect().await;
    let mut client = connected.map_err(|error| unopened(&error))?;
    session::migrate(&mut client).await?;
    let sql =
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
        LOCK TABLE counts IN ACCESS EXCLUSIVE MODE";
    client.batch_execute(sql).await.map_err(broken)?;
    if target_totals(&client).await? != Totals::default() {
        return Err(CopyError::NotEmpty);
    }
    for columns in TABLES {
        copy_table(from, &client, columns, progress).await?;
    }
    for counts in from.query_once(COUNTS, Vec::new()).await? {
        let counted = client.execute(AFTERWARDS, &bound(&counts)).await;
        counted.map_err(broken)?;
    }
    client.batch_execute(SEQUENCES).await.map_err(broken)?;
    let source = totals_of(from).await?;
    let target = target_totals(&client).await?;
    if source != target {
        return Err(CopyError::Differs(Box::new((source, target))));
    }
    client.batch_execute("COMMIT").await.map_err(broken)?;
    Ok(target)
}

async fn target_totals(client: &Client) -> Result<Totals, CopyError> {
    let rows = client.query(TOTALS, &[]).await.map_err(broken)?;
    let found = read(&rows, totals).map_err(Error::from)?.pop();
    Ok(found.unwrap_or_default())
}

async fn copy_table(
    from: &dyn Store,
    client: &Client,
    (number, table, more): (Option<&str>, &Table, Option<&str>),
    progress: &mut (dyn FnMut(&'static str, usize) + Send),
) -> Result<(), CopyError> {
    let names = number.into_iter().chain(table.names(0)).chain(more);
    let names: Vec<&str> = names.collect();
    let (listed, name, key) = (names.join(", "), table.name, names[0]);
    let statement = client
        .prepare(&format!("SELECT {listed} FROM {name}"))
        .await;
    let columns = statement.map_err(broken)?;
    let types: Vec<Type> = columns
        .columns()
        .iter()
        .map(|it| it.type_().clone())
        .collect();
    let into = format!("COPY {name} ({listed}) FROM STDIN BINARY");
    let sink = client.copy_in(&into).await.map_err(broken)?;
    let writer = BinaryCopyInWriter::new(sink, &types);
    pin_mut!(writer);
    let sql = format!("SELECT {listed} FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT {PAGE}");
    // No id is empty, and numbers begin with 1.
    let mut after = match types.first() {
        Some(&Type::TEXT) => "".into(),
        _ => Value::Int(0),
    };
    let mut copied = 0;
    loop {
        let mut rows = from.query_once(&sql, vec![after]).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last[0].clone();
        copied += rows.len();
        for row in &mut rows {
            for (value, name) in row.iter_mut().zip(&names) {
                shorten(name, value);
            }
            let written = writer.as_mut().write(&bound(row)).await;
            written.map_err(broken)?;
        }
        progress(name, copied);
    }
    writer.finish().await.map_err(broken)?;
    Ok(())
}

/// An indexed text is short here; `SQLite` keeps it at any length.
fn shorten(column: &str, value: &mut Value<'_>) {
    let indexed = ["operation_status", "payment_status", "provider_payment_id"];
    if let Value::Text(text) = value
        && indexed.contains(&column)
    {
        *text = short(text).into_owned().into();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn broken(error: DatabaseError) -> CopyError {
    CopyError::Store(Error::Unavailable(text(&error)))
}
