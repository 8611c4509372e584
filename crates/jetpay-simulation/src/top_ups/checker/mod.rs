//! What the checks know: a copy of all that was committed, taken row by row as it comes.

mod all;
mod answer;
mod payment;

pub(crate) use answer::of_request;

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_ledger::sim::SimStore;

use super::platform::TopUp;
use crate::database::{self, EntryRow, EventRow};
use crate::notification::{Fact, Meaning};
use crate::report::{Broken, Invariant};

/// A payment of which the platform has the id, as the checks see it.
pub(crate) struct Payment {
    pub(crate) id: Arc<str>,
    pub(crate) top_up: usize,
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    /// The facts of its story.
    pub(crate) facts: Vec<usize>,
    /// Those that were committed, in this order.
    pub(crate) known: Vec<usize>,
    /// Its entries, as places in [`Audit::entries`].
    pub(crate) entries: Vec<usize>,
    pub(crate) sum: i64,
    pub(crate) credits: i64,
    /// The step since which the merchant knows it.
    pub(crate) announced: Option<u64>,
    pub(crate) state: String,
}

/// A row that was new.
pub(crate) enum New {
    Known { fact: usize },
    Moved { amount: i64, operation: u64 },
}

pub(crate) struct Audit {
    pub(crate) store: Arc<SimStore>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) by_id: HashMap<Arc<str>, usize>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) entries: Vec<EntryRow>,
    /// Which payment an operation has credited.
    pub(crate) credited: HashMap<(u64, u64), usize>,
    /// How many steps the store has done.
    pub(crate) step: u64,
}

impl Audit {
    pub(crate) fn new(store: Arc<SimStore>) -> Self {
        Self {
            store,
            payments: Vec::new(),
            by_id: HashMap::new(),
            events: Vec::new(),
            entries: Vec::new(),
            credited: HashMap::new(),
            step: 0,
        }
    }

    /// A payment id was given out, here or elsewhere; its place.
    ///
    /// # Errors
    /// It was given out before.
    pub(crate) fn given(
        &mut self,
        id: &Arc<str>,
        number: usize,
        top_up: &TopUp,
    ) -> Result<usize, Broken> {
        let index = self.payments.len();
        if let Some(before) = self.by_id.insert(Arc::clone(id), index) {
            let what = format!("the id {id} was given out twice");
            return Err(Broken::new(Invariant::CommitFirst, before, what));
        }
        self.payments.push(Payment {
            id: Arc::clone(id),
            top_up: number,
            customer: top_up.customer,
            amount: top_up.amount,
            facts: Vec::new(),
            known: Vec::new(),
            entries: Vec::new(),
            sum: 0,
            credits: 0,
            announced: None,
            state: "pending".into(),
        });
        Ok(index)
    }

    /// Copies what the last step committed. Each new row must have its reason.
    pub(crate) fn sync(&mut self, facts: &mut [Fact]) -> Result<Vec<(usize, New)>, Broken> {
        let (last_event, last_entry) = (
            self.events.last().map_or(0, |event| event.seq),
            self.entries.last().map_or(0, |entry| entry.seq),
        );
        let (events, entries) = self.store.inspect(|connection| {
            let events = database::events(connection, last_event)?;
            Ok((events, database::entries(connection, last_entry)?))
        })?;
        let mut new = Vec::new();
        for (event, body) in events {
            new.push(self.event(event, &body, facts)?);
        }
        for entry in entries {
            new.push(self.entry(entry, facts)?);
        }
        Ok(new)
    }

    fn event(
        &mut self,
        event: EventRow,
        body: &[u8],
        facts: &mut [Fact],
    ) -> Result<(usize, New), Broken> {
        let Some(&index) = self.by_id.get(event.payment.as_str()) else {
            let what = format!("an event of {}, which nobody told of", event.payment);
            return Err(Broken::anywhere(Invariant::NothingElse, what));
        };
        let payment = &mut self.payments[index];
        let signed = payment.facts.iter().copied().find(|&number| {
            let fact = &facts[number];
            let identity = (
                event.project.cast_unsigned(),
                event.operation.cast_unsigned(),
                event.operation_status.as_str(),
                event.payment_status.as_str(),
            );
            let written = fact
                .bodies
                .iter()
                .flatten()
                .any(|written| **written == *body);
            written && fact.identity() == identity && fact.saying.amount == event.amount
        });
        let Some(fact) = signed.filter(|&number| !facts[number].known) else {
            let what = format!(
                "event {} is stored twice, or was never signed so",
                event.seq
            );
            return Err(Broken::new(Invariant::NothingElse, index, what));
        };
        facts[fact].known = true;
        payment.known.push(fact);
        self.events.push(event);
        Ok((index, New::Known { fact }))
    }

    fn entry(&mut self, entry: EntryRow, facts: &[Fact]) -> Result<(usize, New), Broken> {
        let Some(&index) = self.by_id.get(entry.payment.as_str()) else {
            let what = format!("an entry of {}, which nobody told of", entry.payment);
            return Err(Broken::anywhere(Invariant::NothingElse, what));
        };
        let broken = |invariant, what: &str| {
            let EntryRow {
                seq,
                kind,
                amount,
                operation,
                ..
            } = &entry;
            let what = format!("entry {seq}, {kind} of {amount} by operation {operation}, {what}");
            Err(Broken::new(invariant, index, what))
        };
        let payment = &self.payments[index];
        let (operation, project) = (
            entry.operation.cast_unsigned(),
            entry.project.cast_unsigned(),
        );
        let justified = payment.known.iter().any(|&fact| {
            let saying = &facts[fact].saying;
            let (meaning, amount) = match entry.kind.as_str() {
                "credit" => (Meaning::Pays, payment.amount),
                "refund" | "reversal" => (Meaning::Takes, -saying.amount),
                "refund_reverse" => (Meaning::Returns, saying.amount),
                "manual_change" => (Meaning::TakesRest, -payment.sum),
                _ => return false,
            };
            let kind = if meaning == Meaning::Pays {
                "sale"
            } else {
                &*entry.kind.replace('_', " ")
            };
            (saying.meaning, saying.operation, saying.words[0]) == (meaning, operation, kind)
                && (saying.project, entry.amount) == (project, amount)
        });
        if !justified {
            return broken(Invariant::NothingElse, "has no stored fact that says so");
        }
        let own = payment.entries.iter().map(|&place| &self.entries[place]);
        for before in own {
            if (before.operation, &before.kind) == (entry.operation, &entry.kind) {
                let credit = entry.kind == "credit";
                let invariant = if credit {
                    Invariant::CreditedOnce
                } else {
                    Invariant::TakenBackOnce
                };
                return broken(invariant, "was made before");
            }
            if before.kind == "credit" && entry.kind == "credit" {
                return broken(Invariant::CreditedOnce, "is the payment's second credit");
            }
        }
        if entry.kind == "credit" && self.credited.insert((project, operation), index).is_some() {
            return broken(Invariant::CreditedOnce, "credited another payment before");
        }
        let payment = &mut self.payments[index];
        payment.entries.push(self.entries.len());
        payment.sum += entry.amount;
        payment.credits += if entry.kind == "credit" {
            entry.amount
        } else {
            0
        };
        let amount = entry.amount;
        self.entries.push(entry);
        Ok((index, New::Moved { amount, operation }))
    }
}
