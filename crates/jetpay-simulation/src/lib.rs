//! Platform, network, service and store in one process, under a virtual clock. Everything that happens follows from
//! one seed.
//!
//! The service is the real one, from the bytes on: the merchant of `jetpay-server`, the ledger, and the ledger's
//! SQLite code over a database in memory. Its surroundings are simulated: a platform that repeats each callback on
//! its real schedule; a network that loses, duplicates, holds and reorders messages; a machine that crashes before
//! and after commits; full disks; an outage of ten days. After every step of the store, the checks compare its
//! content with the messages that the platform signed.
//!
//! ```
//! use jetpay_simulation::{Count, Plan, Setup, simulate, simulate_payouts};
//!
//! let setup = Setup::prepare()?;
//! let plan = Plan { seed: 47, days: 3 };
//! let tally = simulate(&setup, plan)?;
//! assert!(tally[Count::Deliveries] > 0);
//! assert_eq!(tally.hash, simulate(&setup, plan)?.hash); // the same seed, the same run
//! assert!(simulate_payouts(&setup, plan)?[Count::Payouts] > 0); // a simulation of its own
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod database;
mod deterministic;
mod fault_profile;
pub mod model;
mod notification;
mod payouts;
pub mod properties;
mod reconciliation;
mod report;
mod setup;
mod tally;
mod top_ups;
mod world;

pub use report::{Invariant, Violation};
pub use setup::Setup;
pub use tally::{Count, Tally};

/// Which run to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed of all random numbers.
    pub seed: u64,
    /// The number of days on which top-ups begin. Their callbacks may arrive up to 47 days later.
    pub days: u32,
}

/// Simulates the top-ups of a seed.
///
/// # Errors
/// [`Violation`] if an invariant does not hold.
pub fn simulate(setup: &Setup, plan: Plan) -> Result<Tally, Box<Violation>> {
    let mut simulation = top_ups::Simulation::new(setup, plan);
    let done = simulation.run_to_end();
    done.map_err(|breach| Box::new(simulation.violation(breach)))
}

/// Simulates the payouts of a seed.
///
/// # Errors
/// [`Violation`] if an invariant does not hold.
pub fn simulate_payouts(setup: &Setup, plan: Plan) -> Result<Tally, Box<Violation>> {
    let mut simulation = payouts::Simulation::new(setup, plan);
    let done = simulation.run_to_end();
    done.map_err(|breach| Box::new(simulation.violation(breach)))
}
