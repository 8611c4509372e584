//! What the service knows of the rows before they are sent, for a question and for `--dry-run`.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use jetpay_core::id::ProjectId;
use jetpay_ledger::Millis;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::rows::Row;
use super::{PARALLEL, Sheet};
use crate::commands::client::{Client, Request, print};
use crate::commands::confirmed;
use crate::commands::import::progress;
use crate::commands::rows::{self as row_file, BadLine};
use crate::commands::table::{Column, column, rows, table, text};
use crate::environment::now;
use crate::field_error::FieldError;

/// The rows whose keys the service already knows, by their lines. `differs`: the key belongs to another request, and the service
/// would refuse the row.
pub(super) async fn known(
    client: &Client<'_>,
    project: ProjectId,
    rows: &[Row],
) -> anyhow::Result<BTreeMap<u64, Value>> {
    let bar = progress(rows.len() as u64);
    let one = async |row: &Row| {
        let known = find(client, project, row).await;
        bar.inc(1);
        anyhow::Ok(known?.map(|known| (row.line, known)))
    };
    let all = stream::iter(rows).map(one).buffered(PARALLEL);
    let known = all.try_filter_map(|known| std::future::ready(Ok(known)));
    let known = known.try_collect().await;
    bar.finish_and_clear();
    known
}

async fn find(client: &Client<'_>, project: ProjectId, row: &Row) -> anyhow::Result<Option<Value>> {
    let key = &row.payout_request.idempotency_key;
    let request = || {
        Request::get(&["payouts"])
            .with("project_id", Some(project))
            .with("idempotency_key", Some(key))
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
    let differs = rows(&client.call(&same).await?, "payouts").is_empty();
    let (id, state) = (text(payout, "/payment_id"), text(payout, "/state"));
    Ok(Some(json!({
        "line": row.line, "key": key, "payment_id": id, "state": state, "differs": differs,
    })))
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The rows that look like an earlier row, or like a payout that the service has recorded within a day, whatever its project.
/// The keys of `new` are not known to the service.
pub(super) async fn doubles(client: &Client<'_>, new: &[&Row]) -> anyhow::Result<Vec<BadLine>> {
    let since = Millis(now().0.saturating_sub(DAY)).to_string();
    let mut lines = HashMap::new();
    let looked_up = new.iter().map(|row| {
        let request = &row.payout_request;
        let same = (
            &request.customer.id,
            &request.account_number,
            request.amount.minor(),
        );
        let earlier = *lines.entry(same).or_insert(row.line);
        let earlier = (earlier != row.line).then(|| format!("line {earlier}"));
        (*row, earlier)
    });
    let looked_up: Vec<_> = looked_up.collect();
    let one = async |(row, earlier): (&Row, Option<String>)| {
        let other = match earlier {
            Some(line) => Some(line),
            None => recorded(client, row, &since).await?,
        };
        anyhow::Ok(other.map(|other| BadLine {
            line: row.line,
            what: format!("pays the same amount to the same wallet and customer as {other}"),
        }))
    };
    let all = stream::iter(looked_up).map(one).buffered(PARALLEL);
    let doubles = all.try_filter_map(|double| std::future::ready(Ok(double)));
    doubles.try_collect().await
}

/// A payout since then that looks like this row.
async fn recorded(client: &Client<'_>, row: &Row, since: &str) -> anyhow::Result<Option<String>> {
    let request = &row.payout_request;
    let search = Request::get(&["payouts"])
        .with("customer_id", Some(&request.customer.id))
        .with("account_number", Some(&request.account_number))
        .with("amount", Some(request.amount.minor()))
        .with("from", Some(since))
        .with("limit", Some(1));
    let answer = client.call(&search).await.context("nothing was sent")?;
    Ok(rows(&answer, "payouts").first().map(|payout| {
        let (id, key) = (
            text(payout, "/payment_id"),
            text(payout, "/idempotency_key"),
        );
        let project = match payout["project_id"].as_u64() {
            Some(other) if other != request.project_id.number() => {
                format!(" in project {other}")
            }
            _ => String::new(),
        };
        format!(
            "payout {id} with the key `{key}`{project} of {}",
            text(payout, "/created_at")
        )
    }))
}

/// Shows the rows, and asks whether to send them. It is an error when the answer is not yes, or when there can be none
/// because standard input is the file.
pub(super) fn ask(doubles: &[BadLine], file: &Path) -> anyhow::Result<()> {
    if doubles.is_empty() {
        return Ok(());
    }
    row_file::show(file, doubles);
    if row_file::is_standard_input(file) {
        bail!(
            "nothing was sent: there is no answer to a question, because standard input is the file; take out the rows above, \
             or use --yes to send them all the same"
        );
    }
    if !confirmed("Send the file all the same?").context("nothing was sent")? {
        bail!("nothing was sent: take out the rows above, or use --yes to send them all the same");
    }
    Ok(())
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
    known: &BTreeMap<u64, Value>,
    beyond: &[BadLine],
    as_json: bool,
) -> anyhow::Result<()> {
    let known: Vec<Value> = known.values().cloned().collect();
    let differing = known.iter().filter(|row| row["differs"] == true).count();
    let count = sheet.rows.len();
    if as_json {
        let report = json!({
            "payouts": count, "amount": sheet.sum.minor(), "currency": sheet.sum.currency(), "known_before": known,
            "beyond_balance": beyond.iter().map(|bad| bad.line).collect::<Vec<_>>(),
        });
        print(&report.to_string())?;
        return refused(differing + beyond.len());
    }
    if !known.is_empty() {
        print(&table(&known, COLUMNS, ""))?;
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
