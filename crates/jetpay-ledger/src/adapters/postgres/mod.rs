//! The store in `PostgreSQL`, for merchants with more than one machine. Any number of servers share one database. No server
//! leads: row locks and unique keys of the database keep them apart.
//!
//! A group of commands takes two round trips. The first one ([`fetch`]) begins a transaction, and fetches and locks the rows
//! that the commands will read. The commands then run in memory, on a [`working_set`]. The second one ([`flush`]) writes what
//! they changed, and commits. What is sent in which order is explicit: see [`wire`].

mod address;
mod commit_worker;
mod copy;
mod deliveries;
mod delivery_set;
mod error;
mod fetch;
mod flush;
mod ledger_transaction;
mod payouts;
mod readers;
mod reads;
mod reconciliations;
mod rows;
mod session;
mod store;
mod wire;
mod working_set;

pub(crate) use copy::copy;
pub(crate) use store::Postgres;
