//! `jetpay inbox`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::Request;
use super::table::{Column, column, money, named, rows, table, text};
use super::{Asking, Decision};

#[derive(Subcommand)]
pub(in crate::commands) enum Inbox {
    /// List the callbacks whose payment nobody knows
    List(List),
    /// Say whose payment it is, or that it is not ours
    Resolve(Resolve),
}

#[derive(Args)]
pub(in crate::commands) struct List {
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    asking: Asking,
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The id that the callbacks name
    payment_id: String,
    /// Whom to credit
    #[arg(long, value_name = "CUSTOMER_ID")]
    customer: Option<String>,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    asking: Asking,
}

impl Inbox {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => {
                let request = Request::get(&["inbox"]).with("limit", list.limit);
                list.asking.ask(&request, listed)
            }
            Self::Resolve(resolve) => {
                let mut body = resolve.decision.body();
                if let Some(customer) = &resolve.customer {
                    body["customer_id"] = customer.as_str().into();
                }
                let request = Request::post(&["inbox", &resolve.payment_id, "resolve"], body);
                resolve.asking.ask(&request, resolved)
            }
        }
    }
}

/// The last two are the message's own. They match nothing that we sent; a person may still know whose they are.
const COLUMNS: &[Column] = &[
    column("payment", |callback| text(callback, "/payment_id")),
    column("received", |callback| text(callback, "/received_at")),
    column("project", |callback| text(callback, "/project_id")),
    column("operation", |callback| text(callback, "/operation_id")),
    column("type", |callback| text(callback, "/operation_type")),
    column("status", |callback| text(callback, "/payment_status")),
    column("amount", |callback| money(callback, "", "amount")),
    column("account.number", |callback| {
        said(callback, "/account/number")
    }),
    column("customer.id", |callback| said(callback, "/customer/id")),
];

/// What the message itself says.
fn said(callback: &Value, place: &str) -> String {
    let body = callback
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    text(&serde_json::from_str(body).unwrap_or_default(), place)
}

fn listed(answer: &Value) -> String {
    table(rows(answer, "callbacks"), COLUMNS, "the inbox is empty")
}

/// A credit is answered with the payment, a dismissal with nothing.
fn resolved(payment: &Value) -> String {
    if payment.is_null() {
        return "what waited for this payment is acknowledged from now on".to_owned();
    }
    let shown = named(&[
        ("payment", text(payment, "/payment_id")),
        ("customer", text(payment, "/customer_id")),
        ("amount", money(payment, "", "amount")),
        ("state", text(payment, "/state")),
        ("credited", money(payment, "", "credited")),
    ]);
    let note = match text(payment, "/state").as_str() {
        "pending" => "nothing is credited yet: no callback says that it was paid\n",
        "quarantined" => {
            "nothing is credited: a callback does not fit what you said; see `jetpay alarms list`\n"
        }
        _ => "",
    };
    shown + note
}
