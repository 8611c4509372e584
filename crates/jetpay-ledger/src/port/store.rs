//! A store: a queue for writes, and reads.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use super::command::QueuedCommand;
use crate::model::{Counts, Customer, Entry, Error, Payment, PaymentFilter, Totals};

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

    /// [`Ledger::net_customer`](crate::Ledger::net_customer).
    fn net_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<Customer>>;

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

    /// [`Ledger::counts`](crate::Ledger::counts).
    fn counts(&self) -> ReadFuture<'_, Counts>;

    /// A quick query, with its values as [`query_once`](Self::query_once) takes them. The store prepares it once and keeps it.
    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>>;

    /// Any query, however long it takes, with its values as `$1`, `$2` and so on, each first named in this order.
    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>>;

    /// Copies the ledger into a new file, while others write.
    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()>;
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Probe.
    Null,
    /// A number; a truth is 0 or 1.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// The number, if it is one.
    #[must_use]
    pub const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Null | Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Int(_) | Self::Bytes(_) => None,
        }
    }

    /// The bytes, if it is some.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Null | Self::Int(_) | Self::Text(_) => None,
        }
    }
}

/// A row.
pub type Row = Vec<Value>;

/// The entries after `$1`, at most `$2`. The receipt is that of the operation's success, if one of its callbacks has it.
pub(crate) const ENTRIES: &str =
    "SELECT seq, kind, payment_id, operation_id, entries.project_id, method, customer_id,
        entries.amount, currency, time, contract_id,
        (SELECT provider_payment_id FROM events
         WHERE events.payment_id = entries.payment_id AND events.project_id = entries.project_id
           AND events.operation_id = entries.operation_id AND provider_payment_id IS NOT NULL
         ORDER BY CASE operation_status WHEN 'success' THEN 0 ELSE 1 END, seq DESC LIMIT 1), corrects
    FROM entries JOIN payments ON payments.id = payment_id WHERE seq > $1 ORDER BY seq LIMIT $2";

/// Gives one row, which [`totals_from_row`] reads.
pub(crate) const TOTALS: &str = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM payments),
    (SELECT count(*) FROM events), (SELECT count(*) FROM alarms), (SELECT count(*) FROM settlements),
    (SELECT count(*) FROM entries), (SELECT coalesce(max(seq), 0) FROM entries),
    (SELECT CAST(coalesce(sum(amount), 0) AS TEXT) FROM entries),
    (SELECT CAST(coalesce(sum(length(body)), 0) AS BIGINT) FROM events),
    (SELECT count(*) FROM payouts), (SELECT count(*) FROM payout_steps),
    (SELECT CAST(coalesce(sum(reserved), 0) AS TEXT) FROM payouts),
    (SELECT CAST(coalesce(sum(paid), 0) AS TEXT) FROM payouts)";

/// The sums of a row that [`TOTALS`] gives.
pub(crate) fn totals_from_row(row: &[Value]) -> Totals {
    let number = |column: usize| row.get(column).and_then(Value::int).unwrap_or_default();
    Totals {
        customers: number(0),
        payments: number(1),
        callbacks: number(2),
        alarms: number(3),
        resolutions: number(4),
        entries: number(5),
        last_entry: number(6),
        balance: sum(row, 7),
        bytes: number(8),
        payouts: number(9),
        payout_steps: number(10),
        reserved: sum(row, 11),
        paid_out: sum(row, 12),
    }
}

/// A sum of amounts, which a query gives as a text: many amounts of 64 bits can have a sum that is larger.
pub(crate) fn sum(row: &[Value], column: usize) -> i128 {
    let text = row.get(column).and_then(Value::text);
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// The sums over the whole ledger of this store.
pub(crate) async fn totals(store: &dyn Store) -> Result<Totals, Error> {
    let rows = store.query_once(TOTALS, Vec::new()).await?;
    Ok(rows
        .first()
        .map(|row| totals_from_row(row))
        .unwrap_or_default())
}
