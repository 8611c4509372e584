//! Adapters: rows and commits. They hold no rule about money.

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

#[cfg(feature = "sim")]
pub use sqlite::sim;
