//! Writes: each is on the disk when its future is ready.

use jetpay_core::Callback;
use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::Ledger;
use crate::customer::{Customer, ImportCount, Put};
use crate::error::Error;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::recorded::Recorded;
use crate::store::work;

/// All of them can give [`Error::Busy`] and [`Error::Unavailable`]; then nothing was stored.
impl Ledger {
    /// Adds a customer, or replaces the one with this id, contracts and all.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn put_customer(&self, customer: Customer) -> Result<Put, Error> {
        self.write(move |transaction| work::put_customer(transaction, &customer))
            .await
    }

    /// Adds or replaces many customers, all or none.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn import_customers(&self, customers: Vec<Customer>) -> Result<ImportCount, Error> {
        self.write(move |transaction| {
            let mut count = ImportCount::default();
            for customer in &customers {
                match work::put_customer(transaction, customer)? {
                    Put::New => count.new += 1,
                    Put::Replaced => count.replaced += 1,
                }
            }
            Ok(count)
        })
        .await
    }

    /// Deletes a customer; whether there was one. The payments and entries stay.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn delete_customer(&self, customer_id: &CustomerId) -> Result<bool, Error> {
        let customer_id = customer_id.clone();
        self.write(move |transaction| work::delete_customer(transaction, customer_id.as_str()))
            .await
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
        self.write(move |transaction| work::record_payment(transaction, &payment))
            .await?
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
    ) -> Result<Recorded, Error> {
        self.write(move |transaction| work::record_callback(transaction, &callback, now))
            .await
    }

    /// Keeps a signed message that could not be read, once for each body, and raises an alarm; whether it is new.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn quarantine_unreadable(
        &self,
        project_id: ProjectId,
        body: Vec<u8>,
        reason: String,
        now: Millis,
    ) -> Result<bool, Error> {
        self.write(move |transaction| {
            work::keep_unreadable(transaction, project_id, &body, &reason, now)
        })
        .await
    }

    /// Says that a payment in the inbox is not ours: its callbacks are answered as repeats from now on. How many of
    /// them that settles. If the payment is recorded after all, they are applied all the same.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    pub async fn dismiss_unmatched(&self, payment_id: &PaymentId) -> Result<usize, Error> {
        let payment_id = payment_id.clone();
        self.write(move |transaction| work::dismiss(transaction, payment_id.as_str()))
            .await
    }
}
