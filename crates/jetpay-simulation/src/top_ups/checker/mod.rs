//! What the checks know about top-ups: a copy of all committed rows, updated after each step.

mod all;
mod answer;
mod payment;

pub(crate) use answer::{Permitted, check_request_response, code};

use std::collections::HashMap;
use std::sync::Arc;

use jetpay_ledger::sim::SimStore;

use super::platform::TopUp;
use crate::database::{self, EntryRow, EventRow};
use crate::notification::Notification;
use crate::report::{Breach, Invariant};
use crate::setup::PROJECTS;

/// A payment whose id the platform has, as the checks see it. Amounts are in minor units.
pub(crate) struct Payment {
    pub(crate) id: Arc<str>,
    pub(crate) top_up: usize,
    pub(crate) customer: usize,
    pub(crate) project: u64,
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
            return Invariant::CommitBeforeAnswer
                .broken(before, format!("the id {id} was issued twice"));
        }
        self.payments.push(Payment {
            id: Arc::clone(id),
            top_up: number,
            customer: top_up.customer,
            project: PROJECTS[top_up.project],
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
            new.push(self.new_entry(entry)?);
        }
        Ok(new)
    }

    /// The entry with this number, if it is committed.
    pub(crate) fn entry(&self, seq: i64) -> Option<&EntryRow> {
        let place = self.entries.binary_search_by_key(&seq, |it| it.seq).ok()?;
        self.entries.get(place)
    }

    /// The numbers of a customer's credits, in their order.
    pub(crate) fn credits_of(&self, customer: usize) -> impl Iterator<Item = i64> {
        let credits = self.entries.iter().filter(|it| it.kind == "credit");
        credits
            .filter(move |it| self.payments[self.by_id[it.payment.as_str()]].customer == customer)
            .map(|it| it.seq)
    }

    fn event(
        &mut self,
        event: EventRow,
        body: &[u8],
        notifications: &mut [Notification],
    ) -> Result<(usize, NewRow), Breach> {
        let Some(&index) = self.by_id.get(event.payment.as_str()) else {
            let message = format!("an event of {}, whose id was not issued", event.payment);
            return Invariant::OnlySignedEvents.broken(None, message);
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
            return Invariant::OnlySignedEvents.broken(index, message);
        };
        notifications[notification].stored = true;
        payment.stored.push(notification);
        self.events.push(event);
        Ok((index, NewRow::Event { notification }))
    }

    fn new_entry(&mut self, entry: EntryRow) -> Result<(usize, NewRow), Breach> {
        let Some(&index) = self.by_id.get(entry.payment.as_str()) else {
            let message = format!("an entry of {}, whose id was not issued", entry.payment);
            return Invariant::OnlySignedEvents.broken(None, message);
        };
        let (operation, project) = (
            entry.operation.cast_unsigned(),
            entry.project.cast_unsigned(),
        );
        let payment = &mut self.payments[index];
        if entry.kind == "credit" {
            payment.credits += entry.amount;
            if let Some(before) = self.credited.insert((project, operation), index) {
                let message = format!(
                    "operation {operation} credits it, but has credited {}",
                    self.payments[before].id
                );
                return Invariant::CreditedOnce.broken(index, message);
            }
        }
        payment.entries.push(self.entries.len());
        payment.sum += entry.amount;
        let amount = entry.amount;
        self.entries.push(entry);
        Ok((index, NewRow::Entry { amount, operation }))
    }
}
