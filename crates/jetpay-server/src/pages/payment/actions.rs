//! What a person can do about a payment, and what it will do; or why there is nothing to do.

use jetpay_ledger::{EntryDeliveryState, PaymentState, WaitingState};
use maud::{Markup, html};

use super::super::events;
use super::super::fields::segment;
use super::super::show::{self, signed};
use super::super::visit::Visit;
use super::{Told, path};
use crate::config::Role;

pub(super) fn actions(visit: &Visit, told: &Told, correctable: &[i64]) -> Markup {
    let words = visit.words;
    let may = visit.viewer.may(Role::Resolve);
    let waits = matches!(
        told.payment.state,
        PaymentState::Pending | PaymentState::Quarantined
    );
    let items: Vec<_> = [alarms(visit, told), parked(visit, told)].concat();
    let undo = corrections(visit, told, correctable);
    let asks = waits && visit.pages.admin.status.is_some();
    html! {
        @if !items.is_empty() { ul { @for item in &items { li { (item) } } } }
        @if asks && may { (ask(visit, told)) }
        @if asks && !may { p { (words.get("payment-ask-role")) } }
        @if waits && !asks { p { (words.get("payment-ask-no-gate")) } }
        @if waits { (ids_to_copy(visit, told)) }
        @for operation in told.used() {
            @let operation = operation.to_string();
            p.note { (words.with("payment-used", [("operation", operation.into())])) }
        }
        @if !undo.is_empty() {
            details {
                summary { (words.get("payment-undo")) }
                p { (words.get("payment-undo-what")) }
                ul { @for item in &undo { li { (item) } } }
            }
        }
        @if items.is_empty() && !waits { p { (words.get(nothing(told))) } }
    }
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

/// What JetPay is asked about a payment that waits.
fn what_to_ask(told: &Told) -> &'static str {
    if told.payment.state == PaymentState::Quarantined {
        "payment-ask-jetpay-amount"
    } else if told.open_alarms().next().is_some() {
        "payment-ask-jetpay-whether"
    } else {
        "payment-ask-jetpay"
    }
}

/// Why there is nothing to decide.
fn nothing(told: &Told) -> &'static str {
    match told.payment.state {
        PaymentState::Declined => "payment-nothing-declined",
        _ => "payment-nothing",
    }
}
