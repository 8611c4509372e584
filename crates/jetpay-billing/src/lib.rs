//! Speaks to the merchant's own billing: asks whether a customer exists and what is owed, and tells what was credited.
//!
//! Two ways: the merchant's own web service, with signed JSON ([`webhook`]); and what every billing system of the region
//! speaks to payment systems already ([`dialect`]): the OSMP (QIWI) protocol, or Kaspi's variant of it.
//!
//! Amounts are `i64` minor units with a currency; on the wire of a dialect they are texts such as `200.00` ([`amount`]).

pub mod amount;
pub mod client;
pub mod dialect;
mod outcome;
mod text;
pub mod txn_id;
pub mod webhook;

pub use outcome::{Delivery, Failure, Refusal};
