//! How the merchant's endpoints stand with an entry.

use jetpay_ledger::{
    AlarmKind, Entry, EntryDelivery, EntryDeliveryState, Feed, Waiting, WaitingState,
};
use maud::{Markup, html};

use super::super::failure;
use super::super::fields::segment;
use super::super::show;
use super::super::visit::Visit;
use super::Told;
use crate::admin::configured_stream;

/// One line for each endpoint; nothing if there is none.
pub(super) fn of_entry(visit: &Visit, told: &Told, seq: i64) -> Markup {
    let mut deliveries = told
        .deliveries
        .iter()
        .filter(|it| it.entry == seq)
        .peekable();
    html! {
        @if deliveries.peek().is_some() {
            ul {
                @for delivery in deliveries {
                    li { (endpoint(delivery)) ": " (state(visit, told, delivery)) (receipt(visit, delivery)) }
                }
            }
        }
    }
}

fn endpoint(delivery: &EntryDelivery) -> Markup {
    let name = &delivery.endpoint;
    html! { a href=(format!("/deliveries/{}/entries", segment(name))) { (show::isolated(name)) } }
}

fn state(visit: &Visit, told: &Told, delivery: &EntryDelivery) -> Markup {
    let words = visit.words;
    let id = match &delivery.state {
        EntryDeliveryState::Waiting(item) => {
            return waiting(visit, told, delivery, item);
        }
        EntryDeliveryState::Skipped if is_not_deliverable(told, delivery) => {
            "payment-delivery-not-deliverable"
        }
        EntryDeliveryState::Skipped => "payment-delivery-skipped",
        EntryDeliveryState::NotYet if has_left(visit, delivery) => "payment-delivery-left",
        EntryDeliveryState::NotYet => "payment-delivery-not-yet",
        EntryDeliveryState::Delivered => "payment-delivery-delivered",
        EntryDeliveryState::Older => "payment-delivery-older",
        EntryDeliveryState::DeliveredOrOlder => "payment-delivery-delivered-or-older",
    };
    html! { (words.get(id)) }
}

/// What the protocol of a receiver does not have raises an alarm, open or resolved.
fn is_not_deliverable(told: &Told, delivery: &EntryDelivery) -> bool {
    told.history.alarms.iter().any(|alarm| {
        let about = alarm.delivery.as_ref();
        alarm.kind == AlarmKind::NotDeliverable
            && about.is_some_and(|about| {
                about.endpoint == delivery.endpoint && about.entry == Some(delivery.entry)
            })
    })
}

/// Whether the configuration does not have the endpoint any more: nothing is sent to it.
fn has_left(visit: &Visit, delivery: &EntryDelivery) -> bool {
    configured_stream(
        &visit.pages.admin,
        &delivery.endpoint,
        Feed::Entries.as_str(),
    )
    .is_err()
}

fn waiting(visit: &Visit, told: &Told, delivery: &EntryDelivery, item: &Waiting) -> Markup {
    let words = visit.words;
    let has_left = has_left(visit, delivery);
    let first = told.first_waiting.get(&delivery.endpoint);
    let waits = item.state == WaitingState::Waiting;
    if let Some(first) = first.filter(|first| waits && first.seq < item.seq) {
        return html! {
            (words.get("payment-delivery-behind")) " " (first_of_customer(visit, first)) "."
            @if has_left { " " (words.get("payment-delivery-left-waits")) }
        };
    }
    let id = match item.state {
        WaitingState::Waiting => "payment-delivery-waiting",
        WaitingState::Parked => "payment-delivery-parked",
    };
    html! {
        (words.with(id, [("attempts", item.attempts.into())]))
        @if let Some(why) = &item.why { " " (words.get("payment-delivery-why")) " " bdi { (failure::text(visit, why)) } "." }
        @if has_left {
            " " (words.get("payment-delivery-left-waits"))
        } @else if item.state == WaitingState::Waiting {
            " " (words.get("payment-delivery-due")) " " (show::time(visit, item.due_at)) "."
        }
    }
}

/// The entry that must be delivered before, and where its page says why it waits.
fn first_of_customer(visit: &Visit, first: &Entry) -> Markup {
    let to = format!(
        "/payments/{}#entry-{}",
        segment(first.payment_id.as_str()),
        first.seq
    );
    let entry = [("seq", first.seq.into())];
    html! {
        a href=(to) { (visit.words.with("payment-of-entry", entry)) }
        " (" (visit.words.word("entry", first.kind.as_str())) " " span.amount { (show::signed(first.amount)) } ")"
    }
}

fn receipt(visit: &Visit, delivery: &EntryDelivery) -> Markup {
    html! {
        @if let Some(receipt) = &delivery.receipt {
            " " (visit.words.get("payment-delivery-receipt")) " " (show::isolated(receipt)) "."
        }
    }
}
