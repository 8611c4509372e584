//! What an adapter offers: a transaction, reads, and a queue of commands. An adapter brings rows and commits, and no rule
//! about money.

mod command;
mod error;
mod keys;
pub(crate) mod payouts;
mod store;
mod totals;
mod transaction;
mod value;

pub use command::QueuedCommand;
pub(crate) use command::{Command, Queued};
pub use error::TransactionError;
pub use keys::Keys;
pub use payouts::PayoutRow;
pub use store::{ReadFuture, Store};
pub(crate) use totals::totals;
#[cfg(feature = "postgres")]
pub(crate) use totals::{TOTALS, totals_from_row};
pub use transaction::{LedgerTransaction, PayoutTransaction, StoredEvent};
pub use value::{Row, Value};
