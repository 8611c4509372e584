//! `jetpay resolutions`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Asking;
use super::client::Request;
use super::table::{Column, column, money, more, rows, table, text};

#[derive(Subcommand)]
pub(in crate::commands) enum Resolutions {
    /// List what persons decided, the newest first
    List(List),
}

#[derive(Args)]
pub(in crate::commands) struct List {
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only those before this one
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    #[command(flatten)]
    asking: Asking,
}

impl Resolutions {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let Self::List(list) = self;
        let request = Request::get(&["resolutions"])
            .with("before", list.before)
            .with("limit", list.limit);
        list.asking.ask(&request, listed)
    }
}

const COLUMNS: &[Column] = &[
    column("seq", |resolution| text(resolution, "/seq")),
    column("time", |resolution| text(resolution, "/time")),
    column("verdict", |resolution| text(resolution, "/verdict")),
    column("amount", |resolution| money(resolution, "", "amount")),
    column("alarm", |resolution| text(resolution, "/alarm_seq")),
    column("payment", |resolution| text(resolution, "/payment_id")),
    column("operation", |resolution| text(resolution, "/operation_id")),
    column("reason", |resolution| text(resolution, "/reason")),
];

fn listed(answer: &Value) -> String {
    table(rows(answer, "resolutions"), COLUMNS, "no resolutions") + &more(answer)
}
