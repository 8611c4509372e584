//! What happened to a payment, in the order of time.

use jetpay_core::Money;
use jetpay_ledger::{
    Alarm, Entry, EntryKind, Millis, Payment, PaymentCallback, Resolution, Verdict,
};
use maud::{Markup, html};

use super::super::events;
use super::super::show;
use super::super::visit::Visit;
use super::facts::{contract_text, flags};
use super::raw::{Messages, PlatformTime};
use super::{Told, deliveries, path, state};
use crate::config::Role;

/// A method that no document describes: an operator recorded the payment out of the inbox.
pub(super) const BY_AN_OPERATOR: &str = "manual";

/// Something that happened. What has the same time is in the order of its causes.
struct Step {
    time: Millis,
    rank: u8,
    markup: Markup,
}

pub(super) fn story(visit: &Visit, told: &Told, messages: &Messages) -> Markup {
    let mut steps = vec![step(
        told.payment.created_at,
        0,
        asked(visit, &told.payment),
    )];
    let part = told.part(messages.open);
    for callback in part {
        let time = callback.recorded.received_at;
        let told = said(visit, told, messages, callback);
        steps.push(step(time, 1, told));
    }
    let history = &told.history;
    for alarm in &history.alarms {
        steps.push(step(alarm.time, 2, raised(visit, alarm)));
    }
    for resolution in &history.resolutions {
        steps.push(step(resolution.time, 3, decided(visit, told, resolution)));
    }
    for entry in &history.entries {
        steps.push(step(entry.time, 4, moved(visit, told, entry)));
    }
    steps.sort_by_key(|step| (step.time.0, step.rank));
    let lacks_role = !visit.viewer.may(Role::Resolve) && !told.callbacks.is_empty();
    html! {
        @if lacks_role { p { (visit.words.get("payment-raw-role")) } }
        ol.story {
            @for step in &steps { li { p { (show::time(visit, step.time)) } (step.markup) } }
        }
        (other_parts(visit, told, part))
        @if told.callbacks.len() >= 1000 { p.note { (visit.words.get("payment-story-cut")) } }
    }
}

/// Which callbacks the page tells of, if not of all, and the way to the others.
fn other_parts(visit: &Visit, told: &Told, part: &[PaymentCallback]) -> Markup {
    let (words, all) = (visit.words, &told.callbacks);
    if part.len() == all.len() {
        return html! {};
    }
    let first = all
        .iter()
        .take_while(|it| Some(it.seq) != part.first().map(|it| it.seq))
        .count();
    let last = first + part.len();
    let to = |seq: i64| format!("{}?message={seq}#story", path(&told.payment));
    let before = first.checked_sub(1).and_then(|place| all.get(place));
    let values = [
        ("first", (first + 1).into()),
        ("last", last.into()),
        ("count", all.len().into()),
    ];
    html! {
        p { (words.with("payment-story-part", values)) }
        p.more {
            @if let Some(before) = before { a rel="prev" href=(to(before.seq)) { (words.get("payment-story-before")) } " " }
            @if let Some(next) = all.get(last) { a rel="next" href=(to(next.seq)) { (words.get("payment-story-next")) } }
        }
    }
}

fn step(time: Millis, rank: u8, markup: Markup) -> Step {
    Step { time, rank, markup }
}

/// What `check_deposit` asked, and what we answered.
fn asked(visit: &Visit, payment: &Payment) -> Markup {
    let words = visit.words;
    if payment.method == BY_AN_OPERATOR {
        let amount = show::amount(payment.amount);
        return html! { p { (words.with("payment-recorded-by-hand", [("amount", amount.into())])) } };
    }
    let values = [
        ("method", words.word("method", &payment.method).into()),
        ("amount", show::amount(payment.amount).into()),
    ];
    html! {
        p {
            strong { (words.get("payment-asked")) } " "
            (words.with("payment-asked-what", values)) " "
            bdi { (show::payer(visit, payment.customer_id.as_str())) }
            @if let Some(contract) = &payment.contract_id {
                ", " (words.get("payment-asked-contract")) " " (contract_text(visit, contract))
            }
            "."
            @if !payment.flags.is_empty() {
                " " (words.get("payment-asked-flags")) " " (flags(visit, &payment.flags)) "."
            }
        }
        p {
            strong { (words.get("payment-answered")) } " "
            (words.get("payment-answered-what")) " " (show::isolated(payment.id.as_str())) "."
        }
    }
}

/// What a callback says, and what the ledger did with it.
fn said(visit: &Visit, told: &Told, messages: &Messages, callback: &PaymentCallback) -> Markup {
    let (words, recorded) = (visit.words, &callback.recorded);
    let mut parts = Vec::new();
    let kind = recorded.operation_type.as_ref();
    parts.extend(kind.map(|kind| words.word("operation-type", kind.as_str())));
    let status = recorded.operation_status.as_ref();
    parts.extend(status.map(|status| words.word("status", status.as_str())));
    parts.extend(recorded.amount.map(show::amount));
    let operation = recorded.operation_id.map(|id| id.to_string());
    parts.extend(operation.map(|id| words.with("payment-of-operation", [("id", id.into())])));
    let payment = words.word("status", recorded.payment_status.as_str());
    parts.push(words.with("payment-of-status", [("status", payment.into())]));
    html! {
        p {
            strong { (words.get("payment-told")) } " " bdi { (parts.join(" · ")) }
            @if let Some(receipt) = &callback.provider_payment_id {
                " · " (words.get("payment-receipt")) " " (show::isolated(receipt))
            }
        }
        @if let Some(time) = messages.platform_time(callback.seq, recorded.operation_id) {
            p {
                (words.get("payment-platform-time")) " "
                @match time {
                    PlatformTime::Instant(time) => (show::time(visit, time)),
                    PlatformTime::Text(text) => (show::isolated(&text)),
                }
            }
        }
        @if let Some(code) = callback.code.as_ref().filter(|code| code.as_str() != "0") { p { (state::meaning(words, code)) } }
        @if recorded.project_id != told.payment.project_id {
            p { (words.with("payment-other-project", [("project", recorded.project_id.to_string().into())])) }
        }
        p { (words.get("payment-outcome")) " " (words.word("outcome", recorded.outcome.as_str())) }
        (messages.message(visit, told, callback.seq, callback.size))
    }
}

fn raised(visit: &Visit, alarm: &Alarm) -> Markup {
    let words = visit.words;
    html! {
        p {
            strong { (words.get("payment-alarm")) } " "
            a href=(format!("/alarms/{}", alarm.seq)) { (events::title(words, alarm.kind)) }
            @if alarm.resolution.is_none() { " " em { (words.get("payment-alarm-open")) } }
        }
        p { bdi { (events::happened(words, alarm)) } }
        (events::detail(words, alarm))
    }
}

/// What a person, or the service for the merchant, decided.
fn decided(visit: &Visit, told: &Told, resolution: &Resolution) -> Markup {
    let words = visit.words;
    html! {
        p {
            strong { (words.get("payment-decided")) } " "
            @if let Some(by) = &resolution.by { (show::isolated(by)) ": " }
            (words.word("verdict", resolution.verdict.as_str()))
            @if let Some(amount) = resolution.verdict.amount() { " " (decided_amount(visit, told, resolution, amount)) }
            @if let Some(seq) = resolution.alarm_seq {
                " · " a href=(format!("/alarms/{seq}")) { (words.with("payment-of-alarm", [("seq", seq.into())])) }
            }
        }
        p { (words.get("payment-reason")) " " (show::isolated(&resolution.reason)) }
    }
}

/// The amount of a verdict. It has no sign: what moved is an entry of the story. A decision about the inbox moves nothing
/// itself: it records the payment with its amount.
fn decided_amount(visit: &Visit, told: &Told, resolution: &Resolution, amount: Money) -> Markup {
    let amount = show::amount(amount);
    let is_credit = matches!(
        resolution.verdict,
        Verdict::Credit(_) | Verdict::Override(_)
    );
    // One that undid a dismissal names no alarm, but made an entry.
    let made = |entry: &Entry| resolution.made(entry);
    if resolution.alarm_seq.is_none() && is_credit && !told.history.entries.iter().any(made) {
        let recorded = visit
            .words
            .with("payment-recorded-with", [("amount", amount.into())]);
        html! { "(" (recorded) ")" }
    } else {
        html! { span.amount { (amount) } }
    }
}

/// Money that moved, and which endpoint of the merchant's has it.
fn moved(visit: &Visit, told: &Told, entry: &Entry) -> Markup {
    let words = visit.words;
    let operation = entry.operation_id.to_string();
    html! {
        p #(format!("entry-{}", entry.seq)) {
            strong { (words.word("entry", entry.kind.as_str())) } " "
            span.amount { (show::signed(entry.amount)) } " · "
            (words.with("payment-of-entry", [("seq", entry.seq.into())])) " · "
            (words.with("payment-of-operation", [("id", operation.into())]))
            @if let Some(corrects) = entry.corrects {
                " · " a href=(format!("#entry-{corrects}")) { (words.with("payment-corrects", [("seq", corrects.into())])) }
            }
        }
        @if let Some(decision) = decision_of(told, entry) {
            p {
                @if let Some(by) = &decision.by { (show::isolated(by)) ": " }
                (show::isolated(&decision.reason))
            }
        }
        (deliveries::of_entry(visit, told, entry.seq))
    }
}

/// The decision that made an entry.
fn decision_of<'t>(told: &'t Told, entry: &Entry) -> Option<&'t Resolution> {
    let mut resolutions = told.history.resolutions.iter();
    match entry.kind {
        EntryKind::ManualCredit => resolutions.find(|it| it.made(entry)),
        EntryKind::Correction => resolutions.find(|it| it.verdict.corrects() == entry.corrects),
        _ => None,
    }
}
