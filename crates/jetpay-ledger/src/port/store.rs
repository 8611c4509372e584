//! A store: a queue for writes, and reads.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use super::command::QueuedCommand;
use super::keys::TransactionError;
use super::value::{Row, Value, Values};
use crate::model::{Customer, Error, Millis, Totals};

/// The result of a read.
pub type ReadFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A customer with net debts, and when a look-up saw it last.
pub type SeenCustomer = (Customer, Option<Millis>);

/// Stored instead of the time when a look-up saw a customer, once one did not find it.
pub(crate) const NOT_SEEN: Millis = Millis(0);

/// Keeps the ledger. Writes go through one queue; reads go beside it.
///
/// A store promises:
///
/// - It commits all commands of a transaction or none.
/// - It answers a command after its transaction is on the disk, never before.
/// - A read sees every write that was answered before the read began.
/// - The `seq` of entries grows in the order in which readers see them.
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

    /// Whether no other process can use the store as long as this one has it open.
    fn is_ours_alone(&self) -> bool {
        false
    }

    /// Runs the commands that wait, and takes no more.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// [`Ledger::seen_customer`](crate::Ledger::seen_customer).
    fn seen_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<SeenCustomer>>;

    /// A quick query, with its values as [`query_once`](Self::query_once) takes them. The store prepares it once and keeps it.
    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>>;

    /// Any query, however long it takes, with its values as `$1`, `$2` and so on, each first named in this order.
    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>>;

    /// Copies the ledger into a new file, while others write.
    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()>;
}

/// Sums over a whole store.
pub(crate) async fn totals_of(store: &dyn Store) -> Result<Totals, Error> {
    let rows = store.query_once(TOTALS, Vec::new()).await?;
    let sums = rows.first().map(|row| totals(&mut Values::of(row)));
    Ok(sums.transpose()?.unwrap_or_default())
}

/// Gives one row, which [`totals`] reads; a sum of amounts as a text, because it may be wider than 64 bits.
pub(crate) const TOTALS: &str = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM payments),
    (SELECT count(*) FROM events), (SELECT count(*) FROM alarms), (SELECT count(*) FROM settlements),
    (SELECT count(*) FROM entries), (SELECT coalesce(max(seq), 0) FROM entries),
    (SELECT CAST(coalesce(sum(amount), 0) AS TEXT) FROM entries),
    (SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM events),
    (SELECT count(*) FROM payouts), (SELECT count(*) FROM payout_steps),
    (SELECT CAST(coalesce(sum(reserved), 0) AS TEXT) FROM payouts),
    (SELECT CAST(coalesce(sum(paid), 0) AS TEXT) FROM payouts),
    (SELECT count(*) FROM reconciliations), (SELECT count(*) FROM reconciliation_results), (SELECT count(*) FROM differences),
    (SELECT count(*) FROM delivery_streams), (SELECT count(*) FROM waiting_deliveries), (SELECT count(*) FROM delivery_receipts),
    (SELECT count(*) FROM delivery_skips)";

/// From a row that [`TOTALS`] gives.
pub(crate) fn totals(row: &mut Values<'_>) -> Result<Totals, TransactionError> {
    Ok(Totals {
        customers: row.int()?,
        payments: row.int()?,
        callbacks: row.int()?,
        alarms: row.int()?,
        resolutions: row.int()?,
        entries: row.int()?,
        last_entry: row.int()?,
        balance: row.word()?,
        bytes: row.int()?,
        payouts: row.int()?,
        payout_steps: row.int()?,
        reserved: row.word()?,
        paid_out: row.word()?,
        reconciliations: row.int()?,
        reconciliation_results: row.int()?,
        differences: row.int()?,
        delivery_streams: row.int()?,
        waiting_deliveries: row.int()?,
        delivery_receipts: row.int()?,
        delivery_skips: row.int()?,
    })
}
