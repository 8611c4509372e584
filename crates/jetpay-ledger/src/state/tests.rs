//! The rules, one by one.

mod compensations;
mod quarantine;
mod sales;
