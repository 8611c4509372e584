//! The store in `PostgreSQL`: for merchants with more than one machine. Any number of servers share one database; none
//! leads, and what keeps them apart are the database's own row locks and unique keys.
//!
//! A group of jobs takes two round trips: one fetches and locks the rows that the jobs will look at ([`fetch`]), the
//! jobs then run on a desk in memory ([`desk`]), and the other writes what they changed and commits ([`flush`]).

mod address;
mod ask;
mod copy;
mod desk;
mod fetch;
mod flush;
mod lane;
mod migrate;
mod payouts;
mod readers;
mod reads;
mod rows;
mod session;
mod store;
mod text;
mod trouble;

pub(crate) use copy::copy;
pub(crate) use store::Postgres;
