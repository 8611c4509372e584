//! What becomes of the ledger when something fails: kills, damaged files, databases of older versions, and a `PostgreSQL` that
//! several servers share, or that is silent, full or away.

#[path = "../common/mod.rs"]
mod common;
mod durability;
mod migration;
#[cfg(feature = "postgres")]
mod servers;
#[cfg(feature = "postgres")]
mod shared_streams;
#[cfg(feature = "postgres")]
mod tls;
#[cfg(feature = "postgres")]
mod troubled;
mod version_1;
