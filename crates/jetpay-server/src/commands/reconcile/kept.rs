//! `jetpay reconcile runs`, `show` and `resolve`: what the running service has recorded.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jetpay_ledger::DifferenceVerdict;
use serde_json::{Value, json};

use super::borders::Zone;
use super::report::{self, ReportFile};
use crate::commands::client::{AdminOptions, Request};
use crate::commands::table::{Column, column, more, rows, table, text};
use crate::reconcile::view::{RunView, differences};

#[derive(Args)]
pub(in crate::commands) struct Runs {
    /// List at most N reconciliations
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List only reconciliations before this number
    #[arg(long, value_name = "RUN")]
    before: Option<i64>,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Runs {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["reconciliations"])
            .with("before", self.before)
            .with("limit", self.limit);
        self.admin.call(&request, render_runs)
    }
}

const COLUMNS: &[Column] = &[
    column("run", |run| text(run, "/run")),
    column("time", |run| text(run, "/time")),
    column("from", |run| text(run, "/from")),
    column("to", |run| text(run, "/to")),
    column("sources", |run| {
        let names = rows(run, "sources")
            .iter()
            .map(|source| text(source, "/name"));
        names.collect::<Vec<_>>().join(", ")
    }),
    column("differences", |run| found(run).to_string()),
    column("by", |run| match text(run, "/by") {
        by if by.is_empty() => "the schedule".to_owned(),
        by => by,
    }),
];

/// How many differences a run found.
fn found(run: &Value) -> u64 {
    serde_json::from_value(run["counts"].clone()).map_or(0, |counts| differences(&counts))
}

fn render_runs(answer: &Value) -> String {
    table(
        rows(answer, "reconciliations"),
        COLUMNS,
        "no reconciliations\n",
    ) + &more(answer)
}

#[derive(Args)]
pub(in crate::commands) struct Show {
    /// The number of the reconciliation
    run: i64,
    /// Show all results, and not the first 1000 alone
    #[arg(long)]
    all: bool,
    /// The time zone of the times that are shown, such as Asia/Almaty
    #[arg(long, value_name = "NAME", default_value = "UTC")]
    zone: String,
    /// Write all of it into this file, which must not exist; give it several times for several files
    #[arg(long, value_name = "FILE.html|.csv")]
    report: Vec<PathBuf>,
    #[command(flatten)]
    admin: AdminOptions,
}

/// Results of one request: the most that the service gives.
const PAGE: usize = 1000;

impl Show {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let zone = Zone::named(&self.zone)?;
        let files = ReportFile::all(&self.report)?;
        let mut answer = self.page(0)?;
        let is_all = self.all || !files.is_empty();
        while let (true, Some(next)) = (is_all, answer["next"].as_i64()) {
            let mut further = self.page(next)?;
            if let (Some(results), Some(more)) = (
                answer["results"].as_array_mut(),
                further["results"].as_array_mut(),
            ) {
                results.append(more);
            }
            answer["next"] = further["next"].take();
        }
        if is_all && let Some(answer) = answer.as_object_mut() {
            answer.remove("next");
        }
        let shown = serde_json::from_value(answer.clone());
        let shown: RunView = shown.context(
            "the service's answer cannot be read: is it another version than this command?",
        )?;
        self.admin.print(&answer, |_| {
            let mut text = report::text(&shown, &zone);
            if shown.next.is_some() {
                text += "There are more results: --all\n";
            }
            text
        })?;
        for file in files {
            file.write(&shown, &zone)?;
        }
        Ok(())
    }

    /// The reconciliation, with the results behind the first `after`.
    fn page(&self, after: i64) -> anyhow::Result<Value> {
        let request = Request::get(&["reconciliations", &self.run.to_string()])
            .with("after", Some(after))
            .with("limit", Some(PAGE));
        self.admin.answer(&request)
    }
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The id of the difference, such as 1234-2802000002-not_credited
    id: String,
    /// foreign: the operation is not yours; accepted: it is as it is, and nothing is to be done
    #[arg(long, value_parser = DifferenceVerdict::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>())]
    verdict: String,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Resolve {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let body = json!({"verdict": self.verdict, "reason": self.reason});
        let request = Request::post(
            &["reconciliations", "differences", &self.id, "resolve"],
            body,
        );
        self.admin.call(&request, |answer| {
            format!("{} is {}", text(answer, "/id"), text(answer, "/state"))
        })
    }
}
