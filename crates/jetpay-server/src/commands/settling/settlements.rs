//! `jetpay settlements`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Asking;
use super::client::Request;
use super::table::{Column, column, money, more, rows, table, text};

#[derive(Subcommand)]
pub(in crate::commands) enum Settlements {
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

impl Settlements {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        let Self::List(list) = self;
        let request = Request::get(&["settlements"])
            .with("before", list.before)
            .with("limit", list.limit);
        list.asking.ask(&request, listed)
    }
}

const COLUMNS: &[Column] = &[
    column("seq", |settlement| text(settlement, "/seq")),
    column("time", |settlement| text(settlement, "/time")),
    column("verdict", |settlement| text(settlement, "/verdict")),
    column("amount", |settlement| money(settlement, "", "amount")),
    column("alarm", |settlement| text(settlement, "/alarm_seq")),
    column("payment", |settlement| text(settlement, "/payment_id")),
    column("operation", |settlement| text(settlement, "/operation_id")),
    column("reason", |settlement| text(settlement, "/reason")),
];

fn listed(answer: &Value) -> String {
    table(rows(answer, "settlements"), COLUMNS, "no settlements") + &more(answer)
}
