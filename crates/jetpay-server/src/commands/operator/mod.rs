//! `jetpay alarms`, `jetpay inbox`, `jetpay resolutions` and `jetpay entries`: what an operator looks at and decides, by calling the running
//! service.

mod inbox;
mod together;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use jetpay_ledger::AlarmKind;
use jetpay_platform::visible;
use serde_json::Value;

use super::client::{AdminOptions, Request};
use super::table::{Column, column, money, more, named, rows, table, text};

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
    /// Credit the amount although neither the callback nor the payment says it, or although the payment is credited already;
    /// the service records that
    #[arg(long = "override")]
    overrides: bool,
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
        if self.overrides {
            body["override"] = true.into();
        }
        body
    }
}

#[derive(Subcommand)]
pub(super) enum Alarms {
    /// List the open alarms, newest first
    List(ListAlarms),
    /// Show one alarm, with its callbacks as received
    Show(ShowAlarm),
    /// Record a decision about an alarm, and carry it out; or about many alarms, which credits nothing
    Resolve(ResolveAlarms),
}

/// The words of all kinds of alarms.
fn kinds() -> PossibleValuesParser {
    AlarmKind::ALL.iter().map(|kind| kind.as_str()).into()
}

#[derive(Args)]
pub(super) struct ListAlarms {
    /// List only alarms of these kinds, with commas between
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true)]
    kind: Vec<String>,
    /// List the resolved alarms instead
    #[arg(long, conflicts_with = "all")]
    resolved: bool,
    /// List open and resolved alarms
    #[arg(long)]
    all: bool,
    /// List at most N alarms
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List only alarms before this number
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct ShowAlarm {
    /// The number of the alarm
    seq: i64,
    #[command(flatten)]
    admin: AdminOptions,
}

#[derive(Args)]
pub(super) struct ResolveAlarms {
    /// The numbers of the alarms, with spaces or commas between
    #[arg(
        value_name = "SEQ",
        value_delimiter = ',',
        required_unless_present = "kind",
        conflicts_with = "kind"
    )]
    seqs: Vec<i64>,
    /// Resolve all open alarms of these kinds, with commas between: shows how many they are, and asks
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true)]
    kind: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    decision: Decision,
    /// The id of the operation to credit, as the platform's account shows it; only for an alarm that names none
    #[arg(long, value_name = "ID")]
    operation: Option<String>,
    /// Credit after all what was dismissed or called foreign; that decision stays on record
    #[arg(long)]
    undo_dismissal: bool,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Alarms {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::List(list) => {
                let kind = (!list.kind.is_empty()).then(|| list.kind.join(","));
                let request = Request::get(&["alarms"])
                    .with("kind", kind)
                    .with("resolved", (!list.all).then_some(list.resolved))
                    .with("before", list.before)
                    .with("limit", list.limit);
                list.admin.call(&request, render_alarms)
            }
            Self::Show(show) => {
                let request = Request::get(&["alarms", &show.seq.to_string()]);
                show.admin.call(&request, render_alarm)
            }
            Self::Resolve(resolve) => {
                let mut body = resolve.decision.body();
                if let Some(operation) = &resolve.operation {
                    body["operation_id"] = operation.as_str().into();
                }
                if resolve.undo_dismissal {
                    body["undo_dismissal"] = true.into();
                }
                let [seq] = resolve.seqs[..] else {
                    return together::resolve(resolve, body);
                };
                let request = Request::post(&["alarms", &seq.to_string(), "resolve"], body);
                resolve.admin.call(&request, render_alarm)
            }
        }
    }
}

const ALARM_COLUMNS: &[Column] = &[
    column("seq", |alarm| text(alarm, "/seq")),
    column("time", |alarm| text(alarm, "/time")),
    column("kind", |alarm| text(alarm, "/kind")),
    column("project", |alarm| text(alarm, "/project_id")),
    column("payment", |alarm| text(alarm, "/payment_id")),
    column("operation", |alarm| text(alarm, "/operation_id")),
    column("what happened", |alarm| text(alarm, "/summary")),
    column("resolved", verdict),
];

fn render_alarms(answer: &Value) -> String {
    table(rows(answer, "alarms"), ALARM_COLUMNS, "no alarms") + &more(answer)
}

/// The verdict with the credited amount, or `open`.
pub(super) fn verdict(alarm: &Value) -> String {
    match text(alarm, "/resolution/verdict").as_str() {
        "" => "open".to_owned(),
        "credit" => {
            let amount = money(alarm, "/resolution", "amount");
            let overridden = alarm.pointer("/resolution/override").is_some();
            format!(
                "credit {amount}{}",
                if overridden { ", overridden" } else { "" }
            )
        }
        other => other.to_owned(),
    }
}

fn render_alarm(alarm: &Value) -> String {
    let mut rendered = named(&[
        ("alarm", text(alarm, "/seq")),
        ("time", text(alarm, "/time")),
        ("kind", text(alarm, "/kind")),
        ("what happened", text(alarm, "/summary")),
        ("what to do", text(alarm, "/advice")),
        ("reason", text(alarm, "/reason")),
        ("project", text(alarm, "/project_id")),
        ("payment", text(alarm, "/payment_id")),
        ("operation", text(alarm, "/operation_id")),
        ("endpoint", text(alarm, "/endpoint")),
        ("entry", text(alarm, "/entry_seq")),
        ("amount", money(alarm, "", "amount")),
        ("expected", money(alarm, "/expected", "amount")),
        ("resolved", verdict(alarm)),
        ("resolved at", text(alarm, "/resolution/time")),
        ("resolved by", text(alarm, "/resolution/by")),
        ("resolved because", text(alarm, "/resolution/reason")),
        ("undone by a credit of", text(alarm, "/undone_by/by")),
    ]);
    for command in rows(alarm, "commands") {
        rendered += &["  ", &text(command, ""), "\n"].concat();
    }
    for index in 0..rows(alarm, "callbacks").len() {
        rendered += "\n";
        let body = alarm.pointer(&format!("/callbacks/{index}"));
        rendered += &visible::lines(body.and_then(Value::as_str).unwrap_or_default());
        rendered += "\n";
    }
    rendered
}

#[derive(Subcommand)]
pub(super) enum Resolutions {
    /// List the resolutions, newest first
    List(ListResolutions),
}

#[derive(Args)]
pub(super) struct ListResolutions {
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
        list.admin.call(&request, render_resolutions)
    }
}

const RESOLUTION_COLUMNS: &[Column] = &[
    column("seq", |resolution| text(resolution, "/seq")),
    column("time", |resolution| text(resolution, "/time")),
    column("verdict", |resolution| text(resolution, "/verdict")),
    column("amount", |resolution| money(resolution, "", "amount")),
    column("override", |resolution| text(resolution, "/override")),
    column("corrects", |resolution| text(resolution, "/corrects")),
    column("alarm", |resolution| text(resolution, "/alarm_seq")),
    column("payment", |resolution| text(resolution, "/payment_id")),
    column("operation", |resolution| text(resolution, "/operation_id")),
    column("by", |resolution| text(resolution, "/by")),
    column("reason", |resolution| text(resolution, "/reason")),
];

fn render_resolutions(answer: &Value) -> String {
    table(
        rows(answer, "resolutions"),
        RESOLUTION_COLUMNS,
        "no resolutions",
    ) + &more(answer)
}

#[derive(Subcommand)]
pub(super) enum Entries {
    /// Undo an entry: a new entry has its amount with the other sign
    ///
    /// An entry is corrected once. The operation of a corrected credit credits nothing again. A refund of the same money
    /// raises an alarm instead of taking it twice.
    Correct(CorrectEntry),
}

#[derive(Args)]
pub(super) struct CorrectEntry {
    /// The number of the entry, as the feed has it
    seq: i64,
    /// Why, in your own words; the service records it for ever
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Entries {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let Self::Correct(correct) = self;
        let body = serde_json::json!({ "reason": correct.reason });
        let request = Request::post(&["entries", &correct.seq.to_string(), "correct"], body);
        correct.admin.call(&request, render_entry)
    }
}

fn render_entry(entry: &Value) -> String {
    named(&[
        ("entry", text(entry, "/seq")),
        ("kind", text(entry, "/kind")),
        ("corrects", text(entry, "/corrects")),
        ("amount", money(entry, "", "amount")),
        ("payment", text(entry, "/payment_id")),
        ("operation", text(entry, "/operation_id")),
        ("customer", text(entry, "/customer_id")),
        ("time", text(entry, "/time")),
    ])
}
