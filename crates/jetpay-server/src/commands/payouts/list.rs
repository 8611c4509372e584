//! `jetpay payouts list`.

use clap::Args;
use serde_json::Value;

use crate::commands::operator::Asking;
use crate::commands::operator::client::Request;
use crate::commands::operator::table::{Column, column, money, rows, table, text};

#[derive(Args)]
pub(in crate::commands) struct List {
    /// Only those in this state: created, unknown, accepted, paid, declined, rejected or reversed
    #[arg(long)]
    state: Option<String>,
    /// Only those of this customer
    #[arg(long, value_name = "CUSTOMER_ID")]
    customer: Option<String>,
    /// Only those under this key
    #[arg(long)]
    key: Option<String>,
    /// Only those of this project
    #[arg(long, value_name = "ID")]
    project: Option<u64>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only those after this one
    #[arg(long, value_name = "PAYMENT_ID")]
    after: Option<String>,
    #[command(flatten)]
    asking: Asking,
}

impl List {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["payouts"])
            .with("state", self.state.as_ref())
            .with("customer_id", self.customer.as_ref())
            .with("idempotency_key", self.key.as_ref())
            .with("project_id", self.project)
            .with("limit", self.limit)
            .with("after", self.after.as_ref());
        self.asking.ask(&request, listed)
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

fn listed(answer: &Value) -> String {
    let listed = table(rows(answer, "payouts"), COLUMNS, "no payouts");
    match text(answer, "/next").as_str() {
        "" => listed,
        next => format!("{listed}there are more: --after {next}\n"),
    }
}

/// Where it stands, and whether that takes too long.
pub(super) fn state(payout: &Value) -> String {
    let state = text(payout, "/state");
    let is_open = matches!(state.as_str(), "created" | "unknown" | "accepted");
    if is_open && payout["overdue"] == true {
        return format!("{state}, overdue");
    }
    state
}
