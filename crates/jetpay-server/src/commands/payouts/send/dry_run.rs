//! `jetpay payouts send --dry-run`: what a run would do.

use anyhow::bail;
use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use jetpay_core::id::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};

use super::rows::Row;
use super::{PARALLEL, Sheet};
use crate::commands::client::{Client, Request, print};
use crate::commands::import::progress;
use crate::commands::table::{Column, column, rows, table, text};

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
    let request = Request::get(&["payouts"])
        .with("project_id", Some(project))
        .with("idempotency_key", Some(&row.payout_request.idempotency_key))
        .with("limit", Some(1));
    let answer = client.send(&request).await?;
    if text(&answer.body, "/error/field") == "idempotency_key" {
        // No payout has this key, and it has a character that cannot be seen.
        return Ok(None);
    }
    let answer = client.body(answer)?;
    Ok(rows(&answer, "payouts").first().map(|payout| Known {
        line: row.line,
        key: row.payout_request.idempotency_key.clone(),
        payment_id: text(payout, "/payment_id"),
        state: text(payout, "/state"),
        differs: differs(row, payout),
    }))
}

/// Compares what the service shows. It shows no names and addresses, and of an old payout's wallet only the last digits.
fn differs(row: &Row, payout: &Value) -> bool {
    let request = &row.payout_request;
    let last_digits = |number: &str| number.chars().rev().take(4).collect::<String>();
    payout["amount"] != request.amount.minor()
        || text(payout, "/customer_id") != request.customer.id
        || last_digits(&text(payout, "/account_number")) != last_digits(&request.account_number)
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

/// Prints what a run would do. It is an error when the service would refuse a row.
pub(super) fn report(sheet: &Sheet, known: &[Known], as_json: bool) -> anyhow::Result<()> {
    let count = sheet.rows.len();
    let known_rows = serde_json::to_value(known)?;
    if as_json {
        let report = json!({
            "payouts": count, "amount": sheet.sum.minor(), "currency": sheet.sum.currency(), "known_before": known_rows,
        });
        print(&report.to_string())?;
        return refused(known);
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
    refused(known)
}

fn refused(known: &[Known]) -> anyhow::Result<()> {
    match known.iter().filter(|known| known.differs).count() {
        0 => Ok(()),
        1 => bail!("the service would refuse one payout, see above"),
        many => bail!("the service would refuse {many} payouts, see above"),
    }
}
