//! Driving payouts: whatever is due is taken up, done at the Gate, and what came of it is recorded.
//!
//! The rules are the ledger's ([`jetpay_ledger::payout`]); here is who asks them, and who talks to the Gate. Several servers
//! on one database share the work: each errand is given to one of them.

mod driver;
mod gate;
mod gateway;
mod worker;

pub use driver::{Driven, Driver};
pub use gateway::Gateway;

pub(crate) use gate::AtTheGate;
pub(crate) use worker::Worker;
