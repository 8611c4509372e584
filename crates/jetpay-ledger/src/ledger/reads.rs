//! Reads: on the calling thread, of the last commit.

use super::Ledger;
use crate::alarm::Alarm;
use crate::customer::Customer;
use crate::entry::Entry;
use crate::error::Error;
use crate::payment::{Payment, PaymentFilter};
use crate::recorded::{Counts, Unmatched};
use crate::store::work;

/// All of them can give [`Error::Unavailable`].
impl Ledger {
    /// The customer with this id. One point read: fit for `verify`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn customer(&self, customer_id: &str) -> Result<Option<Customer>, Error> {
        self.shared
            .readers
            .read(|connection| work::customer(connection, customer_id))
    }

    /// Customers by id, those after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn customers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Customer>, Error> {
        self.shared
            .readers
            .read(|connection| work::customers(connection, after, limit))
    }

    /// The sum of the customer's entries, in minor units. Of a customer with top-ups in several currencies it is the
    /// sum of unlike numbers: keep one currency a customer.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn balance(&self, customer_id: &str) -> Result<i64, Error> {
        self.shared
            .readers
            .read(|connection| work::balance(connection, customer_id))
    }

    /// The payment with this id, and its operations.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn payment(&self, id: &str) -> Result<Option<Payment>, Error> {
        self.shared
            .readers
            .read(|connection| work::payment(connection, id))
    }

    /// The payments that the filter lets through, by id: with `UUIDv7` ids, that is by time.
    ///
    /// Customer, provider's id and rare states have an index; a filter by time alone looks at every payment from
    /// `after` on, so give an `after` that is near.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn payments(&self, filter: &PaymentFilter) -> Result<Vec<Payment>, Error> {
        self.shared
            .readers
            .read(|connection| work::payments(connection, filter))
    }

    /// Entries in the order of commit, those with a `seq` greater than `after` (0: from the first), at most `limit`.
    /// Reading on from the last `seq` misses none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn entries(&self, after: i64, limit: usize) -> Result<Vec<Entry>, Error> {
        self.shared
            .readers
            .read(|connection| work::entries(connection, after, limit))
    }

    /// The last alarms, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn alarms(&self, limit: usize) -> Result<Vec<Alarm>, Error> {
        self.shared
            .readers
            .read(|connection| work::alarms(connection, limit))
    }

    /// The callbacks without a payment, by payment id, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn inbox(&self, limit: usize) -> Result<Vec<Unmatched>, Error> {
        self.shared
            .readers
            .read(|connection| work::inbox(connection, limit))
    }

    /// How much waits, for metrics. Costs one small read, however much there is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn counts(&self) -> Result<Counts, Error> {
        self.shared.readers.read(work::counts)
    }
}
