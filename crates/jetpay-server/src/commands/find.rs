//! `jetpay payments find`, `payments show` and `customers show`: what an operator looks up, by calling the running service.

use anyhow::{anyhow, bail};
use clap::Args;
use jetpay_platform::visible;
use serde_json::Value;

use super::client::{AdminOptions, Request};
use super::operator::verdict;
use super::table::{Column, column, money, named, rows, table, text};
use crate::search::bare;

#[derive(Args)]
pub(super) struct Find {
    /// The number of a receipt, or the id of an operation, payment, customer or contract
    word: String,
    /// List at most N
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// List what comes after this place, which the page before names
    #[arg(long, value_name = "PLACE")]
    before: Option<String>,
    #[command(flatten)]
    admin: AdminOptions,
}

impl Find {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let request = search(&self.word)
            .with("limit", self.limit)
            .with("before", self.before.as_ref());
        let answer = self.admin.answer(&request)?;
        let found = !rows(&answer, "hits").is_empty();
        if found || self.admin.json {
            self.admin.print(&answer, render_hits)?;
        }
        if found {
            return Ok(());
        }
        if self.before.is_some() {
            bail!("there is nothing more");
        }
        bail!("{}", nothing(&self.word))
    }
}

fn search(word: &str) -> Request {
    Request::get(&["search"]).with("q", Some(word))
}

/// That nothing has the word, and the word without what people write around a number.
fn nothing(word: &str) -> String {
    let nothing = "nothing has this receipt, operation, payment, customer or contract; the word must be exact";
    let Some(bare) = bare(word) else {
        return format!(
            "{nothing}: whole, with capitals and with zeros at its beginning as it was sent"
        );
    };
    let bare = visible::line(&bare);
    format!("{nothing}: try `{bare}`, without signs, spaces and zeros at its beginning")
}

const HITS: &[Column] = &[
    column("time", |hit| text(hit, "/time")),
    column("what", |hit| text(hit, "/kind")),
    column("payment", |hit| text(hit, "/payment_id")),
    column("state", |hit| text(hit, "/state")),
    column("amount", |hit| money(hit, "", "amount")),
    column("customer", |hit| text(hit, "/customer_id")),
    column("contract", |hit| text(hit, "/contract_id")),
    column("found by", |hit| words(hit, "matched")),
];

/// The words of a list, with commas between.
fn words(value: &Value, name: &str) -> String {
    let words = rows(value, name).iter().map(|word| text(word, ""));
    words.collect::<Vec<_>>().join(", ")
}

fn render_hits(answer: &Value) -> String {
    let hits = table(rows(answer, "hits"), HITS, "");
    match text(answer, "/next").as_str() {
        "" => hits,
        next => format!("{hits}there are more: --before '{next}'\n"),
    }
}

#[derive(Args)]
pub(super) struct ShowPayment {
    /// The id of the payment
    payment_id: String,
    #[command(flatten)]
    admin: AdminOptions,
}

impl ShowPayment {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let request = Request::get(&["payments", &self.payment_id, "history"]);
        advised(self.admin.call(&request, render_payment))
    }
}

/// Who has no id at hand may have another word.
fn advised<T>(answer: anyhow::Result<T>) -> anyhow::Result<T> {
    answer.map_err(|error| match error.to_string() {
        none if none.starts_with("there is no ") => anyhow!(
            "{none}; `jetpay payments find` takes a receipt, operation, contract or second name too"
        ),
        _ => error,
    })
}

/// The state with what it means.
fn state(payment: &Value) -> String {
    let state = text(payment, "/state");
    let meaning = match state.as_str() {
        "pending" => "announced, and the platform has given no result",
        "credited" => "the customer has the money",
        "declined" => "the platform says that it failed",
        "quarantined" => "a callback does not fit it, see its alarm",
        "partially_refunded" => "a part of the money was taken back",
        "refunded" | "reversed" => "all of the money was taken back",
        _ => return state,
    };
    format!("{state}: {meaning}")
}

const OPERATIONS: &[Column] = &[
    column("operation", |operation| text(operation, "/id")),
    column("type", |operation| text(operation, "/type")),
    column("status", |operation| text(operation, "/status")),
    column("amount", |operation| money(operation, "", "amount")),
    column("code", |operation| text(operation, "/code")),
    column("receipt", |it| text(it, "/provider_payment_id")),
];

const CALLBACKS: &[Column] = &[
    column("callback at", |callback| text(callback, "/received_at")),
    column("operation", |callback| text(callback, "/operation_id")),
    column("type", |callback| text(callback, "/operation_type")),
    column("status", |callback| text(callback, "/operation_status")),
    column("payment", |callback| text(callback, "/payment_status")),
    column("amount", |callback| money(callback, "", "amount")),
    column("outcome", |callback| text(callback, "/outcome")),
];

const ENTRIES: &[Column] = &[
    column("entry", |entry| text(entry, "/seq")),
    column("time", |entry| text(entry, "/time")),
    column("kind", |entry| text(entry, "/kind")),
    column("amount", |entry| money(entry, "", "amount")),
    column("operation", |entry| text(entry, "/operation_id")),
    column("corrects", |entry| text(entry, "/corrects")),
];

const ALARMS: &[Column] = &[
    column("alarm", |alarm| text(alarm, "/seq")),
    column("time", |alarm| text(alarm, "/time")),
    column("kind", |alarm| text(alarm, "/kind")),
    column("operation", |alarm| text(alarm, "/operation_id")),
    column("what happened", |alarm| text(alarm, "/summary")),
    column("resolved", verdict),
];

const RESOLUTIONS: &[Column] = &[
    column("resolution", |resolution| text(resolution, "/seq")),
    column("time", |resolution| text(resolution, "/time")),
    column("verdict", |resolution| text(resolution, "/verdict")),
    column("amount", |resolution| money(resolution, "", "amount")),
    column("by", |resolution| text(resolution, "/by")),
    column("reason", |resolution| text(resolution, "/reason")),
];

fn render_payment(payment: &Value) -> String {
    let mut shown = named(&[
        ("payment", text(payment, "/payment_id")),
        ("state", state(payment)),
        ("amount", money(payment, "", "amount")),
        ("credited", money(payment, "", "credited")),
        ("remaining", money(payment, "", "remaining")),
        ("customer", text(payment, "/customer_id")),
        ("contract", text(payment, "/contract_id")),
        ("method", text(payment, "/method")),
        ("project", text(payment, "/project_id")),
        ("flags", words(payment, "flags")),
        ("created", text(payment, "/created_at")),
        ("changed", text(payment, "/changed_at")),
    ]);
    for (name, columns) in [
        ("operations", OPERATIONS),
        ("callbacks", CALLBACKS),
        ("entries", ENTRIES),
        ("alarms", ALARMS),
        ("resolutions", RESOLUTIONS),
    ] {
        let list = table(rows(payment, name), columns, "");
        if !list.is_empty() {
            shown += "\n";
            shown += &list;
        }
    }
    shown
}

#[derive(Args)]
pub(super) struct ShowCustomer {
    /// The id of the customer
    customer_id: String,
    #[command(flatten)]
    admin: AdminOptions,
}

/// How many of the newest payments and payouts are shown.
const NEWEST: usize = 20;

/// The most hits that the service gives at a time.
const PAGE: usize = 1000;

/// The place behind all customers and before the newest payment.
const FIRST_PAYMENT: &str = "payment.9223372036854775807.0.";

impl ShowCustomer {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let id = &self.customer_id;
        let mut customer = advised(self.admin.answer(&Request::get(&["customers", id])))?;
        // Others may have the id as a word of theirs: their customers and payments are passed over.
        let (mut newest, mut before) = (Vec::new(), Some(FIRST_PAYMENT.to_owned()));
        while let Some(place) = before.filter(|_| newest.len() < NEWEST) {
            let page = search(id)
                .with("before", Some(place))
                .with("limit", Some(PAGE));
            let found = self.admin.answer(&page)?;
            let own = |hit: &&Value| hit["customer_id"] == id.as_str();
            newest.extend(rows(&found, "hits").iter().filter(own).cloned());
            before = found["next"].as_str().map(ToOwned::to_owned);
        }
        newest.truncate(NEWEST);
        customer["newest"] = newest.into();
        self.admin.print(&customer, render_customer)
    }
}

const CONTRACTS: &[Column] = &[
    column("contract", |contract| text(contract, "/id")),
    column("number", |contract| text(contract, "/number")),
    column("due", |contract| money(contract, "", "payment")),
    column("at least", |contract| money(contract, "", "min_payment")),
    column("as of entry", |contract| text(contract, "/as_of_seq")),
    column("status", |contract| {
        match text(contract, "/status_code").as_str() {
            "0" => "can be paid".to_owned(),
            "204" => "nothing is owed".to_owned(),
            other => format!("{other}: cannot be paid"),
        }
    }),
];

const NEWEST_COLUMNS: &[Column] = &[
    column("time", |hit| text(hit, "/time")),
    column("what", |hit| text(hit, "/kind")),
    column("payment", |hit| text(hit, "/payment_id")),
    column("state", |hit| text(hit, "/state")),
    column("amount", |hit| money(hit, "", "amount")),
    column("contract", |hit| text(hit, "/contract_id")),
];

fn render_customer(customer: &Value) -> String {
    let mut contracts = rows(customer, "contracts").to_vec();
    for contract in &mut contracts {
        contract["currency"] = customer["currency"].clone();
    }
    let fields = named(&[
        ("customer", text(customer, "/customer_id")),
        ("second name", text(customer, "/additional_customer_id")),
        ("balance", money(customer, "", "balance")),
    ]);
    let contracts = table(&contracts, CONTRACTS, "no contracts\n");
    let newest = table(
        rows(customer, "newest"),
        NEWEST_COLUMNS,
        "no payments and no payouts\n",
    );
    format!("{fields}\n{contracts}\n{newest}")
}
