//! The working set: rows that were fetched, and what the commands of a group change in them.

use std::collections::{BTreeMap, HashMap, HashSet};

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_rules::{
    EarlyCompensation, EffectKey, EntryKind, EventStatus, OperationEvent, PaymentSnapshot,
};

use super::delivery_set::{Deliveries, DeliveryChanges};
use crate::model::{Alarm, Counts, Customer, Millis, NewPayment};
use crate::port::payouts::sql::Balance;
use crate::port::{DifferenceRow, Keys, PayoutRow, Row, StoredEntry, TransactionError};

/// The rows that a group of commands reads and changes. A key that is in a map was fetched, also when it has no row. A key
/// that is missing was not fetched: the command asks for it with [`TransactionError::Fetch`].
#[derive(Default)]
pub(super) struct WorkingSet {
    pub(super) payments: HashMap<PaymentId, Option<PaymentRow>>,
    pub(super) events: HashMap<PaymentId, Vec<EventRow>>,
    pub(super) effects: HashMap<(ProjectId, OperationId), Vec<(EntryKind, PaymentId)>>,
    pub(super) customers: HashMap<CustomerId, bool>,
    pub(super) contracts: HashMap<CustomerId, Option<Customer>>,
    pub(super) alarms: HashMap<i64, Option<Alarm>>,
    pub(super) entries: HashMap<i64, Option<StoredEntry>>,
    pub(super) signatures: HashMap<(Box<str>, String), bool>,
    pub(super) declines: HashMap<PaymentId, bool>,
    pub(super) unusable: HashMap<ProjectId, usize>,
    pub(super) payouts: HashMap<PaymentId, Option<PayoutRowInSet>>,
    pub(super) payout_keys: HashMap<(ProjectId, String), Option<(PaymentId, String)>>,
    pub(super) spenders: HashMap<CustomerId, Balance>,
    /// The last run of a reconciliation, if the group holds the lock of those.
    pub(super) last_run: Option<i64>,
    pub(super) differences: HashMap<String, Option<DifferenceRow>>,
    pub(super) deliveries: Deliveries,
    pub(super) fills_inbox: bool,
    pub(super) changes: Changes,
}

/// What the group changed.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) counts: Counts,
    pub(super) events: Vec<NewEvent>,
    pub(super) statuses: BTreeMap<i64, EventStatus>,
    /// Repeats of stored events, which may have what those lack.
    pub(super) repeats: BTreeMap<i64, Callback>,
    pub(super) entries: Vec<Row>,
    pub(super) alarms: Vec<Row>,
    pub(super) resolutions: Vec<Row>,
    /// The alarms that they resolve.
    pub(super) resolved: Vec<i64>,
    pub(super) steps: Vec<Row>,
    /// None: deleted. With a customer, when a look-up saw it.
    pub(super) customers: BTreeMap<CustomerId, Option<(Customer, Option<Millis>)>>,
    pub(super) runs: Vec<Row>,
    /// The runs that it finished.
    pub(super) finished: Vec<i64>,
    pub(super) findings: Vec<Row>,
    pub(super) differences: BTreeMap<String, DifferenceRow>,
    /// The differences about which it raised an alarm, whose number the commit gives.
    pub(super) raised: HashSet<String>,
    pub(super) deliveries: DeliveryChanges,
    pub(super) probed: bool,
}

/// A payment, fetched or new.
pub(super) struct PaymentRow {
    /// Without its early compensations: they follow from the events.
    pub(super) snapshot: PaymentSnapshot,
    pub(super) customer_id: CustomerId,
    /// A payment of the customer is so large that the balance could overflow.
    pub(super) has_large: bool,
    pub(super) new: Option<NewPayment>,
    pub(super) changed_at: Option<Millis>,
}

/// A payout, fetched or new.
pub(super) struct PayoutRowInSet {
    pub(super) row: PayoutRow,
    pub(super) new: bool,
    pub(super) changed: bool,
}

/// An event, fetched or new.
pub(super) struct EventRow {
    pub(super) event: OperationEvent,
    pub(super) status: EventStatus,
    pub(super) place: Place,
}

/// The place of an event's row.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In the database, under this number.
    Stored(i64),
    /// Among the new ones.
    New(usize),
}

pub(super) struct NewEvent {
    pub(super) callback: Callback,
    pub(super) status: EventStatus,
    pub(super) received_at: Millis,
}

impl NewEvent {
    /// Adds what it lacked for people and a repeat has.
    pub(super) fn complete(&mut self, repeat: &Callback) {
        let (operation, payment) = (&mut self.callback.operation, &mut self.callback.payment);
        let provider = &mut operation.provider.payment_id;
        let known = provider.take();
        *provider = known.or_else(|| repeat.operation.provider.payment_id.clone());
        let known = operation.code.take();
        operation.code = known.or_else(|| repeat.operation.code.clone());
        let known = payment.kind.take();
        payment.kind = known.or_else(|| repeat.payment.kind.clone());
    }
}

/// The command needs more rows, under the keys that are added.
pub(super) fn missing(add: impl FnOnce(&mut Keys)) -> TransactionError {
    let mut keys = Keys::default();
    add(&mut keys);
    TransactionError::Fetch(Box::new(keys))
}

pub(super) fn missing_payment(id: &PaymentId) -> TransactionError {
    missing(|keys| keys.payments.push(id.clone()))
}

impl WorkingSet {
    pub(super) fn events_of(&self, id: &PaymentId) -> Result<&[EventRow], TransactionError> {
        let events = self.events.get(id).ok_or_else(|| missing_payment(id))?;
        Ok(events)
    }

    /// The payment whose entry has this key, if there is one.
    pub(super) fn payment_with_effect(
        &self,
        key: EffectKey,
    ) -> Result<Option<PaymentId>, TransactionError> {
        let operation = (key.project_id, key.operation_id);
        let made = self.effects.get(&operation);
        let made = made.ok_or_else(|| missing(|keys| keys.operations.push(operation)))?;
        let has_key = |kind: EntryKind| EffectKey::new(operation.0, operation.1, kind) == key;
        let made = made.iter().find(|(kind, _)| has_key(*kind));
        Ok(made.map(|(_, payment_id)| payment_id.clone()))
    }

    pub(super) fn early(
        &self,
        payment_id: &PaymentId,
    ) -> Result<Vec<EarlyCompensation>, TransactionError> {
        let events = self.events_of(payment_id)?.iter();
        let waiting = events.filter(|row| row.status == EventStatus::Early);
        let early = waiting.filter_map(|row| {
            Some(EarlyCompensation {
                operation_id: row.event.operation_id?,
                kind: row.event.entry_kind()?,
                amount: row.event.amount?.minor(),
            })
        });
        Ok(early.collect())
    }

    /// Gives the events of the payment that `chosen` picks another status; how many they are.
    pub(super) fn set_statuses(
        &mut self,
        payment_id: &PaymentId,
        status: EventStatus,
        chosen: impl Fn(&EventRow) -> bool,
    ) -> Result<usize, TransactionError> {
        let events = self.events.get_mut(payment_id);
        let events = events.ok_or_else(|| missing_payment(payment_id))?;
        let mut changed = 0;
        for event in events.iter_mut().filter(|event| chosen(event)) {
            event.status = status;
            match event.place {
                Place::Stored(seq) => drop(self.changes.statuses.insert(seq, status)),
                Place::New(index) => self.changes.events[index].status = status,
            }
            changed += 1;
        }
        Ok(changed)
    }

    pub(super) fn customer(&mut self, id: &CustomerId) -> Result<&mut bool, TransactionError> {
        let customer = self.customers.get_mut(id);
        customer.ok_or_else(|| missing(|keys| keys.customers.push(id.clone())))
    }
}
