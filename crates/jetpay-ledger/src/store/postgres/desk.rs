//! The desk: rows that were fetched, and what the jobs of a group change in them.

mod books;
mod payouts;

use std::collections::{BTreeMap, HashMap};

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};

use crate::alarm::Alarm;
use crate::customer::Customer;
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::payout::Step;
use crate::recorded::Counts;
use crate::settlement::NewSettlement;
use crate::state::{Early, Effect, Fact, NewEntry, Standing};
use crate::store::PayoutRow;
use crate::work::{Failure, Kept, Keys};

/// What a group looks at and changes. The maps hold what was fetched, also when that is nothing; what is not in them was
/// not fetched, and is asked for with [`Failure::Fetch`].
#[derive(Default)]
pub(super) struct Desk {
    pub(super) payments: HashMap<PaymentId, Option<PaymentRow>>,
    pub(super) events: HashMap<PaymentId, Vec<EventRow>>,
    pub(super) effects: HashMap<(ProjectId, OperationId), Vec<(EntryKind, PaymentId)>>,
    pub(super) customers: HashMap<CustomerId, bool>,
    pub(super) alarms: HashMap<i64, Option<Alarm>>,
    pub(super) bodies: HashMap<Box<[u8]>, bool>,
    pub(super) payouts: HashMap<PaymentId, Option<PayoutOnDesk>>,
    pub(super) payout_keys: HashMap<(ProjectId, String), Option<(PaymentId, String)>>,
    pub(super) spenders: HashMap<CustomerId, i64>,
    pub(super) fills_inbox: bool,
    pub(super) changes: Changes,
}

/// What the group changed.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) counts: Counts,
    pub(super) events: Vec<NewEvent>,
    pub(super) moved: BTreeMap<i64, Kept>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) alarms: Vec<AlarmRow>,
    pub(super) settlements: Vec<(NewSettlement, Millis)>,
    pub(super) steps: Vec<Step>,
    pub(super) customers: BTreeMap<CustomerId, Option<Customer>>,
    pub(super) touched: bool,
}

/// A payment, fetched or new.
pub(super) struct PaymentRow {
    /// Without what waits and without an effect: those follow from the events and the entries.
    pub(super) standing: Standing,
    pub(super) new: Option<NewPayment>,
    pub(super) changed_at: Option<Millis>,
}

/// A payout, fetched or new.
pub(super) struct PayoutOnDesk {
    pub(super) row: PayoutRow,
    pub(super) new: bool,
    pub(super) changed: bool,
}

/// An event, fetched or new.
pub(super) struct EventRow {
    pub(super) fact: Fact,
    pub(super) kept: Kept,
    pub(super) place: Place,
}

/// Where an event's row is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In the database, under this number.
    Stored(i64),
    /// Among the new ones.
    New(usize),
}

pub(super) struct NewEvent {
    pub(super) callback: Callback,
    pub(super) kept: Kept,
    pub(super) received_at: Millis,
}

pub(super) struct EntryRow {
    pub(super) payment_id: PaymentId,
    pub(super) project_id: ProjectId,
    pub(super) entry: NewEntry,
    pub(super) time: Millis,
}

pub(super) struct AlarmRow {
    pub(super) kind: &'static str,
    pub(super) project_id: ProjectId,
    pub(super) payment_id: Option<PaymentId>,
    pub(super) operation_id: Option<OperationId>,
    pub(super) reason: Option<String>,
    pub(super) body: Option<Box<[u8]>>,
    pub(super) time: Millis,
}

fn fetch(keys: Keys) -> Failure {
    Failure::Fetch(Box::new(keys))
}

fn fetch_payment(id: &PaymentId) -> Failure {
    fetch(Keys {
        payments: vec![id.clone()],
        ..Keys::default()
    })
}

impl Desk {
    fn events_of(&self, id: &PaymentId) -> Result<&[EventRow], Failure> {
        let events = self.events.get(id).ok_or_else(|| fetch_payment(id))?;
        Ok(events)
    }

    /// Whether the operation has made an entry of this kind, and where.
    fn effect(
        &self,
        payment_id: &PaymentId,
        operation: (ProjectId, OperationId),
        kind: EntryKind,
    ) -> Result<Effect, Failure> {
        let made = self.effects.get(&operation).ok_or_else(|| {
            fetch(Keys {
                operations: vec![operation],
                ..Keys::default()
            })
        })?;
        // An operation is credited once, by whomever.
        let is = |made: EntryKind| made == kind || (made.is_credit() && kind.is_credit());
        let made = made.iter().find(|(made, _)| is(*made));
        Ok(match made {
            None => Effect::Free,
            Some((_, id)) if id == payment_id => Effect::Here,
            Some(_) => Effect::Elsewhere,
        })
    }

    fn early(&self, payment_id: &PaymentId) -> Result<Vec<Early>, Failure> {
        let mut early = Vec::new();
        for event in self.events_of(payment_id)? {
            let Some(kind) = event.fact.effect().filter(|_| event.kept == Kept::Early) else {
                continue;
            };
            let fact = &event.fact;
            let operation = (fact.project_id, fact.operation_id);
            early.push(Early {
                operation_id: fact.operation_id,
                kind,
                amount: fact.amount.minor(),
                elsewhere: self.effect(payment_id, operation, kind)? != Effect::Free,
            });
        }
        Ok(early)
    }

    /// Gives every event of the payment that `chosen` picks another place; how many they are.
    fn place_events(
        &mut self,
        payment_id: &PaymentId,
        kept: Kept,
        chosen: impl Fn(&EventRow) -> bool,
    ) -> Result<usize, Failure> {
        let events = self.events.get_mut(payment_id);
        let events = events.ok_or_else(|| fetch_payment(payment_id))?;
        let mut placed = 0;
        for event in events.iter_mut().filter(|event| chosen(event)) {
            event.kept = kept;
            match event.place {
                Place::Stored(seq) => drop(self.changes.moved.insert(seq, kept)),
                Place::New(index) => self.changes.events[index].kept = kept,
            }
            placed += 1;
        }
        Ok(placed)
    }
}

impl Desk {
    fn customer(&mut self, id: &CustomerId) -> Result<&mut bool, Failure> {
        self.customers.get_mut(id).ok_or_else(|| {
            fetch(Keys {
                customers: vec![id.clone()],
                ..Keys::default()
            })
        })
    }
}
