//! The ledger's transaction over the working set of a group.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_rules::{
    EffectKey, Effects, EventStatus, NewEntry, OperationEvent, PaymentSnapshot,
    ReleasedCompensation,
};

use super::working_set::{
    EventRow, NewEvent, PaymentRow, Place, WorkingSet, missing, missing_payment,
};
use crate::model::{
    Alarm, AlarmCause, AlarmKind, Counts, Customer, Millis, NewPayment, Reason, Resolution,
    without_nul,
};
use crate::port::{
    LedgerTransaction, StoredEntry, StoredEvent, TransactionError, alarms, bounded, owned, rows,
};

/// The key of an alarm that keeps a message, with the reason as the database could keep it.
fn signature_key(signature: &str, reason: &str) -> (Box<str>, String) {
    (signature.into(), without_nul(reason).into_owned())
}

impl LedgerTransaction for WorkingSet {
    fn payment(
        &mut self,
        id: &PaymentId,
        key: Option<EffectKey>,
    ) -> Result<Option<(PaymentSnapshot, Effects)>, TransactionError> {
        let row = self.payments.get(id).ok_or_else(|| missing_payment(id))?;
        let Some(row) = row else {
            return Ok(None);
        };
        let snapshot = PaymentSnapshot {
            early: self.early(id)?,
            ..row.snapshot.clone()
        };
        let mut effects =
            Effects::of_key((id, &snapshot), key, |key| self.payment_with_effect(key))?;
        if row.has_large {
            effects.balance = bounded(self.balance(&row.customer_id)?.topped_up);
        }
        Ok(Some((snapshot, effects)))
    }

    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, TransactionError> {
        let id = &payment.id;
        let row = self
            .payments
            .get_mut(id)
            .ok_or_else(|| missing_payment(id))?;
        if row.is_some() {
            return Ok(false);
        }
        *row = Some(PaymentRow {
            snapshot: PaymentSnapshot::announced(payment.project_id, payment.amount),
            customer_id: payment.customer_id.clone(),
            // Not looked up, so assumed: it is read only if a callback came before the payment.
            has_large: true,
            new: Some(payment.clone()),
            changed_at: None,
        });
        Ok(true)
    }

    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &PaymentSnapshot,
        now: Millis,
    ) -> Result<(), TransactionError> {
        let row = self
            .payments
            .get_mut(id)
            .ok_or_else(|| missing_payment(id))?;
        if let Some(row) = row {
            row.snapshot = after.clone();
            row.changed_at = Some(now);
        }
        Ok(())
    }

    fn add_event(
        &mut self,
        callback: &Callback,
        status: EventStatus,
        now: Millis,
    ) -> Result<bool, TransactionError> {
        let event = OperationEvent::from(callback);
        let known = self.events_of(&event.payment_id)?;
        if known.iter().any(|row| row.event.repeats(&event)) {
            return Ok(false);
        }
        if status == EventStatus::Unmatched && !self.fills_inbox {
            return Err(missing(|keys| keys.fills_inbox = true));
        }
        let new = EventRow {
            status,
            place: Place::New(self.changes.events.len()),
            event,
        };
        self.changes.events.push(NewEvent {
            callback: callback.clone(),
            status,
            received_at: now,
        });
        let events = self.events.entry(new.event.payment_id.clone());
        events.or_default().push(new);
        Ok(true)
    }

    fn complete_event(&mut self, repeat: &Callback) -> Result<(), TransactionError> {
        let event = OperationEvent::from(repeat);
        let events = self.events_of(&event.payment_id)?.iter();
        let mut places = events.filter(|row| row.event.repeats(&event));
        match places.next().map(|row| row.place) {
            Some(Place::Stored(seq)) => drop(self.changes.repeats.insert(seq, repeat.clone())),
            Some(Place::New(index)) => self.changes.events[index].complete(repeat),
            None => {}
        }
        Ok(())
    }

    fn stored_event(&mut self, event: &OperationEvent) -> Result<StoredEvent, TransactionError> {
        let events = self.events_of(&event.payment_id)?;
        let stored = events.iter().find(|row| row.event.repeats(event));
        let stored = stored.ok_or_else(|| TransactionError::Store("an event vanished".into()))?;
        Ok(StoredEvent {
            event: stored.event.clone(),
            status: stored.status,
        })
    }

    fn waiting_event(
        &mut self,
        payment_id: &PaymentId,
    ) -> Result<Option<StoredEvent>, TransactionError> {
        let waits =
            |row: &&EventRow| matches!(row.status, EventStatus::Unmatched | EventStatus::Dismissed);
        let waiting = self.events_of(payment_id)?.iter().find(waits);
        Ok(waiting.map(|row| StoredEvent {
            event: row.event.clone(),
            status: row.status,
        }))
    }

    fn set_event_status(
        &mut self,
        event: &OperationEvent,
        status: EventStatus,
    ) -> Result<(), TransactionError> {
        self.set_statuses(&event.payment_id, status, |row| row.event.repeats(event))?;
        Ok(())
    }

    fn release(
        &mut self,
        payment_id: &PaymentId,
        released: &ReleasedCompensation,
    ) -> Result<(), TransactionError> {
        self.set_statuses(payment_id, released.status, |row| {
            row.status == EventStatus::Early
                && row.event.operation_id == Some(released.operation_id)
                && row.event.entry_kind() == Some(released.kind)
        })?;
        Ok(())
    }

    fn dismiss_events(&mut self, payment_id: &PaymentId) -> Result<usize, TransactionError> {
        self.set_statuses(payment_id, EventStatus::Dismissed, |row| {
            row.status == EventStatus::Unmatched
        })
    }

    fn events(&mut self, payment_id: &PaymentId) -> Result<Vec<OperationEvent>, TransactionError> {
        let events = self.events_of(payment_id)?.iter();
        Ok(events.map(|row| row.event.clone()).collect())
    }

    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        corrects: Option<i64>,
        now: Millis,
    ) -> Result<(), TransactionError> {
        let customer = self.payments.get(payment_id).and_then(Option::as_ref);
        if let Some(spender) = customer.and_then(|row| self.spenders.get_mut(&row.customer_id)) {
            spender.available += i128::from(entry.amount);
            spender.topped_up += i128::from(entry.amount);
        }
        let made = self.effects.entry((project_id, entry.operation_id));
        made.or_default().push((entry.kind, payment_id.clone()));
        let row = rows::of_entry(payment_id, project_id, entry, corrects, now);
        self.changes.entries.push(owned(row));
        Ok(())
    }

    fn entry(&mut self, seq: i64) -> Result<Option<StoredEntry>, TransactionError> {
        let entry = self.entries.get(&seq).cloned();
        entry.ok_or_else(|| missing(|keys| keys.entries.push(seq)))
    }

    fn add_alarm(&mut self, cause: &AlarmCause<'_>, now: Millis) -> Result<(), TransactionError> {
        if let Some(message) = &cause.message {
            let key = signature_key(message.signature, cause.reason.unwrap_or_default());
            self.signatures.insert(key, true);
        }
        if cause.kind == AlarmKind::Unusable
            && let Some(open) = self.unusable.get_mut(&cause.project_id)
        {
            *open += 1;
        }
        if cause.kind == AlarmKind::DeclineAfterCredit
            && cause.operation_id.is_none()
            && let Some(payment_id) = cause.payment_id
        {
            self.declines.insert(payment_id.clone(), true);
        }
        let raised = cause.difference.map(str::to_owned);
        self.changes.raised.extend(raised);
        if let Some(delivery) = cause.delivery {
            self.changes.deliveries.alarm_raised(cause.kind, delivery);
        }
        self.changes
            .alarms
            .push(owned(alarms::of_alarm(cause, now)));
        Ok(())
    }

    fn has_alarm(&mut self, signature: &str, reason: &str) -> Result<bool, TransactionError> {
        let key = signature_key(signature, reason);
        let known = self.signatures.get(&key).copied();
        known.ok_or_else(|| missing(|keys| keys.signatures.push(key)))
    }

    fn has_decline_alarm(&mut self, payment_id: &PaymentId) -> Result<bool, TransactionError> {
        let known = self.declines.get(payment_id).copied();
        known.ok_or_else(|| missing(|keys| keys.declines.push(payment_id.clone())))
    }

    fn open_unusable(&mut self, project_id: ProjectId) -> Result<usize, TransactionError> {
        let open = self.unusable.get(&project_id).copied();
        open.ok_or_else(|| missing(|keys| keys.unusable.push(project_id)))
    }

    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, TransactionError> {
        let alarm = self.alarms.get(&seq).cloned();
        alarm.ok_or_else(|| missing(|keys| keys.alarms.push(seq)))
    }

    fn add_resolution(&mut self, resolution: &Resolution) -> Result<(), TransactionError> {
        if let Some(alarm) = resolution
            .alarm_seq
            .and_then(|seq| self.alarms.get_mut(&seq)?.as_mut())
        {
            alarm.resolution = Some(resolution.clone());
        }
        if let Some(seq) = resolution.alarm_seq {
            self.deliveries.alarm_resolved(seq);
        }
        let corrected = resolution.verdict.corrects();
        if let Some(entry) = corrected.and_then(|seq| self.entries.get_mut(&seq)?.as_mut()) {
            entry.corrected = Some(Reason {
                text: resolution.reason.clone(),
                by: resolution.by.clone(),
            });
        }
        let row = owned(alarms::of_resolution(resolution));
        self.changes.resolutions.push(row);
        self.changes.resolved.extend(resolution.alarm_seq);
        Ok(())
    }

    fn customer(&mut self, customer_id: &CustomerId) -> Result<Option<Customer>, TransactionError> {
        if let Some(changed) = self.changes.customers.get(customer_id) {
            return Ok(changed.as_ref().map(|(customer, _)| customer.clone()));
        }
        let stored = self.contracts.get(customer_id).cloned();
        stored.ok_or_else(|| missing(|keys| keys.contracts.push(customer_id.clone())))
    }

    fn put_customer(
        &mut self,
        customer: &Customer,
        seen: Option<Millis>,
    ) -> Result<bool, TransactionError> {
        let id = &customer.customer_id;
        let there = std::mem::replace(self.customer(id)?, true);
        let changes = &mut self.changes.customers;
        let before = changes.get(id).and_then(Option::as_ref);
        let seen = seen.or_else(|| before.and_then(|(_, seen)| *seen));
        changes.insert(id.clone(), Some((customer.clone(), seen)));
        Ok(!there)
    }

    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, TransactionError> {
        let there = std::mem::replace(self.customer(customer_id)?, false);
        let changes = &mut self.changes.customers;
        changes.insert(customer_id.clone(), None);
        Ok(there)
    }

    fn probe(&mut self) -> Result<(), TransactionError> {
        self.changes.probed = true;
        Ok(())
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.changes.counts
    }
}
