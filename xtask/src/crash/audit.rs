//! After a crash: the ledger still has everything that was acknowledged.
//!
//! The audit runs before the traffic goes on, because a repeated callback would restore what was lost.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use jetpay_platform::{Admin, Entry, Exchange};
use serde_json::Value;

use super::journal::{Journal, Kind, OperationEvent, Payment};
use super::payouts;
use super::run::{Run, get_with_retries};

/// Reads the feed to its end, then checks every payment and every payout with an answer since the last audit.
pub(super) async fn after_a_crash(run: &Run) -> Result<()> {
    let admin = &run.admins[0];
    loop {
        let after = run.feed().next();
        let page = get_with_retries(admin, &Feed::path(after)).await?;
        if !run.feed().take(after, &page)? {
            break;
        }
    }
    let entries = by_payment(&run.feed().entries);
    let touched = run.journal().take_touched();
    for payment in touched {
        let id = run.journal().payments[payment].id.clone();
        let answer = get_with_retries(admin, &format!("/v1/payments/{id}")).await?;
        let Some(shown) = answer.json.filter(|_| answer.status == 200) else {
            let status = answer.status;
            run.violated(format!(
                "{id} was issued, and GET is answered with {status}"
            ));
            continue;
        };
        let journal = run.journal();
        let entries = entries.get(&id).map_or(&[][..], Vec::as_slice);
        for problem in problems(&journal, &journal.payments[payment], &shown, entries) {
            run.violated(format!("{id}: {problem}"));
        }
    }
    payouts::audit::after_a_crash(run).await
}

/// Sorts the entries by payment id. Keeps their order.
pub(super) fn by_payment(entries: &[Entry]) -> HashMap<String, Vec<Entry>> {
    let mut sorted: HashMap<String, Vec<Entry>> = HashMap::new();
    for entry in entries {
        let of_payment = sorted.entry(entry.payment_id.clone()).or_default();
        of_payment.push(entry.clone());
    }
    sorted
}

/// The differences between a payment and its acknowledged events. An event that is not acknowledged may be recorded or
/// not.
pub(super) fn problems(
    journal: &Journal,
    payment: &Payment,
    shown: &Value,
    entries: &[Entry],
) -> Vec<String> {
    let acknowledged = journal
        .events_of(payment)
        .filter(|event| event.acknowledged);
    let lost = acknowledged.filter(|event| !has_effect(event, shown, entries));
    let lost = lost.map(|OperationEvent { kind, operation, .. }| {
        let (state, count) = (&shown["state"], entries.len());
        format!("{kind:?} {operation} was acknowledged and is not recorded: {state}, {count} entries in the feed")
    });
    let made = entries.iter().enumerate().flat_map(|(number, entry)| {
        let groundless = !follows(journal, payment, entry);
        let again = entries[..number].iter().any(|other| is_twice(entry, other));
        let seq = entry.seq;
        [
            groundless.then(|| format!("entry {seq} follows from no callback")),
            again.then(|| format!("entry {seq} moves the same money again")),
        ]
    });
    lost.chain(made.flatten()).collect()
}

fn has_effect(event: &OperationEvent, shown: &Value, entries: &[Entry]) -> bool {
    let operation = event.operation.to_string();
    let known = shown["operations"].as_array();
    let known = known.is_some_and(|known| known.iter().any(|it| it["id"] == *operation));
    let is_credited = entries.iter().any(|entry| entry.kind == "credit");
    known
        && match event.kind {
            Kind::Sale => is_credited,
            // A refund waits for its sale.
            Kind::Refund => !is_credited || entries.iter().any(|it| it.operation_id == operation),
            Kind::Decline => shown["state"] == "declined",
            Kind::Processing => true,
        }
}

/// Whether an event of the platform explains the entry.
fn follows(journal: &Journal, payment: &Payment, entry: &Entry) -> bool {
    let (kind, amount) = match entry.kind.as_str() {
        "credit" => (Kind::Sale, entry.amount),
        "refund" => (Kind::Refund, -entry.amount),
        _ => return false,
    };
    let explains = |event: &OperationEvent| {
        (event.kind, event.amount) == (kind, amount)
            && event.operation.to_string() == entry.operation_id
    };
    journal.events_of(payment).any(explains)
        && entry.customer_id == payment.top_up.customer
        && entry.currency == "KZT"
}

/// Whether both entries move the same money: a payment has one credit, and an operation has one entry.
fn is_twice(entry: &Entry, other: &Entry) -> bool {
    let both_credit = other.kind == "credit" && entry.kind == "credit";
    both_credit || other.operation_id == entry.operation_id
}

/// The number of entries in a page of the feed.
const PAGE: usize = 1000;

/// The feed of entries. It is read from `next`, as a merchant's billing reads it.
#[derive(Default)]
pub(super) struct Feed {
    next: i64,
    pub(super) entries: Vec<Entry>,
}

impl Feed {
    /// Where the next page begins.
    pub(super) fn next(&self) -> i64 {
        self.next
    }

    pub(super) fn path(after: i64) -> String {
        format!("/v1/entries?after={after}&limit={PAGE}")
    }

    /// Adds the page that follows `after`. Returns whether there may be more pages.
    pub(super) fn take(&mut self, after: i64, page: &Exchange) -> Result<bool> {
        let (status, text) = (page.status, page.text());
        ensure!(status == 200, "the feed was answered with {status}: {text}");
        if self.next != after {
            // Another worker has added this page.
            return Ok(true);
        }
        let mut json = page.json.clone().context("the feed is not JSON")?;
        let entries: Vec<Entry> = serde_json::from_value(json["entries"].take())
            .context("the feed has entries that cannot be read")?;
        self.next = json["next"].as_i64().context("the feed has no `next`")?;
        let more = !entries.is_empty();
        self.entries.extend(entries);
        Ok(more)
    }

    /// Reads the whole feed.
    pub(super) async fn whole(admin: &Admin) -> Result<Self> {
        let mut feed = Self::default();
        loop {
            let after = feed.next();
            let page = get_with_retries(admin, &Self::path(after)).await?;
            if !feed.take(after, &page)? {
                return Ok(feed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! Journals and answers that are wrong in one way each.

    use jetpay_platform::Entry;
    use serde_json::{Value, json};

    use crate::crash::final_check::disagreeing;
    use crate::crash::journal::{Journal, Kind, TopUp};
    use crate::crash::run::Random;

    /// A journal with one payment whose sale was acknowledged, and the id of the sale's operation.
    fn sold() -> (Journal, u64) {
        // Find a seed that gives a payment with a sale and no other event.
        (0..)
            .find_map(|seed| {
                let (mut random, mut journal) = (Random::new(seed), Journal::default());
                journal.issued("p1", TopUp::random(&mut random), &mut random);
                let event = journal.take_open(&mut random)?;
                journal.delivered(event, true);
                let operation = journal.events[event].operation;
                (journal.events.len() == 1 && journal.events[event].kind == Kind::Sale)
                    .then_some((journal, operation))
            })
            .expect("most payments have only a sale")
    }

    fn entry(journal: &Journal, seq: i64, operation: u64) -> Value {
        let top_up = journal.payments[0].top_up;
        json!({
            "seq": seq, "kind": "credit", "payment_id": "p1", "operation_id": operation.to_string(),
            "project_id": 1234, "method": top_up.method.name, "customer_id": top_up.customer,
            "amount": top_up.amount, "currency": "KZT", "time": "2025-01-01T00:00:00Z"
        })
    }

    fn problems(journal: &Journal, operation: u64, entries: &[Value]) -> Vec<String> {
        let entries: Vec<Entry> = serde_json::from_value(json!(entries)).unwrap();
        let shown = json!({"state": "credited", "operations": [{"id": operation.to_string()}]});
        super::problems(journal, &journal.payments[0], &shown, &entries)
    }

    #[test]
    fn sale_with_its_entry_has_no_problem() {
        let (journal, operation) = sold();
        let found = problems(&journal, operation, &[entry(&journal, 1, operation)]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn acknowledged_sale_without_an_entry_is_found() {
        let (journal, operation) = sold();
        let found = problems(&journal, operation, &[]);
        assert!(
            found.len() == 1 && found[0].contains("is not recorded"),
            "{found:?}"
        );
    }

    #[test]
    fn acknowledged_sale_that_the_payment_does_not_show_is_found() {
        let (journal, operation) = sold();
        let found = problems(&journal, operation + 1, &[entry(&journal, 1, operation)]);
        assert!(
            found.len() == 1 && found[0].contains("is not recorded"),
            "{found:?}"
        );
    }

    #[test]
    fn second_credit_is_found() {
        let (journal, operation) = sold();
        let twice = [entry(&journal, 1, operation), entry(&journal, 2, operation)];
        let found = problems(&journal, operation, &twice);
        assert_eq!(found, ["entry 2 moves the same money again"]);
    }

    #[test]
    fn entry_of_another_operation_amount_customer_or_currency_is_found() {
        let (journal, operation) = sold();
        let wrong = [
            ("operation_id", json!("1")),
            ("amount", json!(journal.payments[0].top_up.amount + 1)),
            ("customer_id", json!("another")),
            ("currency", json!("USD")),
            ("kind", json!("reversal")),
        ];
        for (field, value) in wrong {
            let mut entry = entry(&journal, 1, operation);
            entry[field] = value;
            let found = problems(&journal, operation, &[entry]).join("\n");
            assert!(
                found.contains("entry 1 follows from no callback"),
                "{field}: {found}"
            );
        }
    }

    #[test]
    fn payment_whose_sums_differ_from_its_entries_is_found() {
        let (journal, operation) = sold();
        let amount = journal.payments[0].top_up.amount;
        let entries = vec![entry(&journal, 1, operation)];
        let entries: Vec<Entry> = serde_json::from_value(json!(entries)).unwrap();
        let says = |credited: Value, remaining: Value| {
            disagreeing(
                &json!({"credited": credited, "remaining": remaining}),
                &entries,
            )
        };
        assert_eq!(says(json!(amount), json!(amount)), None);
        for (credited, remaining) in [
            (json!(amount), json!(amount - 1)),
            (json!(0), json!(amount)),
            (json!(amount), Value::Null),
            (Value::Null, json!(amount)),
        ] {
            assert!(says(credited, remaining).is_some());
        }
    }
}
