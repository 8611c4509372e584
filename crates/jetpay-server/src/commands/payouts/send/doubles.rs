//! Rows that look like another payout: the same amount to the same wallet of the same customer within a day.

use std::collections::HashMap;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use jetpay_ledger::Millis;

use super::PARALLEL;
use super::rows::Row;
use crate::commands::client::{Client, Request};
use crate::commands::confirmed;
use crate::commands::table::{rows, text};
use crate::environment::now;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A row that looks like another payout.
pub(super) struct Double {
    line: u64,
    /// The other payout, in words.
    other: String,
}

/// The rows that look like an earlier row, or like a payout that the service has recorded within a day, whatever its project.
/// The keys of `new` are not known to the service.
pub(super) async fn find(client: &Client<'_>, new: &[&Row]) -> anyhow::Result<Vec<Double>> {
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
        anyhow::Ok(other.map(|other| Double {
            line: row.line,
            other,
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

/// Shows the rows.
pub(super) fn show(doubles: &[Double], file: &str) {
    for Double { line, other } in doubles {
        eprintln!("{file}:{line}: pays the same amount to the same wallet and customer as {other}");
    }
}

/// Shows the rows, and asks whether to send them. It is an error when the answer is not yes, or when there can be none
/// because standard input is the file.
pub(super) fn ask(doubles: &[Double], file: &str, is_input: bool) -> anyhow::Result<()> {
    if doubles.is_empty() {
        return Ok(());
    }
    show(doubles, file);
    if is_input {
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
