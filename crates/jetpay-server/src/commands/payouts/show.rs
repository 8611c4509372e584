//! `jetpay payouts show`.

use clap::Args;
use serde_json::Value;

use super::list::state;
use crate::commands::operator::Asking;
use crate::commands::operator::client::Request;
use crate::commands::operator::table::{Column, column, money, named, rows, table, text};

#[derive(Args)]
pub(in crate::commands) struct Show {
    /// The payout's id
    payment_id: String,
    #[command(flatten)]
    asking: Asking,
}

impl Show {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["payouts", &self.payment_id]);
        self.asking.ask(&request, shown)
    }
}

const STEPS: &[Column] = &[
    column("time", |step| text(step, "/time")),
    column("what", |step| text(step, "/what")),
    column("entry", |step| text(step, "/entry")),
    column("amount", |step| money(step, "", "amount")),
    column("operation", |step| text(step, "/operation_id")),
    column("code", |step| text(step, "/code")),
    column("why", why),
];

pub(super) fn shown(payout: &Value) -> String {
    let mut steps = rows(payout, "history").to_vec();
    for step in &mut steps {
        step["currency"] = payout["currency"].clone();
    }
    let shown = named(&[
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
        ("next look", text(payout, "/due_at")),
    ]);
    shown + "\n" + &table(&steps, STEPS, "")
}

/// Our words for the code, then the platform's or a person's.
fn why(step: &Value) -> String {
    match (text(step, "/text"), text(step, "/message")) {
        (ours, message) if ours.is_empty() => message,
        (ours, message) if message.is_empty() => ours,
        (ours, message) => format!("{ours}: {message}"),
    }
}
