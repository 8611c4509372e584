//! Payouts in a world of their own, under the same clock, weather and store.
//!
//! Real are the driver of `jetpay-server`, which takes payouts up and records what came of them, its shop, which takes
//! their callbacks, the ledger, its rules and its SQL. Played are a merchant that asks, one to three servers that share
//! the store and crash and stall, the network, and a person; the Gate is that of `jetpay-platform`, without HTTP.

mod audit;
mod checks;
mod event;
mod faults;
mod gate;
mod note;
mod reading;
mod rows;
mod server;
mod tally;
mod task;
mod told;
mod wire;
mod wish;
mod world;

pub use tally::PayoutTally;

use crate::{Plan, Setting, Violation};

/// Runs the payouts of a seed to their end.
///
/// # Errors
/// [`Violation`]: an invariant does not hold.
pub fn simulate_payouts(setting: &Setting, plan: Plan) -> Result<PayoutTally, Box<Violation>> {
    world::World::new(setting, plan).run()
}
