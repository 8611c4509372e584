//! `jetpay payouts send --dry-run`: what a run would do.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::bail;
use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use jetpay_core::id::ProjectId;
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::rows::Row;
use super::{PARALLEL, Sheet};
use crate::commands::client::{Client, Request, print};
use crate::commands::import::progress;
use crate::commands::rows::BadLine;
use crate::commands::table::{Column, column, rows, table, text};
use crate::field_error::FieldError;

/// A row whose key the service already knows.
#[derive(Serialize)]
pub(super) struct Known {
    pub(super) line: u64,
    key: String,
    payment_id: String,
    state: String,
    /// The key belongs to another request: the service would refuse the row.
    differs: bool,
}

/// The rows whose keys the service already knows, in the order of the file.
pub(super) async fn known(
    client: &Client<'_>,
    project: ProjectId,
    rows: &[Row],
) -> anyhow::Result<Vec<Known>> {
    let bar = progress(rows.len() as u64);
    let one = async |row: &Row| {
        let known = find(client, project, row).await;
        bar.inc(1);
        known
    };
    let all = stream::iter(rows).map(one).buffered(PARALLEL);
    let known = all.try_filter_map(|known| std::future::ready(Ok(known)));
    let known = known.try_collect().await;
    bar.finish_and_clear();
    known
}

async fn find(client: &Client<'_>, project: ProjectId, row: &Row) -> anyhow::Result<Option<Known>> {
    let request = || {
        Request::get(&["payouts"])
            .with("project_id", Some(project))
            .with("idempotency_key", Some(&row.payout_request.idempotency_key))
            .with("limit", Some(1))
    };
    let answer = client.send(&request()).await?;
    if text(&answer.body, "/error/field") == "idempotency_key" {
        // No payout has this key, and it has a character that cannot be seen.
        return Ok(None);
    }
    let answer = client.body(answer)?;
    let Some(payout) = rows(&answer, "payouts").first() else {
        return Ok(None);
    };
    let same = request().with("request_sha256", Some(row.payout_request.fingerprint()));
    Ok(Some(Known {
        line: row.line,
        key: row.payout_request.idempotency_key.clone(),
        payment_id: text(payout, "/payment_id"),
        state: text(payout, "/state"),
        differs: rows(&client.call(&same).await?, "payouts").is_empty(),
    }))
}

/// The new rows for which the customer's balance is too small after the rows above them.
pub(super) async fn beyond_balance(
    client: &Client<'_>,
    new: &[&Row],
) -> anyhow::Result<Vec<BadLine>> {
    let (mut balances, mut beyond) = (HashMap::new(), Vec::new());
    for row in new {
        let request = &row.payout_request;
        let id = &request.customer.id;
        let balance = match balances.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(first) => {
                let answer = client.send(&Request::get(&["customers", id])).await?;
                // A customer whom the service does not know has no money.
                let balance = match answer.status {
                    StatusCode::NOT_FOUND => 0,
                    _ => client.body(answer)?["balance"].as_i64().unwrap_or_default(),
                };
                first.insert(balance)
            }
        };
        if request.amount.minor() <= *balance {
            *balance -= request.amount.minor();
        } else {
            let what = format!(
                "is more than the customer's balance, of which {balance} minor units are left for this row"
            );
            beyond.push(BadLine::of_field(
                row.line,
                &FieldError::new("amount", what),
            ));
        }
    }
    Ok(beyond)
}

const COLUMNS: &[Column] = &[
    column("line", |known| text(known, "/line")),
    column("key", |known| text(known, "/key")),
    column("payment", |known| text(known, "/payment_id")),
    column("state", |known| text(known, "/state")),
    column("", |known| {
        if known["differs"] == true {
            "the key belongs to another request: the service would refuse this row".to_owned()
        } else {
            String::new()
        }
    }),
];

/// Prints what a run would do. It is an error when the service would refuse a row: a known one, or one `beyond` the balance.
pub(super) fn report(
    sheet: &Sheet,
    known: &[Known],
    beyond: &[BadLine],
    as_json: bool,
) -> anyhow::Result<()> {
    let differing = known.iter().filter(|known| known.differs).count();
    let count = sheet.rows.len();
    let known_rows = serde_json::to_value(known)?;
    if as_json {
        let report = json!({
            "payouts": count, "amount": sheet.sum.minor(), "currency": sheet.sum.currency(), "known_before": known_rows,
            "beyond_balance": beyond.iter().map(|bad| bad.line).collect::<Vec<_>>(),
        });
        print(&report.to_string())?;
        return refused(differing + beyond.len());
    }
    let known_rows = known_rows.as_array().map_or(&[][..], Vec::as_slice);
    if !known_rows.is_empty() {
        print(&table(known_rows, COLUMNS, ""))?;
    }
    print(&format!(
        "{} new, {} known before; a dry run sends nothing",
        count - known.len(),
        known.len()
    ))?;
    refused(differing + beyond.len())
}

fn refused(count: usize) -> anyhow::Result<()> {
    match count {
        0 => Ok(()),
        1 => bail!("the service would refuse one payout, see above"),
        many => bail!("the service would refuse {many} payouts, see above"),
    }
}
