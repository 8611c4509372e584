//! The books of a group, on the desk.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::super::rows;
use super::{
    AlarmRow, Desk, EntryRow, EventRow, NewEvent, PaymentRow, Place, fetch, fetch_payment,
};
use crate::alarm::{Alarm, Cause};
use crate::customer::{Customer, Put};
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::recorded::Counts;
use crate::settlement::NewSettlement;
use crate::state::{Effect, Fact, NewEntry, Released, Standing};
use crate::work::{Books, Failure, Kept, Keys, Stored, Subject, Waiting};

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
