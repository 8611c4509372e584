//! The store in one `SQLite` file: one thread writes, every thread reads.

mod alarms;
mod customers;
mod entries;
mod events;
mod file;
mod ledger_transaction;
mod open;
mod payment_reads;
mod payments;
mod payouts;
mod reads;
mod rows;
#[cfg(feature = "sim")]
pub mod sim;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod wal_index;
mod writer;

pub(crate) use store::Sqlite;
