//! A PostgreSQL for tests that leaves nothing behind.
//!
//! ```no_run
//! use jetpay_testing::postgres::{self, Cluster, require_or_skip};
//!
//! # fn a_test() {
//! // A fresh database on the server that all tests of this process share.
//! let Some(database) = require_or_skip(postgres::database()) else {
//!     return;
//! };
//! println!("connect to {}", database.url());
//!
//! // A server of one's own, to crash it.
//! let Some(cluster) = require_or_skip(Cluster::start_durable()) else {
//!     return;
//! };
//! let database = cluster.database();
//! cluster.restart_immediate();
//! # }
//! ```
//!
//! The server is the one that `JETPAY_TEST_POSTGRES_URL` names, for a user who may create databases; without it, the
//! installed binaries run a cluster in a folder for temporary files. Where neither is there, a test is skipped with a
//! line that cannot be overlooked, or fails when `JETPAY_REQUIRE_POSTGRES=1` says that it must run.

mod account;
mod binaries;
mod cluster;
mod database;
mod folder;
mod missing;
mod shared;
mod supervisor;

pub use cluster::{Cluster, Durability};
pub use database::Database;
pub use missing::{REQUIRED, Unavailable, require_or_skip};
pub use shared::{URL, database, missing};

#[cfg(test)]
mod tests;
