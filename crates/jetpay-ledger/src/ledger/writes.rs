//! Writes: each is on the disk when its future is ready.

use jetpay_core::id::{CustomerId, OperationId, PaymentId};
use jetpay_core::{Callback, Money};

use super::Ledger;
use crate::commands;
use crate::model::{
    CallbackOutcome, Customer, Debt, DebtsOutcome, Error, ImportCount, Imported, Millis,
    NewPayment, NewUnusable, Reason, ResolveError, ResolvedAlarms, Verdict, fit,
};

/// Customers that one transaction writes.
const BATCH: usize = 1_000;

/// Writes.
///
/// # Errors
/// Each can give [`Error::Busy`] and [`Error::Unavailable`]; then nothing was stored.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// Adds a customer, or replaces the one with this id, contracts and all; whether it was new. When a look-up saw the customer
    /// last stays as it is.
    pub async fn put_customer(&self, customer: Customer) -> Result<bool, Error> {
        let put = commands::put_customers(vec![customer]);
        Ok(self.write(put).await?.new > 0)
    }

    /// Adds or replaces many customers, a thousand in one transaction: callbacks do not wait for all of them.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: then a part may be stored. Import all of them again.
    pub async fn import_customers(&self, customers: Vec<Customer>) -> Result<ImportCount, Error> {
        let mut count = ImportCount::default();
        let mut customers = customers.into_iter();
        loop {
            let batch: Vec<_> = customers.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(count);
            }
            let stored = self.write(commands::put_customers(batch)).await?;
            count.new += stored.new;
            count.replaced += stored.replaced;
        }
    }

    /// Changes the debts of a customer's contracts, all or none. They include the entries up to `as_of_seq`.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub async fn change_debts(
        &self,
        customer_id: CustomerId,
        debts: Vec<Debt>,
        as_of_seq: i64,
    ) -> Result<DebtsOutcome, Error> {
        let change = commands::change_debts(customer_id, debts, as_of_seq);
        self.write(change).await
    }

    /// Deletes customers, a thousand in one transaction; how many there were. The payments and entries stay.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: then a part may be deleted.
    pub async fn delete_customers(&self, ids: &[CustomerId]) -> Result<u64, Error> {
        let mut deleted = 0;
        for batch in ids.chunks(BATCH) {
            deleted += self
                .write(commands::delete_customers(batch.to_vec()))
                .await?;
        }
        Ok(deleted)
    }

    /// Deletes a customer; whether there was one. The payments and entries stay.
    pub async fn delete_customer(&self, customer_id: &CustomerId) -> Result<bool, Error> {
        let id = std::slice::from_ref(customer_id);
        Ok(self.delete_customers(id).await? > 0)
    }

    /// Records a pending payment, which credits nothing. Callbacks that came before it are applied in the same
    /// transaction.
    ///
    /// # Errors
    /// [`Error::PaymentExists`], [`Error::NotPositive`].
    pub async fn record_payment(&self, payment: NewPayment) -> Result<(), Error> {
        if !payment.amount.is_positive() {
            return Err(Error::NotPositive);
        }
        self.write(commands::record_payment(payment)).await?
    }

    /// Records pending payments of an older system with the ids that it gave them, all or none, so that their callbacks find
    /// them. A payment whose id is known stays as it is. Callbacks that wait for them are applied `now`.
    ///
    /// # Errors
    /// [`Error::NotPositive`].
    pub async fn import_payments(
        &self,
        payments: Vec<NewPayment>,
        now: Millis,
    ) -> Result<Imported, Error> {
        if !payments.iter().all(|payment| payment.amount.is_positive()) {
            return Err(Error::NotPositive);
        }
        self.write(commands::import_payments(payments, now)).await
    }

    /// Stores what a callback says and does what follows from it, in one transaction. A repeat changes nothing.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: answer 503, so that the callback comes again.
    pub async fn record_callback(
        &self,
        mut callback: Callback,
        now: Millis,
    ) -> Result<CallbackOutcome, Error> {
        fit(&mut callback);
        self.write(commands::record_callback(callback, now)).await
    }

    /// An operator applies the platform's signed answer to a status request: the callbacks that it stands for
    /// (`Authentic::status_answer` of `jetpay-core`), by the same rules and in one transaction. The outcomes are in their
    /// order. What the ledger has already changes nothing, and [`CallbackOutcome::Noted`] is not stored if it changes nothing.
    /// Who decided it, and why, is recorded as a [`Verdict::Confirm`].
    ///
    /// # Errors
    /// [`Error::Resolve`]: there is no such payment, or nothing changes ([`ResolveError::NothingToConfirm`]), also when the
    /// callbacks are about another payment; or no reason.
    pub async fn confirm_payment(
        &self,
        payment_id: &PaymentId,
        mut callbacks: Vec<Callback>,
        reason: Reason,
        now: Millis,
    ) -> Result<Vec<CallbackOutcome>, Error> {
        let reason = reason.checked()?;
        callbacks.retain(|callback| callback.payment.id == *payment_id);
        callbacks.iter_mut().for_each(fit);
        let work = commands::confirm_payment(payment_id.clone(), callbacks, reason, now);
        Ok(self.write(work).await??)
    }

    /// Keeps a signed callback that is not usable, once for each signature and reason, and raises an alarm. If it names a
    /// recorded payment, the alarm carries the payment's id, and an operator can resolve it with a credit.
    ///
    /// The outcome is [`CallbackOutcome::Quarantined`] with a new alarm, or [`CallbackOutcome::Repeated`]. None: it is not
    /// stored, because the project has 1,000 open alarms about unusable callbacks.
    pub async fn quarantine_unusable(
        &self,
        callback: NewUnusable,
        now: Millis,
    ) -> Result<Option<CallbackOutcome>, Error> {
        self.write(commands::keep_unusable(callback, now)).await
    }

    /// Records what an operator decided about an alarm, and does it.
    ///
    /// # Errors
    /// [`Error::Resolve`]: the resolution is refused.
    pub async fn resolve_alarm(
        &self,
        seq: i64,
        verdict: Verdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let work = commands::resolve_alarm(seq, verdict, None, reason.checked()?, now);
        Ok(self.write(work).await??)
    }

    /// Resolves alarms together, a thousand in one transaction: each gets a resolution of its own. Those that are resolved
    /// already stay as they are, so that a repeat changes nothing. `verdict` credits nothing.
    ///
    /// # Errors
    /// [`Error::Resolve`]: no reason, or a credit; [`Error::Busy`], [`Error::Unavailable`]: then a part may be resolved.
    pub async fn resolve_alarms(
        &self,
        mut seqs: Vec<i64>,
        verdict: Verdict,
        reason: Reason,
        now: Millis,
    ) -> Result<ResolvedAlarms, Error> {
        let reason = reason.checked()?;
        if verdict.amount().is_some() {
            return Err(ResolveError::CreditOfMany.into());
        }
        seqs.sort_unstable();
        seqs.dedup();
        let mut outcome = ResolvedAlarms::default();
        for batch in seqs.chunks(BATCH) {
            let (batch, reason) = (batch.to_vec(), reason.clone());
            let work = commands::resolve_alarms(batch, verdict, reason, now);
            let batch = self.write(work).await?;
            outcome.resolved.extend(batch.resolved);
            outcome.already_resolved.extend(batch.already_resolved);
            outcome.not_found.extend(batch.not_found);
        }
        Ok(outcome)
    }

    /// Resolves an alarm that names no operation with a credit for this one: an operator found it in the platform's
    /// account. The amount of `verdict` is in minor units.
    ///
    /// # Errors
    /// [`Error::Resolve`]: the resolution is refused, also when the alarm names another operation; [`Error::Busy`],
    /// [`Error::Unavailable`].
    pub async fn credit_operation(
        &self,
        seq: i64,
        operation_id: OperationId,
        verdict: Verdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let (operation, reason) = (Some(operation_id), reason.checked()?);
        let work = commands::resolve_alarm(seq, verdict, operation, reason, now);
        Ok(self.write(work).await??)
    }

    /// Undoes a dismissal: credits after all what an alarm is about that was resolved with [`Verdict::Dismiss`] or
    /// [`Verdict::Foreign`]. That resolution stays, and the credit is recorded beside it. `operation_id` is for an alarm that
    /// names no operation. The amount of `verdict` is in minor units.
    ///
    /// # Errors
    /// [`Error::Resolve`]: the alarm is open, or was resolved with a credit, or the credit is refused; [`Error::Busy`],
    /// [`Error::Unavailable`].
    pub async fn credit_dismissed(
        &self,
        seq: i64,
        operation_id: Option<OperationId>,
        verdict: Verdict,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
        let work = commands::credit_dismissed(seq, verdict, operation_id, reason, now);
        Ok(self.write(work).await??)
    }

    /// An operator undoes an entry: a new entry has its amount with the other sign. An entry is corrected once. The same
    /// correction of the same person for the same reason again changes nothing.
    ///
    /// # Errors
    /// [`Error::Resolve`]: there is no such entry, it is corrected already, it is a correction, or later entries
    /// moved its money again.
    pub async fn correct_entry(&self, seq: i64, reason: Reason, now: Millis) -> Result<(), Error> {
        let work = commands::correct_entry(seq, reason.checked()?, now);
        Ok(self.write(work).await??)
    }

    /// An operator says whose payment the waiting callbacks are about. The payment is recorded with this amount, and the
    /// callbacks are applied to it by the usual rules. `overrides` permits an amount that no waiting callback says.
    ///
    /// # Errors
    /// [`Error::Resolve`]: none waits, or no callback says this amount; [`Error::NotPositive`].
    pub async fn credit_unmatched(
        &self,
        payment_id: &PaymentId,
        customer_id: CustomerId,
        amount: Money,
        overrides: bool,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
        if !amount.is_positive() {
            return Err(Error::NotPositive);
        }
        let id = payment_id.clone();
        let work = commands::credit_unmatched(id, customer_id, amount, overrides, reason, now);
        Ok(self.write(work).await??)
    }

    /// An operator says that a payment in the inbox is not ours. Its callbacks are answered as repeats from now on; the result
    /// is how many they are. If the payment is recorded later, they are applied then.
    ///
    /// # Errors
    /// [`Error::Resolve`]: no reason.
    pub async fn dismiss_unmatched(
        &self,
        payment_id: &PaymentId,
        reason: Reason,
        now: Millis,
    ) -> Result<usize, Error> {
        let work = commands::dismiss_unmatched(payment_id.clone(), reason.checked()?, now);
        self.write(work).await
    }
}
