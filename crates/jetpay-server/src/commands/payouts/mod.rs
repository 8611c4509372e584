//! `jetpay payouts`: makes, shows and resolves payouts by calling the running service.

mod export;
mod send;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::{AdminOptions, Request};
use super::table::{Column, column, money, named, rows, table, text};

#[derive(Subcommand)]
pub(super) enum Payouts {
    /// List payouts, oldest first
    List(List),
    /// Show one payout with its history
    Show(Show),
    /// Send a file of payouts; a second run of the same file sends no payout twice
    ///
    /// The file is CSV. Its first line names these columns, in any order:
    /// `key,account_number,amount,currency,customer_id,ip_address,first_name,last_name,email`
    ///
    /// `amount` is in minor units: 150000 is 1 500.00 KZT. `key` is your own id of the payout: use a new key for each
    /// payout that you ever make. The service does not pay a key a second time. The command checks all rows before it
    /// sends the first. It ends with 1 when a row is wrong, when the service refuses one, or when the service stops
    /// answering.
    Send(send::Send),
    /// Write a file of payouts that a person uploads in the platform's Dashboard; the service does not send them any more
    ///
    /// The service marks the payouts as `sent_by_hand` before the file appears. It refuses payouts that it sent already, or may
    /// have sent. The file holds the payees' data: only its owner can read it. Delete it after the upload.
    Export(export::Export),
    /// Say how a payout ended when the platform does not
    Resolve(Resolve),
}

#[derive(Args)]
pub(super) struct List {
    /// List only payouts in this state: created, unknown, `sent_by_hand`, accepted, paid, declined, rejected or reversed
    #[arg(long)]
    state: Option<String>,
    /// List only payouts to this customer
    #[arg(long, value_name = "CUSTOMER_ID")]
    customer: Option<String>,
    /// List only payouts with this idempotency key
    #[arg(long)]
    key: Option<String>,
    /// List only payouts of this project
    #[arg(long, value_name = "ID")]
    project: Option<u64>,
    /// List at most N payouts
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List only payouts after this one
    #[arg(long, value_name = "PAYMENT_ID")]
    after: Option<String>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct Show {
    /// The id of the payout
    payment_id: String,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct Resolve {
    /// The id of the payout
    payment_id: String,
    /// paid: the money left; declined: it did not leave and will not
    #[arg(long = "as", value_parser = ["paid", "declined"])]
    ending: String,
    /// How you know, in your own words and without a person's name; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Payouts {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => {
                let request = Request::get(&["payouts", &show.payment_id]);
                show.admin.call(&request, render)
            }
            Self::Send(send) => send.run(),
            Self::Export(export) => export.run(),
            Self::Resolve(resolve) => {
                let body = serde_json::json!({ "as": resolve.ending, "reason": resolve.reason });
                let request = Request::post(&["payouts", &resolve.payment_id, "resolve"], body);
                resolve.admin.call(&request, render)
            }
        }
    }
}

impl List {
    fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["payouts"])
            .with("state", self.state.as_ref())
            .with("customer_id", self.customer.as_ref())
            .with("idempotency_key", self.key.as_ref())
            .with("project_id", self.project)
            .with("limit", self.limit)
            .with("after", self.after.as_ref());
        self.admin.call(&request, render_list)
    }
}

const COLUMNS: &[Column] = &[
    column("payment", |payout| text(payout, "/payment_id")),
    column("created", |payout| text(payout, "/created_at")),
    column("state", state),
    column("amount", |payout| money(payout, "", "amount")),
    column("wallet", |payout| text(payout, "/account_number")),
    column("customer", |payout| text(payout, "/customer_id")),
    column("key", |payout| text(payout, "/idempotency_key")),
];

fn render_list(answer: &Value) -> String {
    let list = table(rows(answer, "payouts"), COLUMNS, "no payouts");
    match text(answer, "/next").as_str() {
        "" => list,
        next => format!("{list}there are more: --after {next}\n"),
    }
}

/// The state, with a remark when the payout is overdue.
fn state(payout: &Value) -> String {
    let state = text(payout, "/state");
    let is_open = matches!(
        state.as_str(),
        "created" | "unknown" | "sent_by_hand" | "accepted"
    );
    if is_open && payout["overdue"] == true {
        return format!("{state}, overdue");
    }
    state
}

const STEPS: &[Column] = &[
    column("time", |step| text(step, "/time")),
    column("what", |step| text(step, "/what")),
    column("entry", |step| text(step, "/entry")),
    column("amount", |step| money(step, "", "amount")),
    column("operation", |step| text(step, "/operation_id")),
    column("code", |step| text(step, "/code")),
    column("by", |step| text(step, "/by")),
    column("why", why),
];

fn render(payout: &Value) -> String {
    let mut steps = rows(payout, "history").to_vec();
    for step in &mut steps {
        step["currency"] = payout["currency"].clone();
    }
    let fields = named(&[
        ("payout", text(payout, "/payment_id")),
        ("state", state(payout)),
        ("amount", money(payout, "", "amount")),
        ("reserved", money(payout, "", "reserved")),
        ("paid", money(payout, "", "paid")),
        ("wallet", text(payout, "/account_number")),
        ("customer", text(payout, "/customer_id")),
        ("key", text(payout, "/idempotency_key")),
        ("project", text(payout, "/project_id")),
        ("method", text(payout, "/method")),
        ("request", text(payout, "/request_id")),
        ("created", text(payout, "/created_at")),
        ("changed", text(payout, "/changed_at")),
        ("next action", text(payout, "/due_at")),
    ]);
    fields + "\n" + &table(&steps, STEPS, "")
}

/// What the operation code means, then the message of the platform or of the operator.
fn why(step: &Value) -> String {
    match (text(step, "/text"), text(step, "/message")) {
        (meaning, message) if meaning.is_empty() => message,
        (meaning, message) if message.is_empty() => meaning,
        (meaning, message) => format!("{meaning}: {message}"),
    }
}
