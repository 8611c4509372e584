//! Copies the ledger of another store: every row as it is, in one transaction.

mod tables;

use std::path::Path;

use futures_util::pin_mut;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error as DatabaseError};

use self::tables::{TABLES, Table};
use super::address::Address;
use super::error::{text, unopened};
use super::{query, rows, session};
use crate::model::{CopyError, Error, Totals};
use crate::port::payouts::sql::number;
use crate::port::{Row, Store, TOTALS, Value, totals_from_row};

/// This many rows are read and written at a time.
const PAGE: usize = 5_000;

/// The counts, and the numbers from which new rows go on.
const AFTERWARDS: &str = "UPDATE counts SET pending = $1, unmatched = $2, quarantined = $3, alarms = $4, open_alarms = $5,
    last_entry = (SELECT coalesce(max(seq), 0) FROM entries), last_alarm = (SELECT coalesce(max(seq), 0) FROM alarms),
    last_step = (SELECT coalesce(max(seq), 0) FROM payout_steps), debts_from = $6
    WHERE one";
const SEQUENCES: &str = "SELECT setval(pg_get_serial_sequence('events', 'seq'), max(seq)) FROM events HAVING max(seq) > 0;
    SELECT setval(pg_get_serial_sequence('settlements', 'seq'), max(seq)) FROM settlements HAVING max(seq) > 0;
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
    for table in &TABLES {
        copy_table(from, &client, table, progress).await?;
    }
    let counts = from.counts().await?;
    let sql = "SELECT debts_from FROM counts";
    let debts_from = number(&from.query_once(sql, Vec::new()).await?);
    let values: [&(dyn ToSql + Sync); 6] = [
        &counts.pending,
        &counts.unmatched,
        &counts.quarantined,
        &counts.alarms,
        &counts.open_alarms,
        &debts_from,
    ];
    client.execute(AFTERWARDS, &values).await.map_err(broken)?;
    client.batch_execute(SEQUENCES).await.map_err(broken)?;
    let source = from.query_once(TOTALS, Vec::new()).await?;
    let source = source.first().map(|row| totals_from_row(row));
    let source = source.unwrap_or_default();
    let target = target_totals(&client).await?;
    if source != target {
        return Err(CopyError::Differs(Box::new((source, target))));
    }
    client.batch_execute("COMMIT").await.map_err(broken)?;
    Ok(target)
}

async fn target_totals(client: &Client) -> Result<Totals, CopyError> {
    let row = client.query_one(TOTALS, &[]).await.map_err(broken)?;
    Ok(totals_from_row(&query::values(&row).map_err(Error::from)?))
}

async fn copy_table(
    from: &dyn Store,
    client: &Client,
    table: &Table,
    progress: &mut (dyn FnMut(&'static str, usize) + Send),
) -> Result<(), CopyError> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let types: Vec<Type> = table.columns.iter().map(|(_, kind)| kind.clone()).collect();
    let (names, name, key) = (names.join(", "), table.name, names[0]);
    let into = format!("COPY {name} ({names}) FROM STDIN BINARY");
    let sink = client.copy_in(&into).await.map_err(broken)?;
    let writer = BinaryCopyInWriter::new(sink, &types);
    pin_mut!(writer);
    let sql = format!("SELECT {names} FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT {PAGE}");
    let (mut after, mut copied) = (table.least.clone(), 0);
    loop {
        let rows: Vec<Row> = from.query_once(&sql, vec![after]).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last[0].clone();
        copied += rows.len();
        for mut row in rows {
            for (value, (name, _)) in row.iter_mut().zip(table.columns) {
                shorten(name, value);
            }
            let values = row.iter().map(|value| value as &(dyn ToSql + Sync));
            let values: Vec<_> = values.collect();
            writer.as_mut().write(&values).await.map_err(broken)?;
        }
        progress(name, copied);
    }
    writer.finish().await.map_err(broken)?;
    Ok(())
}

/// An indexed text is short here; `SQLite` keeps it at any length.
fn shorten(column: &str, value: &mut Value) {
    let indexed = ["operation_status", "payment_status", "provider_payment_id"];
    if let Value::Text(text) = value
        && indexed.contains(&column)
    {
        *text = rows::short(text).into_owned();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn broken(error: DatabaseError) -> CopyError {
    CopyError::Store(Error::Unavailable(text(&error)))
}
