//! Writes: each is on the disk when its future is ready.

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};
use jetpay_core::{Callback, Money};
use jetpay_rules::OperationEvent;

use super::Ledger;
use crate::commands::{
    CreditUnmatched, DeleteCustomer, DismissUnmatched, ImportPayments, KeepUnusable, PutCustomers,
    RecordCallback, RecordPayment, ResolveAlarm,
};
use crate::model::{
    CallbackOutcome, Customer, Error, ImportCount, Imported, Millis, NewPayment, NewResolution,
    Put, Reason, Verdict,
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

    /// Records pending payments of an older system with the ids that it gave them, all or none, so that their callbacks find
    /// them. A payment whose id is known stays as it is. Callbacks that wait for them are applied `now`.
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

    /// Stores what a callback says and does what follows from it, in one transaction. A repeat changes nothing.
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

    /// Records what an operator decided about an alarm, and does it.
    ///
    /// # Errors
    /// [`Error::Resolve`]: the resolution is refused; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn resolve_alarm(
        &self,
        seq: i64,
        verdict: Verdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
        let work = ResolveAlarm {
            seq,
            verdict,
            reason,
            now,
        };
        Ok(self.write(work).await??)
    }

    /// An operator says whose payment the waiting callbacks are about. The payment is recorded with this amount, and the
    /// callbacks are applied to it by the usual rules.
    ///
    /// # Errors
    /// [`Error::Resolve`]: none waits; [`Error::NotPositive`]; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn credit_unmatched(
        &self,
        payment_id: &PaymentId,
        customer_id: CustomerId,
        amount: Money,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
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

    /// An operator says that a payment in the inbox is not ours. Its callbacks are answered as repeats from now on; the result
    /// is how many they are. If the payment is recorded later, they are applied then.
    ///
    /// # Errors
    /// [`Error::Resolve`]: no reason; [`Error::Busy`], [`Error::Unavailable`].
    pub async fn dismiss_unmatched(
        &self,
        payment_id: &PaymentId,
        reason: Reason,
        now: Millis,
    ) -> Result<usize, Error> {
        let reason = reason.checked()?;
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
