//! What a run would do.

use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use jetpay_core::id::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};

use super::rows::Row;
use super::{AT_ONCE, Sheet};
use crate::commands::import::progress;
use crate::commands::operator::client::{Client, Request};
use crate::commands::operator::print;
use crate::commands::operator::table::{Column, column, rows, table, text};

/// A row whose key the service knows already.
#[derive(Serialize)]
pub(super) struct Known {
    line: u64,
    key: String,
    payment_id: String,
    state: String,
    /// What is known under the key is something else: the row would be refused.
    differs: bool,
}

/// The rows whose keys the service knows already, in the file's order.
pub(super) async fn known(
    client: &Client<'_>,
    project: ProjectId,
    rows: &[Row],
) -> anyhow::Result<Vec<Known>> {
    let bar = progress(rows.len());
    let one = async |row: &Row| {
        let known = look(client, project, row).await;
        bar.inc(1);
        known
    };
    let all = stream::iter(rows).map(one).buffered(AT_ONCE);
    let known = all.try_filter_map(|known| std::future::ready(Ok(known)));
    let known = known.try_collect().await;
    bar.finish_and_clear();
    known
}

async fn look(client: &Client<'_>, project: ProjectId, row: &Row) -> anyhow::Result<Option<Known>> {
    let request = Request::get(&["payouts"])
        .with("project_id", Some(project))
        .with("idempotency_key", Some(&row.payout_request.idempotency_key))
        .with("limit", Some(1));
    let answer = client.ask(&request).await?;
    Ok(rows(&answer, "payouts").first().map(|payout| Known {
        line: row.line,
        key: row.payout_request.idempotency_key.clone(),
        payment_id: text(payout, "/payment_id"),
        state: text(payout, "/state"),
        differs: differs(row, payout),
    }))
}

/// As far as the service shows it: names and addresses it does not show, and of an old payout's wallet the end alone.
fn differs(row: &Row, payout: &Value) -> bool {
    let payout_request = &row.payout_request;
    let end = |number: &str| number.chars().rev().take(4).collect::<String>();
    payout["amount"] != payout_request.amount.minor()
        || text(payout, "/customer_id") != payout_request.customer.id
        || end(&text(payout, "/account_number")) != end(&payout_request.account_number)
}

const COLUMNS: &[Column] = &[
    column("line", |known| text(known, "/line")),
    column("key", |known| text(known, "/key")),
    column("payment", |known| text(known, "/payment_id")),
    column("state", |known| text(known, "/state")),
    column("", |known| {
        if known["differs"] == true {
            "for something else: this row would be refused".to_owned()
        } else {
            String::new()
        }
    }),
];

pub(super) fn report(sheet: &Sheet, known: &[Known], as_json: bool) -> anyhow::Result<()> {
    let count = sheet.rows.len();
    let known_rows = serde_json::to_value(known)?;
    if as_json {
        let said = json!({
            "payouts": count, "amount": sheet.sum.minor(), "currency": sheet.sum.currency(), "known_before": known_rows,
        });
        return print(&said.to_string());
    }
    let known_rows = known_rows.as_array().map_or(&[][..], Vec::as_slice);
    if !known_rows.is_empty() {
        print(&table(known_rows, COLUMNS, ""))?;
    }
    print(&format!(
        "{} new, {} known before; a dry run sends nothing",
        count - known.len(),
        known.len()
    ))
}
