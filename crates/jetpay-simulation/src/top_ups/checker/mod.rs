//! What the checks know about top-ups: a copy of all committed rows, updated after each step.

mod all;
mod answer;
mod payment;

pub(crate) use answer::check_request_response;

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_ledger::sim::SimStore;

use super::platform::TopUp;
use crate::database::{self, EntryRow, EventRow};
use crate::notification::{Effect, Notification};
use crate::report::{Breach, Invariant};

/// A payment whose id the platform has, as the checks see it. Amounts are in minor units.
pub(crate) struct Payment {
    pub(crate) id: Arc<str>,
    pub(crate) top_up: usize,
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    /// The notifications of its scenario.
    pub(crate) notifications: Vec<usize>,
    /// The notifications that were committed, in this order.
    pub(crate) stored: Vec<usize>,
    /// Its entries, as indexes into [`Checker::entries`].
    pub(crate) entries: Vec<usize>,
    pub(crate) sum: i64,
    pub(crate) credits: i64,
    /// The step after which the payment was announced.
    pub(crate) announced: Option<u64>,
    pub(crate) state: String,
}

/// A row that a step added.
pub(crate) enum NewRow {
    Event { notification: usize },
    Entry { amount: i64, operation: u64 },
}

pub(crate) struct Checker {
    pub(crate) store: Arc<SimStore>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) by_id: HashMap<Arc<str>, usize>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) entries: Vec<EntryRow>,
    /// The payment that an operation has credited, by project and operation.
    pub(crate) credited: HashMap<(u64, u64), usize>,
    /// How many steps the store has done.
    pub(crate) step: u64,
}

impl Checker {
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

    /// Adds a payment whose id was issued, by this service or another system. Returns its index.
    ///
    /// # Errors
    /// The id was issued before.
    pub(crate) fn issue(
        &mut self,
        id: &Arc<str>,
        number: usize,
        top_up: &TopUp,
    ) -> Result<usize, Breach> {
        let index = self.payments.len();
        if let Some(before) = self.by_id.insert(Arc::clone(id), index) {
            let message = format!("the id {id} was issued twice");
            return Err(Breach::new(Invariant::CommitBeforeAnswer, before, message));
        }
        self.payments.push(Payment {
            id: Arc::clone(id),
            top_up: number,
            customer: top_up.customer,
            amount: top_up.amount,
            notifications: Vec::new(),
            stored: Vec::new(),
            entries: Vec::new(),
            sum: 0,
            credits: 0,
            announced: None,
            state: "pending".into(),
        });
        Ok(index)
    }

    /// Copies what the last step committed. Each new row must have a reason.
    pub(crate) fn sync(
        &mut self,
        notifications: &mut [Notification],
    ) -> Result<Vec<(usize, NewRow)>, Breach> {
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
            new.push(self.event(event, &body, notifications)?);
        }
        for entry in entries {
            new.push(self.entry(entry, notifications)?);
        }
        Ok(new)
    }

    fn event(
        &mut self,
        event: EventRow,
        body: &[u8],
        notifications: &mut [Notification],
    ) -> Result<(usize, NewRow), Breach> {
        let Some(&index) = self.by_id.get(event.payment.as_str()) else {
            let message = format!("an event of {}, whose id was not issued", event.payment);
            return Err(Breach::general(Invariant::OnlySignedEvents, message));
        };
        let payment = &mut self.payments[index];
        let signed = payment.notifications.iter().copied().find(|&number| {
            let notification = &notifications[number];
            let identity = (
                event.project.cast_unsigned(),
                event.operation,
                event.operation_status.as_str(),
                event.payment_status.as_str(),
            );
            let matches_body = notification
                .bodies
                .iter()
                .flatten()
                .any(|matches_body| **matches_body == *body);
            matches_body
                && notification.identity() == identity
                && notification.content.stored().2 == event.amount
        });
        let Some(notification) = signed.filter(|&number| !notifications[number].stored) else {
            let message = format!(
                "event {} is stored twice, or the platform never signed it",
                event.seq
            );
            return Err(Breach::new(Invariant::OnlySignedEvents, index, message));
        };
        notifications[notification].stored = true;
        payment.stored.push(notification);
        self.events.push(event);
        Ok((index, NewRow::Event { notification }))
    }

    fn entry(
        &mut self,
        entry: EntryRow,
        notifications: &[Notification],
    ) -> Result<(usize, NewRow), Breach> {
        let Some(&index) = self.by_id.get(entry.payment.as_str()) else {
            let message = format!("an entry of {}, whose id was not issued", entry.payment);
            return Err(Breach::general(Invariant::OnlySignedEvents, message));
        };
        let breach = |invariant, message: &str| {
            let EntryRow {
                seq,
                kind,
                amount,
                operation,
                ..
            } = &entry;
            let message =
                format!("entry {seq}, {kind} of {amount} by operation {operation}, {message}");
            Err(Breach::new(invariant, index, message))
        };
        let payment = &self.payments[index];
        let (operation, project) = (
            entry.operation.cast_unsigned(),
            entry.project.cast_unsigned(),
        );
        let justified = payment.stored.iter().any(|&notification| {
            let content = &notifications[notification].content;
            let (effect, amount) = match entry.kind.as_str() {
                "credit" => (Effect::Credits, payment.amount),
                "refund" | "reversal" => (Effect::TakesBack, -content.amount),
                "refund_reverse" => (Effect::RefundReversed, content.amount),
                "manual_change" => (Effect::TakesBackRest, -payment.sum),
                _ => return false,
            };
            let kind = if effect == Effect::Credits {
                "sale"
            } else {
                &*entry.kind.replace('_', " ")
            };
            (content.effect, content.operation, content.statuses[0]) == (effect, operation, kind)
                && (content.project, entry.amount) == (project, amount)
        });
        if !justified {
            return breach(
                Invariant::OnlySignedEvents,
                "has no stored notification as its reason",
            );
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
                return breach(invariant, "repeats an earlier entry");
            }
            if before.kind == "credit" && entry.kind == "credit" {
                return breach(Invariant::CreditedOnce, "is the payment's second credit");
            }
        }
        if entry.kind == "credit" && self.credited.insert((project, operation), index).is_some() {
            return breach(
                Invariant::CreditedOnce,
                "comes from an operation that credited another payment",
            );
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
        Ok((index, NewRow::Entry { amount, operation }))
    }
}
