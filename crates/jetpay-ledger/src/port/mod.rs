//! What an adapter offers: a transaction, queries, and a queue of commands; and the tables, rows and queries that are the same
//! in every store. An adapter brings statements and commits, and no rule about money.

pub(crate) mod alarms;
mod command;
pub(crate) mod deliveries;
pub(crate) mod inbox;
mod keys;
pub(crate) mod payouts {
    //! Payouts as rows: the same columns and the same questions in every store.

    mod row;
    pub(crate) mod sql;
    pub(crate) mod step;

    pub use row::PayoutRow;
}
pub(crate) mod reconciliations;
pub(crate) mod rows;
mod store;
pub(crate) mod tables;
mod transaction;
mod value;

pub(crate) use command::Command;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use command::Intake;
pub use command::QueuedCommand;
pub use deliveries::{OpenAlarm, StreamRow, WaitingRow};
pub use keys::{Keys, TransactionError};
pub use payouts::PayoutRow;
pub use reconciliations::{Decision, DifferenceRow};
pub(crate) use store::NOT_SEEN;
pub(crate) use store::totals_of;
pub use store::{ReadFuture, SeenCustomer, Store};
#[cfg(feature = "postgres")]
pub(crate) use store::{TOTALS, totals};
pub(crate) use transaction::bounded;
pub use transaction::{
    DeliveryTransaction, LedgerTransaction, PayoutTransaction, ReconciliationTransaction,
    StoredEntry, StoredEvent,
};
pub(crate) use value::Values;
#[cfg(feature = "postgres")]
pub(crate) use value::owned;
pub use value::{Row, Value};
