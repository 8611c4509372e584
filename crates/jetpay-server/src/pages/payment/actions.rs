//! What a person can do about a payment, and what it will do; or why there is nothing to do.

use jetpay_ledger::{EntryDeliveryState, EntryKind, Millis, PaymentState, WaitingState};
use maud::{Markup, html};

use super::super::events;
use super::super::fields::segment;
use super::super::length::{LONG, length};
use super::super::show::{self, signed};
use super::super::visit::Visit;
use super::story::BY_AN_OPERATOR;
use super::{Told, path};
use crate::config::Role;

pub(super) fn actions(visit: &Visit, told: &Told, correctable: &[i64], now: Millis) -> Markup {
    let words = visit.words;
    let may = visit.viewer.may(Role::Resolve);
    let state = told.payment.state;
    let waits = matches!(state, PaymentState::Pending | PaymentState::Quarantined);
    let items: Vec<_> = [alarms(visit, told), parked(visit, told)].concat();
    let undo = corrections(visit, told, correctable);
    let used: Vec<_> = told.used().collect();
    let is_decided = !undo.is_empty() && has_decided_credit(told);
    let asks = waits && visit.pages.admin.status.is_some();
    let has_ids = waits || state == PaymentState::Declined;
    html! {
        @if !items.is_empty() { ul { @for item in &items { li { (item) } } } }
        @if state == PaymentState::Pending && told.open_alarms().next().is_none() { p { (usual(visit, told, now)) } }
        @if asks && may { (ask(visit, told)) }
        @if asks && !may { p { (words.get("payment-ask-role")) } }
        @if waits && !asks { p { (words.get("payment-ask-no-gate")) } }
        @if has_ids { (ids_to_copy(visit, told)) }
        @for operation in &used {
            @let operation = operation.to_string();
            p.note { (words.with("payment-used", [("operation", operation.into())])) }
        }
        @if is_decided { p { (words.get("payment-if-wrong")) } }
        @if !undo.is_empty() {
            details {
                summary { (words.get("payment-undo")) }
                p { (words.get("payment-undo-what")) }
                ul { @for item in &undo { li { (item) } } }
            }
        }
        @if items.is_empty() && !has_ids && used.is_empty() && !is_decided { p { (words.get("payment-nothing")) } }
    }
}

/// Whether it is usual that there is no result yet, and what to do if it is not.
fn usual(visit: &Visit, told: &Told, now: Millis) -> String {
    let waited = now.0.saturating_sub(told.payment.created_at.0);
    let id = if waited < LONG {
        "payment-usual"
    } else {
        "payment-late"
    };
    let long = length(visit.words, LONG);
    visit.words.with(id, [("long", long.into())])
}

/// Whether a person decided to give the customer the money, and nothing has undone it: the customer can be the wrong one.
fn has_decided_credit(told: &Told) -> bool {
    let entries = &told.history.entries;
    let is_undone = |seq| entries.iter().any(|it| it.corrects == Some(seq));
    let is_recorded_by_hand = told.payment.method == BY_AN_OPERATOR;
    entries.iter().any(|it| {
        let is_decided = it.kind == EntryKind::ManualCredit || is_recorded_by_hand;
        it.kind.is_credit() && is_decided && !is_undone(it.seq)
    })
}

/// The alarms that wait, each with its amount.
fn alarms(visit: &Visit, told: &Told) -> Vec<Markup> {
    let words = visit.words;
    let id = if visit.viewer.may(Role::Resolve) {
        "payment-decide"
    } else {
        "payment-alarm-waits"
    };
    let link = |alarm: &jetpay_ledger::Alarm| {
        let title = events::title(words, alarm.kind);
        let amount = alarm.received().map(show::amount);
        html! {
            a href=(format!("/alarms/{}", alarm.seq)) {
                (words.with(id, [("seq", alarm.seq.into()), ("title", title.into())]))
                @if let Some(amount) = amount { " (" (amount) ")" }
            }
        }
    };
    told.open_alarms().map(link).collect()
}

/// Deliveries that wait for a person.
fn parked(visit: &Visit, told: &Told) -> Vec<Markup> {
    let is_parked = |state: &EntryDeliveryState| matches!(state, EntryDeliveryState::Waiting(item) if item.state == WaitingState::Parked);
    let parked = told.deliveries.iter().filter(|it| is_parked(&it.state));
    let id = if visit.viewer.may(Role::Resolve) {
        "payment-parked"
    } else {
        "payment-parked-waits"
    };
    let link = |delivery: &jetpay_ledger::EntryDelivery| {
        let to = format!("/deliveries/{}/entries", segment(&delivery.endpoint));
        let values = [
            ("seq", delivery.entry.into()),
            ("endpoint", show::text(&delivery.endpoint).into()),
        ];
        html! { a href=(to) { (visit.words.with(id, values)) } }
    };
    parked.map(link).collect()
}

/// The entries that an operator can undo.
fn corrections(visit: &Visit, told: &Told, correctable: &[i64]) -> Vec<Markup> {
    let entries = told.history.entries.iter();
    let open = entries.filter(|it| correctable.contains(&it.seq));
    let link = |entry: &jetpay_ledger::Entry| {
        let kind = visit.words.word("entry", entry.kind.as_str());
        let values = [
            ("seq", entry.seq.into()),
            ("kind", kind.into()),
            ("amount", signed(entry.amount).into()),
        ];
        html! {
            a href=(format!("/entries/{}/correct", entry.seq)) { (visit.words.with("payment-undo-entry", values)) }
        }
    };
    open.map(link).collect()
}

/// The first step of asking the platform: it changes nothing.
fn ask(visit: &Visit, told: &Told) -> Markup {
    let words = visit.words;
    html! {
        form.actions method="post" action=(format!("{}/confirm", path(&told.payment))) {
            input type="hidden" name="step" value="ask";
            p { (words.get("payment-ask-what")) }
            p { button { (words.get("payment-ask")) } }
        }
    }
}

/// What JetPay needs to find the payment.
fn ids_to_copy(visit: &Visit, told: &Told) -> Markup {
    let (words, payment) = (visit.words, &told.payment);
    let operations: Vec<_> = payment.operations.iter().filter_map(|it| it.id).collect();
    html! {
        p { (words.get(what_to_ask(told))) }
        dl.facts {
            dt { (words.get("payment-id")) } dd { code { (show::text(payment.id.as_str())) } }
            dt { (words.get("payment-project")) } dd { code { (payment.project_id) } }
            @for id in operations.iter().take(20) {
                dt { (words.get("payment-operation")) } dd { code { (id) } }
            }
            @for receipt in told.receipts().into_iter().take(20) {
                dt { (words.get("payment-receipt")) } dd { code { (show::text(receipt)) } }
            }
        }
    }
}

/// What JetPay is asked about a payment without a credit.
fn what_to_ask(told: &Told) -> &'static str {
    match told.payment.state {
        PaymentState::Quarantined => "payment-ask-jetpay-amount",
        _ if told.open_alarms().next().is_some() => "payment-ask-jetpay-whether",
        PaymentState::Declined => "payment-ask-jetpay-declined",
        _ => "payment-ask-jetpay",
    }
}
