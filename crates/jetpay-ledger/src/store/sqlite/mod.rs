//! The store in one `SQLite` file: one thread writes, every thread reads.

mod alarms;
mod ask;
mod backup;
mod books;
mod counts;
mod customers;
mod entries;
mod events;
mod inbox;
mod lock;
mod open;
mod payments;
mod payouts;
mod reader;
mod reads;
mod rows;
mod settlements;
pub mod stepped;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

pub(crate) use store::Sqlite;

use transaction::Transaction;
