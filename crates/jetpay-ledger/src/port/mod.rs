//! What an adapter offers: a transaction, reads, and a queue of commands. An adapter brings rows and commits, and no rule
//! about money.

pub(crate) mod alarms;
mod command;
mod keys;
pub(crate) mod payouts {
    //! Payouts as rows: the same columns and the same questions in every store.

    mod row;
    pub(crate) mod sql;
    pub(crate) mod step;

    pub use row::PayoutRow;
    pub(crate) use row::{COLUMNS, KEPT_COLUMNS};
}
mod store;
mod transaction;
pub(crate) mod value;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use command::Probe;
pub use command::QueuedCommand;
pub(crate) use command::{Command, Queued};
pub use keys::{Keys, TransactionError};
pub use payouts::PayoutRow;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use store::ENTRIES;
pub(crate) use store::totals;
pub use store::{ReadFuture, Row, Store, Value};
#[cfg(feature = "postgres")]
pub(crate) use store::{TOTALS, totals_from_row};
pub(crate) use transaction::bounded;
pub use transaction::{LedgerTransaction, PayoutTransaction, StoredEntry, StoredEvent};
pub(crate) use value::{Values, limit};
