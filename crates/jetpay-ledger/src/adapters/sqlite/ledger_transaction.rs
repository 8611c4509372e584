//! The ledger's transaction over `SQLite` rows.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_rules::{
    EffectKey, Effects, EventStatus, NewEntry, OperationEvent, PaymentSnapshot,
    ReleasedCompensation,
};

use super::transaction::{Transaction, write_counts};
use super::{alarms, customers, entries, events, payments, rows};
use crate::model::{Alarm, AlarmCause, Counts, Customer, Millis, NewPayment, NewResolution, Put};
use crate::port;
use crate::port::{LedgerTransaction, StoredEntry, StoredEvent, TransactionError, Value};

impl LedgerTransaction for Transaction<'_> {
    fn payment(
        &mut self,
        id: &PaymentId,
        key: Option<EffectKey>,
    ) -> Result<Option<(PaymentSnapshot, Effects)>, TransactionError> {
        Ok(payments::snapshot(self, id, key)?)
    }

    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, TransactionError> {
        Ok(payments::add(self, payment)?)
    }

    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &PaymentSnapshot,
        now: Millis,
    ) -> Result<(), TransactionError> {
        Ok(payments::change(self, id, after, now)?)
    }

    fn add_event(
        &mut self,
        callback: &Callback,
        status: EventStatus,
        now: Millis,
    ) -> Result<bool, TransactionError> {
        Ok(events::add(self, callback, status, now)?)
    }

    fn complete_event(&mut self, repeat: &Callback) -> Result<(), TransactionError> {
        Ok(events::complete(self, repeat)?)
    }

    fn stored_event(&mut self, event: &OperationEvent) -> Result<StoredEvent, TransactionError> {
        Ok(events::stored(self, event)?)
    }

    fn waiting_event(
        &mut self,
        payment_id: &PaymentId,
    ) -> Result<Option<StoredEvent>, TransactionError> {
        Ok(events::waiting(self, payment_id)?)
    }

    fn set_event_status(
        &mut self,
        event: &OperationEvent,
        status: EventStatus,
    ) -> Result<(), TransactionError> {
        Ok(events::set_status(self, event, status)?)
    }

    fn release(
        &mut self,
        payment_id: &PaymentId,
        released: &ReleasedCompensation,
    ) -> Result<(), TransactionError> {
        Ok(events::release(self, payment_id, released)?)
    }

    fn dismiss_events(&mut self, payment_id: &PaymentId) -> Result<usize, TransactionError> {
        Ok(events::dismiss(self, payment_id)?)
    }

    fn events(&mut self, payment_id: &PaymentId) -> Result<Vec<OperationEvent>, TransactionError> {
        Ok(events::all(self, payment_id)?)
    }

    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        corrects: Option<i64>,
        now: Millis,
    ) -> Result<(), TransactionError> {
        Ok(entries::add(
            self, payment_id, project_id, entry, corrects, now,
        )?)
    }

    fn entry(&mut self, seq: i64) -> Result<Option<StoredEntry>, TransactionError> {
        Ok(entries::stored(self.connection(), seq)?)
    }

    fn add_alarm(&mut self, cause: &AlarmCause<'_>, now: Millis) -> Result<(), TransactionError> {
        Ok(alarms::add(self, cause, now)?)
    }

    fn has_alarm(&mut self, signature: &str, reason: &str) -> Result<bool, TransactionError> {
        Ok(alarms::is_kept(self.connection(), signature, reason)?)
    }

    fn has_decline_alarm(&mut self, payment_id: &PaymentId) -> Result<bool, TransactionError> {
        Ok(alarms::has_decline(self.connection(), payment_id)?)
    }

    fn open_unusable(&mut self, project_id: ProjectId) -> Result<usize, TransactionError> {
        Ok(alarms::open_unusable(self.connection(), project_id)?)
    }

    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, TransactionError> {
        let rows = rows::query(
            self.connection(),
            &port::alarms::by_seq(),
            &[Value::Int(seq)],
        )?;
        rows.first().map(|row| port::alarms::alarm(row)).transpose()
    }

    fn add_resolution(
        &mut self,
        resolution: &NewResolution,
        now: Millis,
    ) -> Result<(), TransactionError> {
        Ok(alarms::add_resolution(self, resolution, now)?)
    }

    fn customer(&mut self, customer_id: &CustomerId) -> Result<Option<Customer>, TransactionError> {
        Ok(customers::read(self.connection(), customer_id.as_str())?)
    }

    fn put_customer(&mut self, customer: &Customer) -> Result<Put, TransactionError> {
        Ok(customers::put(self, customer)?)
    }

    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, TransactionError> {
        Ok(customers::delete(self, customer_id.as_str())?)
    }

    fn probe(&mut self) -> Result<(), TransactionError> {
        Ok(write_counts(self.connection(), &self.counts)?)
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.counts
    }
}
