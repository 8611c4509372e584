//! A store: a queue for writes, and reads.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use super::command::QueuedCommand;
use super::value::{Row, Value};
use crate::model::{
    Alarm, AlarmFilter, Counts, Customer, Entry, Error, Payment, PaymentFilter, Resolution,
    Unmatched,
};

/// The result of a read.
pub type ReadFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Keeps the ledger. Writes go through one queue; reads go beside it.
///
/// A store promises:
///
/// - It commits all commands of a transaction or none.
/// - It answers a command after its transaction is on the disk, never before.
/// - A read sees every write that was answered before the read began.
/// - The `seq` of entries grows in the order in which readers see them.
///
/// [`Ledger`](crate::Ledger) says what each read gives.
pub trait Store: Debug + Send + Sync {
    /// Puts a command into the queue.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full, [`Error::Unavailable`] when the store is closed: the command was not taken.
    fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error>;

    /// Whether a write is likely to succeed now.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`].
    fn ready(&self) -> Result<(), Error>;

    /// Runs the commands that wait, and takes no more.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// [`Ledger::customer`](crate::Ledger::customer).
    fn customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<Customer>>;

    /// [`Ledger::customers`](crate::Ledger::customers).
    fn customers<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> ReadFuture<'a, Vec<Customer>>;

    /// [`Ledger::payment`](crate::Ledger::payment).
    fn payment<'a>(&'a self, id: &'a str) -> ReadFuture<'a, Option<Payment>>;

    /// [`Ledger::payments`](crate::Ledger::payments).
    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> ReadFuture<'a, Vec<Payment>>;

    /// [`Ledger::entries`](crate::Ledger::entries).
    fn entries(&self, after: i64, limit: usize) -> ReadFuture<'_, Vec<Entry>>;

    /// [`Ledger::alarms`](crate::Ledger::alarms).
    fn alarms(&self, filter: AlarmFilter) -> ReadFuture<'_, Vec<Alarm>>;

    /// [`Ledger::alarm`](crate::Ledger::alarm).
    fn alarm(&self, seq: i64) -> ReadFuture<'_, Option<(Alarm, Vec<Vec<u8>>)>>;

    /// [`Ledger::resolutions`](crate::Ledger::resolutions).
    fn resolutions(&self, before: Option<i64>, limit: usize) -> ReadFuture<'_, Vec<Resolution>>;

    /// [`Ledger::inbox`](crate::Ledger::inbox).
    fn inbox(&self, limit: usize) -> ReadFuture<'_, Vec<Unmatched>>;

    /// [`Ledger::counts`](crate::Ledger::counts).
    fn counts(&self) -> ReadFuture<'_, Counts>;

    /// A quick query, with its values as [`query_once`](Self::query_once) takes them. The store prepares it once and keeps it.
    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>>;

    /// Any query, however long it takes, with its values as `$1`, `$2` and so on, each first named in this order.
    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>>;

    /// Copies the ledger into a new file, while others write.
    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()>;
}
