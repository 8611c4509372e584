//! Sending the rows, a few at once, and what came of it.

use std::cell::RefCell;
use std::ops::ControlFlow;

use anyhow::{anyhow, bail};
use futures_util::StreamExt;
use futures_util::stream;
use jetpay_core::{Currency, Money};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::rows::Row;
use super::{AT_ONCE, Sheet};
use crate::commands::import::progress;
use crate::commands::operator::client::{Answer, Client, Request};
use crate::commands::operator::print;
use crate::commands::operator::table::text;

/// What came of the rows.
#[derive(Default)]
pub(super) struct Done {
    /// Taken now: how many, and how much in minor units.
    new: usize,
    new_minor: i64,
    /// Taken before.
    known: usize,
    refused: Vec<Refused>,
    /// Why the rest was not sent.
    stopped: Option<anyhow::Error>,
}

/// A row that the service refused.
#[derive(Serialize)]
struct Refused {
    line: u64,
    key: String,
    message: String,
}

/// What came of one row.
enum Outcome {
    New,
    Known,
    Refused(String),
}

/// Sends the rows. The first that the service does not answer ends it: no further row is begun.
pub(super) async fn send(client: &Client<'_>, rows: &[Row], file: &str) -> Done {
    let bar = progress(rows.len());
    let done = RefCell::new(Done::default());
    let one = async |row: &Row| {
        if done.borrow().stopped.is_some() {
            return;
        }
        let outcome = post(client, row).await;
        let mut done = done.borrow_mut();
        match outcome {
            ControlFlow::Continue(Outcome::New) => {
                done.new += 1;
                done.new_minor += row.payout_request.amount.minor();
            }
            ControlFlow::Continue(Outcome::Known) => done.known += 1,
            ControlFlow::Continue(Outcome::Refused(message)) => {
                bar.suspend(|| eprintln!("{file}:{}: {message}", row.line));
                let (line, key) = (row.line, row.payout_request.idempotency_key.clone());
                done.refused.push(Refused { line, key, message });
            }
            ControlFlow::Break(error) => {
                done.stopped.get_or_insert(error);
            }
        }
        bar.inc(1);
    };
    let all = stream::iter(rows).map(one).buffer_unordered(AT_ONCE);
    all.for_each(|()| std::future::ready(())).await;
    bar.finish_and_clear();
    let mut done = done.into_inner();
    done.refused.sort_by_key(|refused| refused.line);
    done
}

async fn post(client: &Client<'_>, row: &Row) -> ControlFlow<anyhow::Error, Outcome> {
    let body = serde_json::to_value(&row.payout_request);
    let body = match body {
        Ok(body) => body,
        Err(error) => return ControlFlow::Break(error.into()),
    };
    match client.answer(&Request::post(&["payouts"], body)).await {
        Ok(answer) => outcome(&answer),
        Err(error) => ControlFlow::Break(error),
    }
}

fn outcome(answer: &Answer) -> ControlFlow<anyhow::Error, Outcome> {
    let is_payout = !text(&answer.body, "/payment_id").is_empty();
    let is_configured = text(&answer.body, "/error/code") != "not_configured";
    match answer.status {
        StatusCode::ACCEPTED if is_payout => ControlFlow::Continue(Outcome::New),
        StatusCode::OK if is_payout => ControlFlow::Continue(Outcome::Known),
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY if is_configured => {
            ControlFlow::Continue(Outcome::Refused(answer.refused()))
        }
        _ => ControlFlow::Break(anyhow!("{}", answer.refused())),
    }
}

/// Says what came of it. An error when a row was refused, or not all could be sent.
pub(super) fn report(sheet: &Sheet, done: Done, as_json: bool) -> anyhow::Result<()> {
    let Done {
        new,
        known,
        refused,
        ..
    } = &done;
    let unanswered = sheet.rows.len() - new - known - refused.len();
    let sum = Money::new(done.new_minor, Currency::KZT);
    if as_json {
        let said = json!({
            "payouts": sheet.rows.len(), "amount": sheet.sum.minor(), "currency": sheet.sum.currency(),
            "new": new, "new_amount": sum.minor(), "known_before": known, "refused": refused, "unanswered": unanswered,
        });
        print(&said.to_string())?;
    } else {
        let refused = refused.len();
        let rest = match unanswered {
            0 => String::new(),
            rest => format!(", {rest} unanswered or not sent"),
        };
        print(&format!(
            "{new} new ({sum}), {known} known before, {refused} refused{rest}"
        ))?;
    }
    if let Some(error) = done.stopped {
        return Err(error.context("stopped; run the same command again: nobody is paid twice"));
    }
    match refused.len() {
        0 => Ok(()),
        1 => bail!("one payout was refused, as told above"),
        many => bail!("{many} payouts were refused, as told above"),
    }
}
