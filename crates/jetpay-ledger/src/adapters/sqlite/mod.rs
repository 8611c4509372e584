//! The store in one `SQLite` file: one thread writes, every thread reads.

mod customers;
mod deliveries;
mod file;
mod ledger_transaction;
mod open;
mod payouts;
mod reconciliations;
mod rows;
#[cfg(feature = "sim")]
pub mod sim;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod wal_index;
mod writer;

pub(crate) use open::inspect;
pub(crate) use store::Sqlite;
