//! The service's books of payouts against the Gate's, when nothing moves any more.

use std::collections::BTreeMap;

use jetpay_platform::gate::GateState;
use serde_json::Value;

use super::audit::{sent_without_leave, unlike};
use super::book::{Asked, Book};
use super::record::{Record, records};
use super::settle::text;
use crate::crash::messages::PROJECT;
use crate::crash::world::World;

/// Where a payout stands at the Gate.
pub(super) struct AtTheGate {
    /// `payment.status`; none when it is not known there.
    pub(super) status: Option<&'static str>,
    /// What its wallet got and did not give back, in minor units.
    pub(super) money_out: i64,
}

/// Compares everything.
pub(in crate::crash) fn with_the_gate(world: &World) {
    sent_without_leave(world);
    let books = world.payouts.gate.books();
    let book = world.payouts.book();
    for problem in all(&book, &books) {
        world.violated(problem);
    }
}

fn all(book: &Book, books: &GateState) -> Vec<String> {
    let records = records(books);
    let ids = records.iter().map(|(id, record)| (id.as_str(), record));
    let mut problems = by_key(&book.asked, &book.shown);
    problems.extend(by_wallet(ids.clone(), &book.shown));
    let asked: BTreeMap<_, _> = by(&book.asked, |asked| asked.wish.key.as_str());
    for shown in &book.shown {
        let id = text(shown, "payment_id");
        let gate = AtTheGate {
            status: books.status(PROJECT, id),
            money_out: books.money_out_by(PROJECT, id),
        };
        let mut found = disagreeing(shown, records.get(id), &gate);
        if let Some(asked) = asked.get(text(shown, "idempotency_key")) {
            found.extend(unlike(&asked.wish, shown));
        }
        problems.extend(found.into_iter().map(|problem| format!("{id}: {problem}")));
    }
    let wallets = books.accounts().into_iter();
    let out: i64 = wallets.map(|account| books.money_out(account)).sum();
    let paid: i64 = book.shown.iter().map(|shown| minor(shown, "paid")).sum();
    if out != paid {
        problems.push(format!("{paid} is paid, and {out} has left the Gate"));
    }
    problems
}

/// Every key is one payout, with the id that was answered; one that nobody was told of may be none.
pub(super) fn by_key(asked: &[Asked], shown: &[Value]) -> Vec<String> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for shown in shown {
        let key = text(shown, "idempotency_key");
        found
            .entry(key)
            .or_default()
            .push(text(shown, "payment_id"));
    }
    let mut problems = Vec::new();
    for asked in asked {
        let key = asked.wish.key.as_str();
        let ids = found.remove(key).unwrap_or_default();
        let is_good = match &asked.id {
            Some(id) => ids == [id],
            None => ids.len() <= 1,
        };
        if !is_good {
            let id = &asked.id;
            problems.push(format!("{key} was answered with {id:?}, and is {ids:?}"));
        }
    }
    problems.extend(found.keys().map(|key| format!("nobody asked for {key:?}")));
    problems
}

/// Each wallet was sent to under one id, which is one that the service has.
pub(super) fn by_wallet<'a>(
    records: impl Iterator<Item = (&'a str, &'a Record)>,
    shown: &[Value],
) -> Vec<String> {
    let listed = by(shown, |shown| text(shown, "payment_id"));
    let mut wallets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (id, record) in records {
        wallets.entry(&record.account).or_default().push(id);
        if !listed.contains_key(id) {
            problems.push(format!("{id} was sent, and is not in the books"));
        }
    }
    let several = wallets.values().filter(|ids| ids.len() > 1);
    problems.extend(several.map(|ids| format!("one payout was sent under {ids:?}")));
    problems
}

/// What of a payout is not as the Gate has it.
pub(super) fn disagreeing(shown: &Value, record: Option<&Record>, gate: &AtTheGate) -> Vec<String> {
    let Some(record) = record else {
        return vec!["it was never sent".into()];
    };
    let state = text(shown, "state");
    let as_it_is = match state {
        "paid" => gate.status == Some("success"),
        "reversed" => gate.status == Some("reversed"),
        "declined" => gate.status == Some("decline"),
        "accepted" => gate.status == Some("processing"),
        "rejected" => matches!(gate.status, None | Some("error")),
        _ => false,
    };
    let mut problems = Vec::new();
    if !as_it_is {
        let status = gate.status;
        problems.push(format!("it is {state}, and {status:?} at the Gate"));
    }
    let (amount, paid) = (minor(shown, "amount"), minor(shown, "paid"));
    let out = if state == "paid" { amount } else { 0 };
    if gate.money_out != out || paid != out {
        let left = gate.money_out;
        problems.push(format!(
            "it is {state}: {paid} is paid, and {left} has left the Gate"
        ));
    }
    let sent: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    if record.changed
        || sent["payment"]["amount"] != shown["amount"]
        || sent["account"]["number"] != shown["account_number"]
    {
        problems.push("what was sent is not what was asked for, or not each time the same".into());
    }
    problems.extend(unbalanced(shown));
    problems
}

/// What its entries make is what it says of its money: reserved, and then paid or released, and perhaps reversed.
pub(super) fn unbalanced(shown: &Value) -> Option<String> {
    let steps = shown["history"].as_array().map_or(&[][..], Vec::as_slice);
    let sum = |entry: &str| -> i64 {
        let steps = steps.iter().filter(|step| step["entry"] == *entry);
        steps.map(|step| minor(step, "amount")).sum()
    };
    let [reserve, paid, release, reversal] = ["reserve", "paid", "release", "reversal"].map(sum);
    let amount = minor(shown, "amount");
    let is_open = i64::from(text(shown, "state") == "accepted");
    let adds_up = reserve == amount
        && reserve - paid - release == amount * is_open
        && minor(shown, "reserved") == amount * is_open
        && minor(shown, "paid") == paid - reversal;
    (!adds_up).then(|| {
        format!("of {amount}, {reserve} was reserved, {paid} paid, {release} released, {reversal} reversed: {shown}")
    })
}

/// A number of an answer: one that is missing fits nothing.
fn minor(shown: &Value, field: &str) -> i64 {
    shown[field].as_i64().unwrap_or(i64::MIN / 4)
}

fn by<'a, T>(all: &'a [T], key: impl Fn(&'a T) -> &'a str) -> BTreeMap<&'a str, &'a T> {
    all.iter().map(|one| (key(one), one)).collect()
}
