//! Writes: each is on the disk when its future is ready.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_core::{Callback, Money};
use jetpay_rules::OperationEvent;

use super::Ledger;
use crate::model::{
    CallbackOutcome, Customer, Error, ImportCount, Imported, Millis, NewPayment, NewResolution,
    Put, ResolveError, Verdict,
};
use crate::operations::{
    CreditUnmatched, DeleteCustomer, DismissUnmatched, ImportPayments, KeepUnusable, PutCustomers,
    RecordCallback, RecordPayment, ResolveAlarm,
};

/// All of them can give [`Error::Busy`] and [`Error::Unavailable`]; then nothing was stored.
impl Ledger {
    /// Adds a customer, or replaces the one with this id, contracts and all.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn put_customer(&self, customer: Customer) -> Result<Put, Error> {
        let count = self.write(PutCustomers(vec![customer])).await?;
        Ok(if count.new > 0 {
            Put::New
        } else {
            Put::Replaced
        })
    }

    /// Adds or replaces many customers, all or none.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn import_customers(&self, customers: Vec<Customer>) -> Result<ImportCount, Error> {
        self.write(PutCustomers(customers)).await
    }

    /// Deletes a customer; whether there was one. The payments and entries stay.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn delete_customer(&self, customer_id: &CustomerId) -> Result<bool, Error> {
        self.write(DeleteCustomer(customer_id.clone())).await
    }

    /// Records a pending payment, which credits nothing. Callbacks that came before it are applied in the same
    /// transaction.
    ///
    /// # Errors
    /// [`Error::PaymentExists`], [`Error::NotPositive`]; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn record_payment(&self, payment: NewPayment) -> Result<(), Error> {
        if !payment.amount.is_positive() {
            return Err(Error::NotPositive);
        }
        self.write(RecordPayment(payment)).await?
    }

    /// Records pending payments of an older system under the ids that it gave them, all or none, so that their callbacks
    /// find them. Those whose id is there already stay as they are. Callbacks that wait for them are applied `now`.
    ///
    /// # Errors
    /// [`Error::NotPositive`]; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn import_payments(
        &self,
        payments: Vec<NewPayment>,
        now: Millis,
    ) -> Result<Imported, Error> {
        if !payments.iter().all(|payment| payment.amount.is_positive()) {
            return Err(Error::NotPositive);
        }
        self.write(ImportPayments { payments, now }).await
    }

    /// Stores what a callback says and does what follows from it, in one transaction. The same fact come again changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: answer 503, so that the callback comes again.
    pub async fn record_callback(
        &self,
        callback: Callback,
        now: Millis,
    ) -> Result<CallbackOutcome, Error> {
        let event = OperationEvent::from(&callback);
        self.write(RecordCallback {
            callback,
            event,
            now,
        })
        .await
    }

    /// Keeps a signed callback that is not usable, once for each body, and raises an alarm; whether it is new.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn quarantine_unusable(
        &self,
        project_id: ProjectId,
        body: Vec<u8>,
        reason: String,
        now: Millis,
    ) -> Result<bool, Error> {
        self.write(KeepUnusable {
            project_id,
            body: body.into(),
            reason,
            now,
        })
        .await
    }

    /// Records what a person decided about an alarm, and does it.
    ///
    /// # Errors
    /// [`Error::ResolveError`]: it cannot be settled so; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn resolve_alarm(
        &self,
        seq: i64,
        verdict: Verdict,
        reason: String,
        now: Millis,
    ) -> Result<(), Error> {
        if reason.trim().is_empty() {
            return Err(ResolveError::NoReason.into());
        }
        let work = ResolveAlarm {
            seq,
            verdict,
            reason,
            now,
        };
        Ok(self.write(work).await??)
    }

    /// Says whose an unknown payment is: it is recorded with this amount, and the callbacks that wait for it are applied
    /// to it by the same rules as ever.
    ///
    /// # Errors
    /// [`Error::ResolveError`]: none waits; [`Error::NotPositive`]; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn credit_unmatched(
        &self,
        payment_id: &PaymentId,
        customer_id: CustomerId,
        amount: Money,
        reason: String,
        now: Millis,
    ) -> Result<(), Error> {
        if reason.trim().is_empty() {
            return Err(ResolveError::NoReason.into());
        }
        if !amount.is_positive() {
            return Err(Error::NotPositive);
        }
        let work = CreditUnmatched {
            payment_id: payment_id.clone(),
            customer_id,
            amount,
            reason,
            now,
        };
        Ok(self.write(work).await??)
    }

    /// Says that a payment in the inbox is not ours: its callbacks are answered as repeats from now on. How many of
    /// them that settles. If the payment is recorded after all, they are applied all the same.
    ///
    /// # Errors
    /// [`Error::ResolveError`]: no reason; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn dismiss_unmatched(
        &self,
        payment_id: &PaymentId,
        reason: String,
        now: Millis,
    ) -> Result<usize, Error> {
        if reason.trim().is_empty() {
            return Err(ResolveError::NoReason.into());
        }
        let resolution = NewResolution {
            alarm_seq: None,
            payment_id: Some(payment_id.clone()),
            operation_id: None,
            verdict: Verdict::Foreign,
            reason,
            events_before: 0,
        };
        let payment_id = payment_id.clone();
        self.write(DismissUnmatched {
            payment_id,
            resolution,
            now,
        })
        .await
    }
}
