//! After a crash: what was acknowledged before it is there.
//!
//! It is looked for before anything is repeated, because a repeat would mend what was lost.

use std::collections::HashMap;

use anyhow::Result;
use jetpay_platform::Entry;
use serde_json::Value;

use super::ask;
use super::book::{Book, Fact, Kind, Payment};
use super::feed::Feed;
use super::payouts;
use super::world::World;

/// Reads the feed to its end, then looks up every payment that something was answered about since the last time; and
/// so with payouts.
pub(super) async fn after_a_crash(world: &World) -> Result<()> {
    let admin = &world.admins[0];
    loop {
        let after = world.feed().next();
        let page = ask::get(admin, &Feed::path(after)).await?;
        if !world.feed().take(after, &page)? {
            break;
        }
    }
    let entries = by_payment(&world.feed().entries);
    let touched = world.book().take_touched();
    for payment in touched {
        let id = world.book().payments[payment].id.clone();
        let answer = ask::get(admin, &format!("/v1/payments/{id}")).await?;
        let Some(shown) = answer.json.filter(|_| answer.status == 200) else {
            let status = answer.status;
            world.violated(format!("{id} was issued, and is answered with {status}"));
            continue;
        };
        let book = world.book();
        let entries = entries.get(&id).map_or(&[][..], Vec::as_slice);
        for problem in problems(&book, &book.payments[payment], &shown, entries) {
            world.violated(format!("{id}: {problem}"));
        }
    }
    payouts::audit::after_a_crash(world).await
}

/// The entries of each payment, in their order.
pub(super) fn by_payment(entries: &[Entry]) -> HashMap<String, Vec<Entry>> {
    let mut sorted: HashMap<String, Vec<Entry>> = HashMap::new();
    for entry in entries {
        let of_payment = sorted.entry(entry.payment_id.clone()).or_default();
        of_payment.push(entry.clone());
    }
    sorted
}

/// What of a payment is not as its acknowledged facts say. What was not acknowledged may have happened or not.
pub(super) fn problems(
    book: &Book,
    payment: &Payment,
    shown: &Value,
    entries: &[Entry],
) -> Vec<String> {
    let acknowledged = book.facts_of(payment).filter(|fact| fact.acknowledged);
    let lost = acknowledged.filter(|fact| !has_effect(fact, shown, entries));
    let lost = lost.map(|Fact { kind, operation, .. }| {
        let (state, count) = (&shown["state"], entries.len());
        format!("{kind:?} {operation} was acknowledged and is not there: {state}, {count} entries in the feed")
    });
    let made = entries.iter().enumerate().flat_map(|(number, entry)| {
        let groundless = !follows(book, payment, entry);
        let again = entries[..number].iter().any(|other| is_twice(entry, other));
        let seq = entry.seq;
        [
            groundless.then(|| format!("entry {seq} follows from no callback")),
            again.then(|| format!("entry {seq} moves the same money again")),
        ]
    });
    lost.chain(made.flatten()).collect()
}

fn has_effect(fact: &Fact, shown: &Value, entries: &[Entry]) -> bool {
    let operation = fact.operation.to_string();
    let known = shown["operations"].as_array();
    let known = known.is_some_and(|known| known.iter().any(|it| it["id"] == *operation));
    let is_credited = entries.iter().any(|entry| entry.kind == "credit");
    known
        && match fact.kind {
            Kind::Sale => is_credited,
            // A refund waits for its sale.
            Kind::Refund => !is_credited || entries.iter().any(|it| it.operation_id == operation),
            Kind::Decline => shown["state"] == "declined",
            Kind::Processing => true,
        }
}

/// Whether a callback says what the entry says.
fn follows(book: &Book, payment: &Payment, entry: &Entry) -> bool {
    let (kind, amount) = match entry.kind.as_str() {
        "credit" => (Kind::Sale, entry.amount),
        "refund" => (Kind::Refund, -entry.amount),
        _ => return false,
    };
    let says_so = |fact: &Fact| {
        (fact.kind, fact.amount) == (kind, amount)
            && fact.operation.to_string() == entry.operation_id
    };
    book.facts_of(payment).any(says_so)
        && entry.customer_id == payment.wish.customer
        && entry.currency == "KZT"
}

/// A payment has one credit, and an operation one entry.
fn is_twice(entry: &Entry, other: &Entry) -> bool {
    let both_credit = other.kind == "credit" && entry.kind == "credit";
    both_credit || other.operation_id == entry.operation_id
}
