//! `jetpay alarms`, `jetpay inbox` and `jetpay resolutions`: what an operator looks at and decides, by calling the running
//! service.

mod alarms;
mod inbox;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::{AdminOptions, Request};
use super::table::{Column, column, money, more, rows, table, text};

pub(super) use alarms::Alarms;
pub(super) use inbox::Inbox;

/// What the operator decides.
#[derive(Args)]
struct Decision {
    /// credit: the customer paid, so credit the amount; dismiss: do nothing; foreign: the payment is not ours
    #[arg(long, value_parser = ["credit", "dismiss", "foreign"])]
    verdict: String,
    /// The amount to credit, in minor units: 90000 is 900.00 KZT
    #[arg(long, value_name = "MINOR_UNITS")]
    amount: Option<i64>,
    /// The currency of the amount; without it, the configured currency
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Decision {
    /// The body of the request. Options that were not given are left out: the service says which fields are missing.
    fn body(&self) -> Value {
        let mut body = serde_json::json!({ "verdict": self.verdict, "reason": self.reason });
        if let Some(amount) = self.amount {
            body["amount"] = amount.into();
        }
        if let Some(currency) = &self.currency {
            body["currency"] = currency.as_str().into();
        }
        body
    }
}

#[derive(Subcommand)]
pub(super) enum Resolutions {
    /// List the resolutions, newest first
    List(List),
}

#[derive(Args)]
pub(super) struct List {
    /// List at most N resolutions
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List only resolutions before this number
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Resolutions {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let Self::List(list) = self;
        let request = Request::get(&["resolutions"])
            .with("before", list.before)
            .with("limit", list.limit);
        list.admin.call(&request, render_list)
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

fn render_list(answer: &Value) -> String {
    table(rows(answer, "resolutions"), COLUMNS, "no resolutions") + &more(answer)
}
