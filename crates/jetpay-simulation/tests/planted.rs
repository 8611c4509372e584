//! A bug planted between the ledger and its store is caught. `cargo xtask simulate --mutants` plants bugs in the ledger.

mod support;

use jetpay_simulation::{Invariant, Plan, Setting, simulate_over};
use std::sync::Arc;
use support::Hasty;

#[test]
fn answer_given_before_the_commit_is_caught_with_its_seed_and_history() {
    let setting = Setting::prepare().unwrap();
    let found = (1..=20).find_map(|seed| {
        let plan = Plan { seed, days: 6 };
        simulate_over(&setting, plan, |store| Arc::new(Hasty(store))).err()
    });
    let violation = found.expect("a crash before a commit");
    assert_eq!(violation.invariant, Invariant::CommitFirst);
    let told = violation.to_string();
    let again = format!("--seed {} --seeds 1 --days 6", violation.seed);
    assert!(told.contains(&again), "{told}");
    assert!(!violation.history.is_empty(), "{told}");
}
