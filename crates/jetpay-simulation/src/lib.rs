//! Platform, network, service and store in one process, under a virtual clock: one seed says all that happens.
//!
//! The service is the real one, from the bytes on: the shop of `jetpay-server` over the ledger, over the writer's own
//! code and a database in memory. What is around it is played: a platform that repeats each callback by its real
//! schedule, a network that loses, repeats, holds and reorders, a machine that crashes before and after commits, disks
//! that are full, an outage of ten days. After every step of the store what it holds is compared with what was signed.
//!
//! ```
//! use jetpay_simulation::{Plan, Setting, simulate, simulate_payouts};
//!
//! let setting = Setting::prepare()?;
//! let plan = Plan { seed: 47, days: 3 };
//! let tally = simulate(&setting, plan)?;
//! assert!(tally.deliveries > 0);
//! assert_eq!(tally.hash, simulate(&setting, plan)?.hash); // the same seed, the same run
//! assert!(simulate_payouts(&setting, plan)?.payouts > 0); // a world of its own
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod database;
mod deterministic;
mod fault_profile;
mod notification;
mod payouts;
mod report;
mod setup;
mod tally;
mod top_ups;

pub use payouts::simulate_payouts;
pub use report::{Invariant, Violation};
pub use setup::Setting;
pub use tally::{PayoutTally, Tally};

use std::sync::Arc;

use jetpay_ledger::Store;
use jetpay_ledger::sim::SimStore;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where all chance comes from.
    pub seed: u64,
    /// On so many days top-ups begin; what follows of them may take 47 more.
    pub days: u32,
}

/// Runs a seed to its end.
///
/// # Errors
/// [`Violation`]: an invariant does not hold.
pub fn simulate(setting: &Setting, plan: Plan) -> Result<Tally, Box<Violation>> {
    simulate_over(setting, plan, |store| store)
}

/// The same with something between the ledger and its store: a test plants a bug there.
///
/// # Errors
/// [`Violation`].
pub fn simulate_over(
    setting: &Setting,
    plan: Plan,
    between: impl FnOnce(Arc<SimStore>) -> Arc<dyn Store>,
) -> Result<Tally, Box<Violation>> {
    top_ups::World::new(setting, plan, between).run()
}
