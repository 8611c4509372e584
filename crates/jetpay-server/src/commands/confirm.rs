//! `jetpay payments confirm`: asks the platform about a payment whose callback is missing, and applies its signed answer, by
//! calling the running service.

use std::io::IsTerminal;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::client::{AdminOptions, Request};
use super::confirmed;
use super::table::{Column, column, money, named, rows, table, text};

#[derive(Args)]
pub(super) struct ConfirmPayment {
    /// The id of the payment
    payment_id: String,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT", required_unless_present = "show")]
    reason: Option<String>,
    /// Show what the platform says, and apply nothing
    #[arg(long, conflicts_with_all = ["reason", "yes"])]
    show: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    admin: AdminOptions,
}

impl ConfirmPayment {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let path = ["payments", &self.payment_id, "confirm"];
        let mut body = json!({"dry_run": true});
        let said = self.admin.answer(&Request::post(&path, body.clone()))?;
        if self.show {
            return self.admin.print(&said, render);
        }
        if !self.admin.json {
            eprintln!("{}", render(&said).trim_end());
        }
        let advice = text(&said, "/advice");
        if !advice.is_empty() {
            bail!("{advice}");
        }
        if !self.yes {
            if !std::io::stdin().is_terminal() {
                bail!(
                    "nothing is applied: standard input is no terminal to ask on; add --yes to apply what the platform says"
                );
            }
            if !confirmed("Apply this to the ledger?")? {
                bail!("nothing is applied; answer y, or use --yes");
            }
        }
        body = json!({"reason": self.reason});
        self.admin.call(&Request::post(&path, body), render)
    }
}

const OPERATIONS: &[Column] = &[
    column("operation", |operation| text(operation, "/operation_id")),
    column("type", |operation| text(operation, "/operation_type")),
    column("status", |operation| text(operation, "/operation_status")),
    column("amount", |operation| money(operation, "", "amount")),
    column("time", |operation| text(operation, "/date")),
    column("receipt", |operation| {
        text(operation, "/provider_payment_id")
    }),
    column("code", |operation| {
        match text(operation, "/code").as_str() {
            "" => String::new(),
            code => format!("{code}: {}", text(operation, "/text")),
        }
    }),
    column("ledger", in_ledger),
];

/// What the ledger did with an operation, or whether it has it.
fn in_ledger(operation: &Value) -> String {
    match text(operation, "/outcome").as_str() {
        "" if operation["stored"] == true => "has it",
        "" => "does not have it",
        "noted" => "nothing to do",
        "repeated" => "had it already",
        "quarantined" => "quarantined: see `jetpay alarms list`",
        outcome => outcome,
    }
    .to_owned()
}

fn render(answer: &Value) -> String {
    let signature = if answer["signed"] == true {
        "signed with the project's secret"
    } else {
        "not signed: it proves nothing and cannot be applied"
    };
    let head = named(&[
        ("payment", text(answer, "/payment/payment_id")),
        ("amount", money(answer, "/payment", "amount")),
        (
            "the platform says",
            format!("{} ({signature})", text(answer, "/payment_status")),
        ),
        ("the ledger says", text(answer, "/payment/state")),
        ("remaining", money(answer, "/payment", "remaining")),
        ("but", text(answer, "/advice")),
    ]);
    let none = "the platform names no operation\n";
    let operations = table(rows(answer, "operations"), OPERATIONS, none);
    format!("{head}\n{operations}")
}
