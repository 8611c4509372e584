//! `jetpay alarms`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Decision;
use crate::commands::client::{AdminOptions, Request};
use crate::commands::table::{Column, column, money, more, named, rows, table, text};

#[derive(Subcommand)]
pub(in crate::commands) enum Alarms {
    /// List the open alarms, newest first
    List(List),
    /// Show one alarm, with its callbacks as received
    Show(Show),
    /// Record a decision about an alarm, and carry it out
    Resolve(Resolve),
}

#[derive(Args)]
pub(in crate::commands) struct List {
    /// List the resolved alarms instead
    #[arg(long, conflicts_with = "all")]
    resolved: bool,
    /// List open and resolved alarms
    #[arg(long)]
    all: bool,
    /// List at most N alarms
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List only alarms before this number
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(in crate::commands) struct Show {
    /// The number of the alarm
    seq: i64,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The number of the alarm
    seq: i64,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Alarms {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => {
                let request = Request::get(&["alarms"])
                    .with("resolved", (!list.all).then_some(list.resolved))
                    .with("before", list.before)
                    .with("limit", list.limit);
                list.admin.call(&request, render_list)
            }
            Self::Show(show) => {
                let request = Request::get(&["alarms", &show.seq.to_string()]);
                show.admin.call(&request, render)
            }
            Self::Resolve(resolve) => {
                let path = ["alarms", &resolve.seq.to_string(), "resolve"];
                let request = Request::post(&path, resolve.decision.body());
                resolve.admin.call(&request, render)
            }
        }
    }
}

const COLUMNS: &[Column] = &[
    column("seq", |alarm| text(alarm, "/seq")),
    column("time", |alarm| text(alarm, "/time")),
    column("kind", |alarm| text(alarm, "/kind")),
    column("project", |alarm| text(alarm, "/project_id")),
    column("payment", |alarm| text(alarm, "/payment_id")),
    column("operation", |alarm| text(alarm, "/operation_id")),
    column("resolved", verdict),
];

fn render_list(answer: &Value) -> String {
    table(rows(answer, "alarms"), COLUMNS, "no alarms") + &more(answer)
}

/// The verdict with the credited amount, or `open`.
fn verdict(alarm: &Value) -> String {
    match text(alarm, "/resolution/verdict").as_str() {
        "" => "open".to_owned(),
        "credit" => format!("credit {}", money(alarm, "/resolution", "amount")),
        other => other.to_owned(),
    }
}

fn render(alarm: &Value) -> String {
    let mut rendered = named(&[
        ("alarm", text(alarm, "/seq")),
        ("time", text(alarm, "/time")),
        ("kind", text(alarm, "/kind")),
        ("reason", text(alarm, "/reason")),
        ("project", text(alarm, "/project_id")),
        ("payment", text(alarm, "/payment_id")),
        ("operation", text(alarm, "/operation_id")),
        ("resolved", verdict(alarm)),
        ("resolved at", text(alarm, "/resolution/time")),
        ("resolved because", text(alarm, "/resolution/reason")),
    ]);
    for index in 0..rows(alarm, "callbacks").len() {
        rendered += "\n";
        rendered += &text(alarm, &format!("/callbacks/{index}"));
        rendered += "\n";
    }
    rendered
}
