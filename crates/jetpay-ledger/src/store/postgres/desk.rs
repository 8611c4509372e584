//! The desk: rows that were fetched, and what the jobs of a group change in them.

use std::collections::{BTreeMap, HashMap};

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, OperationId, PaymentId, ProjectId};

use super::rows;
use crate::alarm::{Alarm, Cause};
use crate::customer::{Customer, Put};
use crate::entry::EntryKind;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::recorded::Counts;
use crate::settlement::NewSettlement;
use crate::state::{Early, Effect, Fact, NewEntry, Released, Standing};
use crate::work::{Books, Failure, Kept, Keys, Stored, Subject, Waiting};

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
        let made = made.iter().find(|(made, _)| *made == kind);
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

/// The identity of a fact. Words that were fetched are as the database could keep them.
fn same(one: &Fact, other: &Fact) -> bool {
    let same_word = |one: &str, other: &str| rows::key(one) == rows::key(other);
    let (operation, payment) = (&one.operation_status, &one.payment_status);
    (one.project_id, one.operation_id) == (other.project_id, other.operation_id)
        && same_word(operation.as_str(), other.operation_status.as_str())
        && same_word(payment.as_str(), other.payment_status.as_str())
}

impl Books for Desk {
    fn standing(&mut self, subject: Subject<'_>) -> Result<Option<Standing>, Failure> {
        let id = subject.payment_id;
        let row = self.payments.get(id).ok_or_else(|| fetch_payment(id))?;
        let Some(row) = row else {
            return Ok(None);
        };
        let operation = (subject.project_id, subject.operation_id);
        Ok(Some(Standing {
            early: self.early(id)?,
            effect: match subject.kind {
                None => Effect::Free,
                Some(kind) => self.effect(id, operation, kind)?,
            },
            ..row.standing.clone()
        }))
    }

    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, Failure> {
        let id = &payment.id;
        let row = self.payments.get_mut(id).ok_or_else(|| fetch_payment(id))?;
        if row.is_some() {
            return Ok(false);
        }
        *row = Some(PaymentRow {
            standing: Standing::pending(payment.project_id, payment.amount),
            new: Some(payment.clone()),
            changed_at: None,
        });
        Ok(true)
    }

    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &Standing,
        now: Millis,
    ) -> Result<(), Failure> {
        let row = self.payments.get_mut(id).ok_or_else(|| fetch_payment(id))?;
        if let Some(row) = row {
            row.standing = after.clone();
            row.changed_at = Some(now);
        }
        Ok(())
    }

    fn add_event(&mut self, callback: &Callback, kept: Kept, now: Millis) -> Result<bool, Failure> {
        let fact = Fact::from(callback);
        let known = self.events_of(&fact.payment_id)?;
        if known.iter().any(|event| same(&event.fact, &fact)) {
            return Ok(false);
        }
        if kept == Kept::Unmatched && !self.fills_inbox {
            return Err(fetch(Keys {
                fills_inbox: true,
                ..Keys::default()
            }));
        }
        let new = EventRow {
            kept,
            place: Place::New(self.changes.events.len()),
            fact,
        };
        self.changes.events.push(NewEvent {
            callback: callback.clone(),
            kept,
            received_at: now,
        });
        let events = self.events.entry(new.fact.payment_id.clone());
        events.or_default().push(new);
        Ok(true)
    }

    fn stored(&mut self, fact: &Fact) -> Result<Stored, Failure> {
        let events = self.events_of(&fact.payment_id)?;
        let stored = events.iter().find(|event| same(&event.fact, fact));
        let stored = stored.ok_or_else(|| Failure::Store("an event vanished".into()))?;
        let (before, now) = (&stored.fact.operation_type, &fact.operation_type);
        let agrees = rows::kept(before.as_str()) == rows::kept(now.as_str())
            && stored.fact.amount == fact.amount;
        Ok(Stored {
            kept: stored.kept,
            agrees,
        })
    }

    fn waiting(&mut self, payment_id: &PaymentId) -> Result<Option<Waiting>, Failure> {
        let waits = |event: &&EventRow| matches!(event.kept, Kept::Unmatched | Kept::Dismissed);
        let waiting = self.events_of(payment_id)?.iter().find(waits);
        Ok(waiting.map(|event| Waiting {
            fact: event.fact.clone(),
            kept: event.kept,
        }))
    }

    fn place(&mut self, fact: &Fact, kept: Kept) -> Result<(), Failure> {
        self.place_events(&fact.payment_id, kept, |event| same(&event.fact, fact))?;
        Ok(())
    }

    fn release(&mut self, payment_id: &PaymentId, released: &Released) -> Result<(), Failure> {
        self.place_events(payment_id, released.disposition.into(), |event| {
            event.kept == Kept::Early
                && event.fact.operation_id == released.operation_id
                && event.fact.effect() == Some(released.kind)
        })?;
        Ok(())
    }

    fn dismiss(&mut self, payment_id: &PaymentId) -> Result<usize, Failure> {
        self.place_events(payment_id, Kept::Dismissed, |event| {
            event.kept == Kept::Unmatched
        })
    }

    fn events(&mut self, payment_id: &PaymentId) -> Result<u64, Failure> {
        Ok(self.events_of(payment_id)?.len() as u64)
    }

    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        now: Millis,
    ) -> Result<(), Failure> {
        let made = self.effects.entry((project_id, entry.operation_id));
        made.or_default().push((entry.kind, payment_id.clone()));
        self.changes.entries.push(EntryRow {
            payment_id: payment_id.clone(),
            project_id,
            entry: *entry,
            time: now,
        });
        Ok(())
    }

    fn raise(&mut self, cause: &Cause<'_>, now: Millis) -> Result<bool, Failure> {
        if let Some(body) = cause.body {
            let kept = self.bodies.get_mut(body).ok_or_else(|| {
                fetch(Keys {
                    bodies: vec![body.into()],
                    ..Keys::default()
                })
            })?;
            if std::mem::replace(kept, true) {
                return Ok(false);
            }
        }
        self.changes.alarms.push(AlarmRow {
            kind: cause.kind.as_str(),
            project_id: cause.project_id,
            payment_id: cause.payment_id.cloned(),
            operation_id: cause.operation_id,
            reason: cause.reason.map(ToOwned::to_owned),
            body: cause.body.map(Into::into),
            time: now,
        });
        Ok(true)
    }

    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, Failure> {
        let alarm = self.alarms.get(&seq).ok_or_else(|| {
            fetch(Keys {
                alarms: vec![seq],
                ..Keys::default()
            })
        })?;
        Ok(alarm.clone())
    }

    fn settle(&mut self, settlement: &NewSettlement, now: Millis) -> Result<(), Failure> {
        if let Some(alarm) = settlement
            .alarm_seq
            .and_then(|seq| self.alarms.get_mut(&seq)?.as_mut())
        {
            alarm.settlement = Some(settlement.at(now));
        }
        self.changes.settlements.push((settlement.clone(), now));
        Ok(())
    }

    fn put_customer(&mut self, customer: &Customer) -> Result<Put, Failure> {
        let id = &customer.customer_id;
        let there = self.customer(id)?;
        let put = if std::mem::replace(there, true) {
            Put::Replaced
        } else {
            Put::New
        };
        let changes = &mut self.changes.customers;
        changes.insert(id.clone(), Some(customer.clone()));
        Ok(put)
    }

    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, Failure> {
        let there = std::mem::replace(self.customer(customer_id)?, false);
        let changes = &mut self.changes.customers;
        changes.insert(customer_id.clone(), None);
        Ok(there)
    }

    fn touch(&mut self) -> Result<(), Failure> {
        self.changes.touched = true;
        Ok(())
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.changes.counts
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
