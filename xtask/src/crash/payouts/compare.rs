//! The end of a run: the payouts in the ledger agree with the Gate's records. Also the report's figures about payouts.

use std::collections::{BTreeMap, BTreeSet};

use jetpay_platform::gate::{Answer, EntryKind, GateState};
use jiff::Timestamp;
use serde_json::Value;

use super::audit::{check_sends, differences};
use super::gate::{Record, records};
use super::{Order, text};
use crate::crash::journal::PROJECT;
use crate::crash::run::Run;

/// A payout at the Gate.
pub(super) struct AtTheGate {
    /// `payment.status`; `None` if the Gate does not know the payout.
    pub(super) status: Option<&'static str>,
    /// What the wallet got, less what came back, in minor units.
    pub(super) money_out: i64,
}

/// Compares the ledger with the Gate's records.
pub(in crate::crash) fn with_the_gate(run: &Run) {
    check_sends(run);
    let state = run.payouts.gate.state();
    let journal = run.payouts.journal();
    for problem in all(&journal, &state) {
        run.violated(problem);
    }
}

fn all(journal: &super::Journal, state: &GateState) -> Vec<String> {
    let records = records(state);
    let ids = records.iter().map(|(id, record)| (id.as_str(), record));
    let mut problems = by_key(&journal.orders, &journal.shown);
    problems.extend(by_wallet(ids.clone(), &journal.shown));
    let orders: BTreeMap<_, _> = by(&journal.orders, |order| order.request.key.as_str());
    for shown in &journal.shown {
        let id = text(shown, "payment_id");
        let gate = AtTheGate {
            status: state.status(PROJECT, id),
            money_out: state.money_out_by(PROJECT, id),
        };
        let mut found = disagreeing(shown, records.get(id), &gate);
        if let Some(order) = orders.get(text(shown, "idempotency_key")) {
            found.extend(differences(&order.request, shown));
        }
        problems.extend(found.into_iter().map(|problem| format!("{id}: {problem}")));
    }
    let wallets = state.accounts().into_iter();
    let out: i64 = wallets.map(|account| state.money_out(account)).sum();
    let paid: i64 = journal.shown.iter().map(|shown| minor(shown, "paid")).sum();
    if out != paid {
        problems.push(format!(
            "the ledger has {paid} as paid, and {out} has left the Gate"
        ));
    }
    problems
}

/// Each key has one payout, with the id of the answer. A key without an answer may have no payout.
pub(super) fn by_key(orders: &[Order], shown: &[Value]) -> Vec<String> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for shown in shown {
        let key = text(shown, "idempotency_key");
        found
            .entry(key)
            .or_default()
            .push(text(shown, "payment_id"));
    }
    let mut problems = Vec::new();
    for order in orders {
        let key = order.request.key.as_str();
        let ids = found.remove(key).unwrap_or_default();
        let is_good = match &order.id {
            Some(id) => ids == [id],
            None => ids.len() <= 1,
        };
        if !is_good {
            let id = &order.id;
            problems.push(format!(
                "{key} was answered with {id:?}, and the ledger has {ids:?}"
            ));
        }
    }
    problems.extend(found.keys().map(|key| format!("no client sent {key:?}")));
    problems
}

/// Each wallet was sent money under one id, and the ledger has that id.
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
            problems.push(format!("{id} was sent, and the ledger does not have it"));
        }
    }
    let several = wallets.values().filter(|ids| ids.len() > 1);
    problems.extend(several.map(|ids| format!("one payout was sent under {ids:?}")));
    problems
}

/// The differences between a payout in the ledger and at the Gate.
pub(super) fn disagreeing(shown: &Value, record: Option<&Record>, gate: &AtTheGate) -> Vec<String> {
    let Some(record) = record else {
        return vec!["it was never sent".into()];
    };
    let state = text(shown, "state");
    let agrees = match state {
        "paid" => gate.status == Some("success"),
        "reversed" => gate.status == Some("reversed"),
        "declined" => gate.status == Some("decline"),
        "accepted" => gate.status == Some("processing"),
        "rejected" => matches!(gate.status, None | Some("error")),
        _ => false,
    };
    let mut problems = Vec::new();
    if !agrees {
        let status = gate.status;
        problems.push(format!(
            "the ledger says {state}, and the Gate says {status:?}"
        ));
    }
    let (amount, paid) = (minor(shown, "amount"), minor(shown, "paid"));
    let out = if state == "paid" { amount } else { 0 };
    if gate.money_out != out || paid != out {
        let left = gate.money_out;
        problems.push(format!(
            "it is {state}: the ledger has {paid} as paid, and {left} has left the Gate"
        ));
    }
    let sent: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    if record.changed
        || sent["payment"]["amount"] != shown["amount"]
        || sent["account"]["number"] != shown["account_number"]
    {
        problems.push("what was sent differs from the request, or from an earlier send".into());
    }
    problems.extend(unbalanced(shown));
    problems
}

/// Compares the sums in the row of a payout with its entries: the amount is reserved, then paid or released, and a
/// payment may be reversed.
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

/// An amount in an answer, in minor units. A missing one becomes a number that equals no other.
fn minor(shown: &Value, field: &str) -> i64 {
    shown[field].as_i64().unwrap_or(i64::MIN / 4)
}

fn by<'a, T>(all: &'a [T], key: impl Fn(&'a T) -> &'a str) -> BTreeMap<&'a str, &'a T> {
    all.iter().map(|one| (key(one), one)).collect()
}

/// The lease of a payout: twice the longest answer, plus the wait before the first question. A service records the outcome
/// of a send within the lease; a later step means that the outcome was lost.
const LEASE_MILLIS: i64 = 3_000;

/// Rows of the report: a name and a number. `kills` are the times when a service was killed.
pub(in crate::crash) fn rows(run: &Run, kills: &[Timestamp]) -> Vec<(&'static str, usize)> {
    let (state, journal) = (run.payouts.gate.state(), run.payouts.journal());
    let seen = |what| state.log().iter().filter(move |seen| seen.kind == what);
    let again = seen(EntryKind::Send).filter(|seen| seen.earlier_sends > 0);
    let refused = |answer: &Answer| matches!(answer, Answer::Rejected(_));
    let histories: Vec<Vec<(&str, Timestamp)>> = journal.shown.iter().map(steps).collect();
    let steps = |name: &str| {
        let all = histories.iter().flatten();
        all.filter(|(what, _)| *what == name).count()
    };
    let under_way = kills.iter().filter(|kill| {
        let mut histories = histories.iter();
        histories.any(|steps| is_under_way(steps, **kill))
    });
    let is = |state: &str| {
        let shown = journal.shown.iter();
        shown.filter(|shown| text(shown, "state") == state).count()
    };
    let answered: BTreeSet<_> = journal
        .orders
        .iter()
        .filter_map(|it| it.id.as_deref())
        .collect();
    let gave_up = journal
        .shown
        .iter()
        .filter(|shown| !answered.contains(text(shown, "payment_id")));
    vec![
        ("payouts acknowledged", answered.len()),
        ("  kept, client gave up", gave_up.count()),
        ("sends", seen(EntryKind::Send).count()),
        ("  again, as allowed", again.count()),
        ("  refused", {
            seen(EntryKind::Send)
                .filter(|seen| refused(&seen.answer))
                .count()
        }),
        ("  of unknown outcome", steps("unknown")),
        ("  whose outcome was lost", {
            histories.iter().map(|steps| lost(steps)).sum()
        }),
        ("questions", seen(EntryKind::Status).count()),
        ("callbacks not taken", journal.undelivered),
        ("kills during a payout", under_way.count()),
        ("paid", is("paid")),
        ("reversed", is("reversed")),
        ("declined", is("declined")),
        ("rejected", is("rejected")),
        ("accepted, no outcome", is("accepted")),
    ]
}

/// The steps of a history, with their times.
fn steps(shown: &Value) -> Vec<(&str, Timestamp)> {
    let steps = shown["history"].as_array().into_iter().flatten();
    let read = |step| Some((text(step, "what"), text(step, "time").parse().ok()?));
    steps.filter_map(read).collect()
}

/// Whether the payout was sent before this time and got its outcome after it.
fn is_under_way(steps: &[(&str, Timestamp)], then: Timestamp) -> bool {
    let sent = steps.iter().find(|(what, _)| *what == "sent");
    let ends = ["paid", "declined", "rejected"];
    let ended = steps.iter().find(|(what, _)| ends.contains(what));
    sent.zip(ended)
        .is_some_and(|((_, sent), (_, ended))| (*sent..=*ended).contains(&then))
}

/// The number of sends whose outcome was not recorded, so that a service had to ask.
fn lost(steps: &[(&str, Timestamp)]) -> usize {
    let pairs = steps.windows(2);
    let lost = pairs.filter(|pair| {
        let waited = pair[1].1.as_millisecond() - pair[0].1.as_millisecond();
        pair[0].0 == "sent" && waited >= LEASE_MILLIS
    });
    lost.count()
}
