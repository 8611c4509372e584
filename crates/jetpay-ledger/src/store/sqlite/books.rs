//! The books of an open transaction.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::{
    Transaction, alarms, counts, customers, entries, events, inbox, payments, settlements,
};
use crate::alarm::{Alarm, Cause};
use crate::customer::{Customer, Put};
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::recorded::Counts;
use crate::settlement::NewSettlement;
use crate::state::{Fact, NewEntry, Released, Standing};
use crate::work::{Books, Failure, Kept, Stored, Subject, Waiting};

impl Books for Transaction<'_> {
    fn standing(&mut self, subject: Subject<'_>) -> Result<Option<Standing>, Failure> {
        Ok(payments::standing(self, subject)?)
    }

    fn add_payment(&mut self, payment: &NewPayment) -> Result<bool, Failure> {
        Ok(payments::add(self, payment)?)
    }

    fn change_payment(
        &mut self,
        id: &PaymentId,
        after: &Standing,
        now: Millis,
    ) -> Result<(), Failure> {
        Ok(payments::change(self, id, after, now)?)
    }

    fn add_event(&mut self, callback: &Callback, kept: Kept, now: Millis) -> Result<bool, Failure> {
        Ok(events::add(self, callback, kept, now)?)
    }

    fn stored(&mut self, fact: &Fact) -> Result<Stored, Failure> {
        Ok(events::stored(self, fact)?)
    }

    fn waiting(&mut self, payment_id: &PaymentId) -> Result<Option<Waiting>, Failure> {
        Ok(events::waiting(self, payment_id)?)
    }

    fn place(&mut self, fact: &Fact, kept: Kept) -> Result<(), Failure> {
        Ok(events::place(self, fact, kept)?)
    }

    fn release(&mut self, payment_id: &PaymentId, released: &Released) -> Result<(), Failure> {
        Ok(events::release(self, payment_id, released)?)
    }

    fn dismiss(&mut self, payment_id: &PaymentId) -> Result<usize, Failure> {
        Ok(inbox::dismiss(self, payment_id)?)
    }

    fn events(&mut self, payment_id: &PaymentId) -> Result<u64, Failure> {
        Ok(events::count(self, payment_id)?)
    }

    fn add_entry(
        &mut self,
        payment_id: &PaymentId,
        project_id: ProjectId,
        entry: &NewEntry,
        now: Millis,
    ) -> Result<(), Failure> {
        Ok(entries::add(self, payment_id, project_id, entry, now)?)
    }

    fn raise(&mut self, cause: &Cause<'_>, now: Millis) -> Result<bool, Failure> {
        Ok(alarms::raise(self, cause, now)?)
    }

    fn alarm(&mut self, seq: i64) -> Result<Option<Alarm>, Failure> {
        Ok(alarms::read(self.connection(), seq)?)
    }

    fn settle(&mut self, settlement: &NewSettlement, now: Millis) -> Result<(), Failure> {
        Ok(settlements::add(self, settlement, now)?)
    }

    fn put_customer(&mut self, customer: &Customer) -> Result<Put, Failure> {
        Ok(customers::put(self, customer)?)
    }

    fn delete_customer(&mut self, customer_id: &CustomerId) -> Result<bool, Failure> {
        Ok(customers::delete(self, customer_id.as_str())?)
    }

    fn touch(&mut self) -> Result<(), Failure> {
        Ok(counts::write(self.connection(), &self.counts)?)
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.counts
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Rule(error.to_string()),
            _ => Self::Store(error.to_string()),
        }
    }
}
