//! `jetpay inbox`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Decision;
use crate::commands::client::{AdminOptions, Request};
use crate::commands::table::{Column, column, money, named, rows, table, text};

#[derive(Subcommand)]
pub(in crate::commands) enum Inbox {
    /// List the callbacks that name an unknown payment
    List(List),
    /// Say whose payment it is, or that it is not ours
    Resolve(Resolve),
}

#[derive(Args)]
pub(in crate::commands) struct List {
    /// List at most N callbacks
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(in crate::commands) struct Resolve {
    /// The payment id that the callbacks name
    payment_id: String,
    /// The customer to credit
    #[arg(long, value_name = "CUSTOMER_ID")]
    customer: Option<String>,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Inbox {
    pub(in crate::commands) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => {
                let request = Request::get(&["inbox"]).with("limit", list.limit);
                list.admin.call(&request, render_list)
            }
            Self::Resolve(resolve) => {
                let mut body = resolve.decision.body();
                if let Some(customer) = &resolve.customer {
                    body["customer_id"] = customer.as_str().into();
                }
                let request = Request::post(&["inbox", &resolve.payment_id, "resolve"], body);
                resolve.admin.call(&request, render_resolved)
            }
        }
    }
}

/// The last two columns are read from the message itself. They help a person to recognise the customer.
const COLUMNS: &[Column] = &[
    column("payment", |callback| text(callback, "/payment_id")),
    column("received", |callback| text(callback, "/received_at")),
    column("project", |callback| text(callback, "/project_id")),
    column("operation", |callback| text(callback, "/operation_id")),
    column("type", |callback| text(callback, "/operation_type")),
    column("status", |callback| text(callback, "/payment_status")),
    column("amount", |callback| money(callback, "", "amount")),
    column("account.number", |it| in_message(it, "/account/number")),
    column("customer.id", |it| in_message(it, "/customer/id")),
];

/// The text at a JSON pointer in the message as received.
fn in_message(callback: &Value, pointer: &str) -> String {
    let body = callback
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    text(&serde_json::from_str(body).unwrap_or_default(), pointer)
}

fn render_list(answer: &Value) -> String {
    table(rows(answer, "callbacks"), COLUMNS, "the inbox is empty")
}

/// The answer to a credit is the payment; the answer to another verdict is empty.
fn render_resolved(payment: &Value) -> String {
    if payment.is_null() {
        return "the service now acknowledges the waiting callbacks of this payment".to_owned();
    }
    let rendered = named(&[
        ("payment", text(payment, "/payment_id")),
        ("customer", text(payment, "/customer_id")),
        ("amount", money(payment, "", "amount")),
        ("state", text(payment, "/state")),
        ("credited", money(payment, "", "credited")),
    ]);
    let note = match text(payment, "/state").as_str() {
        "pending" => "nothing is credited yet: no callback says that the payment succeeded\n",
        "quarantined" => {
            "nothing is credited: a callback does not fit what you entered; see `jetpay alarms list`\n"
        }
        _ => "",
    };
    rendered + note
}
