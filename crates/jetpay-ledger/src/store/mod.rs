//! What keeps the books. One trait; a store brings rows and commits, and no rule about money.

pub(crate) mod payouts;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod value;

pub use payouts::PayoutRow;
pub use value::{Row, Value};

pub use sqlite::stepped;

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use crate::alarm::{Alarm, AlarmFilter};
use crate::customer::Customer;
use crate::entry::Entry;
use crate::error::Error;
use crate::payment::{Payment, PaymentFilter};
use crate::recorded::{Counts, Unmatched};
use crate::settlement::Settlement;
use crate::work::Job;

/// What a read gives in the end.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Keeps the books: writes by one door, reads by many.
///
/// What a store promises: the jobs of a transaction are kept all or none, a job is answered after its transaction is on
/// the disk and never before, a read sees everything that was answered before it began, and the `seq` of entries grows
/// in the order in which readers come to see them.
///
/// What each read gives is said in [`Ledger`](crate::Ledger).
pub trait Store: Debug + Send + Sync {
    /// Takes a job, to be run in a transaction and answered.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait, [`Error::Unavailable`] when it is closed: then it was not taken.
    fn submit(&self, job: Box<dyn Job>) -> Result<(), Error>;

    /// Whether a write has good chances now.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    fn ready(&self) -> Result<(), Error>;

    /// Finishes what was taken, and takes no more.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// [`Ledger::customer`](crate::Ledger::customer).
    fn customer<'a>(&'a self, customer_id: &'a str) -> Pending<'a, Option<Customer>>;

    /// [`Ledger::customers`](crate::Ledger::customers).
    fn customers<'a>(&'a self, after: Option<&'a str>, limit: usize) -> Pending<'a, Vec<Customer>>;

    /// [`Ledger::payment`](crate::Ledger::payment).
    fn payment<'a>(&'a self, id: &'a str) -> Pending<'a, Option<Payment>>;

    /// [`Ledger::payments`](crate::Ledger::payments).
    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> Pending<'a, Vec<Payment>>;

    /// [`Ledger::entries`](crate::Ledger::entries).
    fn entries(&self, after: i64, limit: usize) -> Pending<'_, Vec<Entry>>;

    /// [`Ledger::alarms`](crate::Ledger::alarms).
    fn alarms(&self, filter: AlarmFilter) -> Pending<'_, Vec<Alarm>>;

    /// [`Ledger::alarm`](crate::Ledger::alarm).
    fn alarm(&self, seq: i64) -> Pending<'_, Option<(Alarm, Vec<Vec<u8>>)>>;

    /// [`Ledger::settlements`](crate::Ledger::settlements).
    fn settlements(&self, before: Option<i64>, limit: usize) -> Pending<'_, Vec<Settlement>>;

    /// [`Ledger::inbox`](crate::Ledger::inbox).
    fn inbox(&self, limit: usize) -> Pending<'_, Vec<Unmatched>>;

    /// [`Ledger::counts`](crate::Ledger::counts).
    fn counts(&self) -> Pending<'_, Counts>;

    /// A quick question in SQL, put as [`ask`](Self::ask) puts it, but beside the other reads, and prepared once.
    fn look<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> Pending<'a, Vec<Row>>;

    /// Any question in SQL, with its values as `$1`, `$2` and so on, each first named in this order.
    fn ask<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> Pending<'a, Vec<Row>>;

    /// Copies the books as they stand now into a new file, while others write on.
    fn backup<'a>(&'a self, to: &'a Path) -> Pending<'a, ()>;
}
