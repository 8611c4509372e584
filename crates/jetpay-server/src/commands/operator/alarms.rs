//! `jetpay alarms`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::Request;
use super::table::{Column, column, money, more, named, rows, table, text};
use super::{Asking, Decision};

#[derive(Subcommand)]
pub(in crate::commands) enum Alarms {
    /// List those that nobody has resolved, the newest first
    List(List),
    /// Show one, with the callbacks that it is about as they were received
    Show(Show),
    /// Record what you decided about one, and do it
    Resolve(Resolve),
}

#[derive(Args)]
pub(in crate::commands) struct List {
    /// Only those that are resolved
    #[arg(long, conflicts_with = "all")]
    resolved: bool,
    /// The resolved ones, too
    #[arg(long)]
    all: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only those before this one
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    #[command(flatten)]
    asking: Asking,
}

#[derive(Args)]
pub(in crate::commands) struct Show {
    /// The alarm's number
    seq: i64,
    #[command(flatten)]
    asking: Asking,
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The alarm's number
    seq: i64,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    asking: Asking,
}

impl Alarms {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => {
                let request = Request::get(&["alarms"])
                    .with("resolved", (!list.all).then_some(list.resolved))
                    .with("before", list.before)
                    .with("limit", list.limit);
                list.asking.ask(&request, listed)
            }
            Self::Show(show) => {
                let request = Request::get(&["alarms", &show.seq.to_string()]);
                show.asking.ask(&request, shown)
            }
            Self::Resolve(resolve) => {
                let path = ["alarms", &resolve.seq.to_string(), "resolve"];
                let request = Request::post(&path, resolve.decision.body());
                resolve.asking.ask(&request, shown)
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

fn listed(answer: &Value) -> String {
    table(rows(answer, "alarms"), COLUMNS, "no alarms") + &more(answer)
}

/// The verdict and what it credits; `open` when there is none.
fn verdict(alarm: &Value) -> String {
    match text(alarm, "/resolution/verdict").as_str() {
        "" => "open".to_owned(),
        "credit" => format!("credit {}", money(alarm, "/resolution", "amount")),
        other => other.to_owned(),
    }
}

fn shown(alarm: &Value) -> String {
    let mut shown = named(&[
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
        shown += "\n";
        shown += &text(alarm, &format!("/callbacks/{index}"));
        shown += "\n";
    }
    shown
}
