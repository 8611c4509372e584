//! `jetpay payouts send`: sends a file of payouts.

mod known;
mod rows;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use actix_web::rt::System;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use futures_util::StreamExt;
use futures_util::stream;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::commands::client::{Answer, Client, Request, print};
use crate::commands::import::progress;
use crate::commands::rows::{self as row_file, BadLine, RowFile};
use crate::commands::table::text;
use crate::config::AdminAccess;
use rows::Row;

/// Parallel requests: enough to keep the service's writer busy, few enough to leave room for other callers.
const PARALLEL: usize = 8;

#[derive(Args)]
pub(in crate::commands) struct Send {
    /// The CSV file, or `-` for standard input
    file: PathBuf,
    /// The project that pays; needed only when the configuration has several
    #[arg(long, value_name = "ID")]
    project: Option<u64>,
    /// Send nothing: check the file, and show which of its keys the service already knows
    #[arg(long)]
    dry_run: bool,
    /// Do not ask about rows that look like another payout of the last day
    #[arg(long)]
    yes: bool,
    /// The configuration of the running service
    #[arg(long, value_name = "FILE", default_value = "jetpay.toml")]
    config: PathBuf,
    /// The name of the token in the configuration; without it, the first one that the command can read
    #[arg(long, value_name = "NAME")]
    token: Option<String>,
    /// Print the result as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// The checked file.
struct Sheet {
    rows: Vec<Row>,
    sum: Money,
}

impl Send {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let access = AdminAccess::read(&self.config, self.token.as_deref())?;
        let project = self.project(&access.projects)?;
        let sheet = self.sheet(project)?;
        if !self.json {
            let count = match sheet.rows.len() {
                1 => "one payout".to_owned(),
                count => format!("{count} payouts"),
            };
            print(&format!("{count}, {} in all", sheet.sum))?;
        }
        let client = Client::new(&access)?;
        let system = System::new();
        let name = row_file::name(&self.file);
        let rows = &sheet.rows;
        let unseen = |row: &Row| !row.unseen().is_empty();
        if self.dry_run || !self.yes || rows.iter().any(unseen) {
            let known = system.block_on(known::known(&client, project, rows))?;
            let new = rows.iter().filter(|row| !known.contains_key(&row.line));
            let new: Vec<&Row> = new.collect();
            let bad: Vec<_> = new.iter().flat_map(|row| row.unseen()).collect();
            refuse(&self.file, &bad)?;
            let doubles = system.block_on(known::doubles(&client, &new))?;
            if self.dry_run {
                row_file::show(&self.file, &doubles);
                let beyond = if access.from_balance {
                    system.block_on(known::beyond_balance(&client, &new))?
                } else {
                    Vec::new()
                };
                row_file::show(&self.file, &beyond);
                return known::report(&sheet, &known, &beyond, self.json);
            }
            if !self.yes {
                known::ask(&doubles, &self.file)?;
            }
        }
        let result = system.block_on(send(&client, &sheet.rows, &name));
        report(&sheet, result, self.json)
    }

    fn project(&self, known: &[ProjectId]) -> anyhow::Result<ProjectId> {
        let list = || {
            let ids: Vec<_> = known.iter().map(ToString::to_string).collect();
            ids.join(", ")
        };
        let file = self.config.display();
        match (self.project.map(ProjectId::new), known) {
            (Some(id), known) if known.contains(&id) => Ok(id),
            (Some(id), _) => bail!(
                "project {id} is not in {file}; its projects are: {}",
                list()
            ),
            (None, [one]) => Ok(*one),
            (None, []) => bail!("there is no [[project]] in {file}"),
            (None, _) => bail!(
                "there are several projects in {file}: name the one that pays with --project; its projects are: {}",
                list()
            ),
        }
    }

    /// Reads the file and checks every row.
    fn sheet(&self, project: ProjectId) -> anyhow::Result<Sheet> {
        let read = RowFile::open(&self.file).and_then(|file| rows::read(file, project));
        let name = row_file::name(&self.file);
        let (rows, bad) = read.with_context(|| format!("{name}: nothing was sent"))?;
        refuse(&self.file, &bad)?;
        let nothing = Money::new(0, Currency::KZT);
        let sum = rows.iter().try_fold(nothing, |sum, row| {
            sum.checked_add(row.payout_request.amount)
        });
        let sum = sum.context("nothing was sent: the sum of all rows is too large")?;
        Ok(Sheet { rows, sum })
    }
}

/// Shows the bad lines of the file. It is an error when there is one.
fn refuse(file: &Path, bad: &[BadLine]) -> anyhow::Result<()> {
    row_file::show(file, bad);
    match bad.len() {
        0 => Ok(()),
        1 => bail!(
            "nothing was sent: the file has the error above; correct it and run the command again"
        ),
        count => bail!(
            "nothing was sent: the file has the {count} errors above; correct them and run the command again"
        ),
    }
}

/// The results of the rows.
#[derive(Default)]
struct SendResult {
    /// Payouts that the service accepted now, and their sum in minor units.
    new: usize,
    new_minor: i64,
    /// Payouts that the service knew before.
    known: usize,
    refused: Vec<RefusedRow>,
    /// Why the remaining rows were not sent.
    stopped: Option<anyhow::Error>,
}

#[derive(Serialize)]
struct RefusedRow {
    line: u64,
    key: String,
    message: String,
}

impl SendResult {
    /// Adds the answer to a row, and returns why the service refused it. After any other answer no further row is begun.
    fn add(&mut self, row: &Row, answer: anyhow::Result<Answer>) -> Option<String> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.stopped.get_or_insert(error);
                return None;
            }
        };
        let is_payout = !text(&answer.body, "/payment_id").is_empty();
        let is_configured = text(&answer.body, "/error/code") != "not_configured";
        match answer.status {
            StatusCode::ACCEPTED if is_payout => {
                self.new += 1;
                self.new_minor += row.payout_request.amount.minor();
            }
            StatusCode::OK if is_payout => self.known += 1,
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY if is_configured => {
                let message = answer.refusal();
                self.refused.push(RefusedRow {
                    line: row.line,
                    key: row.payout_request.idempotency_key.clone(),
                    message: message.clone(),
                });
                return Some(message);
            }
            _ => {
                self.stopped.get_or_insert(anyhow!("{}", answer.refusal()));
            }
        }
        None
    }
}

/// Sends the rows. When the service does not answer one, no further row is begun.
async fn send(client: &Client<'_>, rows: &[Row], file: &str) -> SendResult {
    let bar = progress(rows.len() as u64);
    let result = RefCell::new(SendResult::default());
    let one = async |row: &Row| {
        if result.borrow().stopped.is_some() {
            return;
        }
        let answer = match serde_json::to_value(&row.payout_request) {
            Ok(body) => client.send(&Request::post(&["payouts"], body)).await,
            Err(error) => Err(error.into()),
        };
        if let Some(message) = result.borrow_mut().add(row, answer) {
            bar.suspend(|| eprintln!("{file}:{}: {message}", row.line));
        }
        bar.inc(1);
    };
    let all = stream::iter(rows).map(one).buffer_unordered(PARALLEL);
    all.for_each(|()| std::future::ready(())).await;
    bar.finish_and_clear();
    let mut result = result.into_inner();
    result.refused.sort_by_key(|refused| refused.line);
    result
}

/// Prints the result. It is an error when the service refused a row, or when not all rows were sent.
fn report(sheet: &Sheet, result: SendResult, as_json: bool) -> anyhow::Result<()> {
    let SendResult {
        new,
        known,
        refused,
        ..
    } = &result;
    let unanswered = sheet.rows.len() - new - known - refused.len();
    let sum = Money::new(result.new_minor, Currency::KZT);
    if as_json {
        let result = json!({
            "payouts": sheet.rows.len(), "amount": sheet.sum.minor(), "currency": sheet.sum.currency(),
            "new": new, "new_amount": sum.minor(), "known_before": known, "refused": refused, "unanswered": unanswered,
        });
        print(&result.to_string())?;
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
    if let Some(error) = result.stopped {
        return Err(error.context(
            "the command stopped; run it again: the service does not pay a key a second time",
        ));
    }
    match refused.len() {
        0 => Ok(()),
        1 => bail!("the service refused one payout, see above"),
        many => bail!("the service refused {many} payouts, see above"),
    }
}
