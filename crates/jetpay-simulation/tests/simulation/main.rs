//! Runs a few seeds, every short history against the model, and the corpora of the fuzzer. `cargo xtask simulate` runs more
//! seeds, and with `--mutants` it plants bugs in the ledger and the service.

mod corpora;
mod histories;

use jetpay_simulation::{Count, Plan, Setup, Tally, simulate, simulate_payouts};

fn plan(seed: u64) -> Plan {
    Plan { seed, days: 6 }
}

/// Runs a simulation of these seeds. Each count must be more than 0 in their sum.
fn hold<T>(simulate: fn(&Setup, Plan) -> Result<Tally, T>, seeds: u64, counts: &[Count])
where
    T: std::fmt::Display,
{
    let setup = Setup::prepare().unwrap();
    let mut sum = Tally::default();
    for seed in 1..=seeds {
        match simulate(&setup, plan(seed)) {
            Ok(tally) => sum += tally,
            Err(violation) => panic!("{violation}"),
        }
    }
    for count in counts {
        assert!(sum[*count] > 0, "no {count}");
    }
    let hash = |seed| simulate(&setup, plan(seed)).map(|tally| tally.hash).ok();
    let repeated = "the same seed gives the same events and the same database to the bit";
    assert_eq!(hash(47), hash(47), "{repeated}");
    assert_ne!(hash(47), hash(48));
}

#[test]
fn some_seeds_of_top_ups_hold_every_invariant_meet_every_fault_and_can_be_repeated() {
    let counts = [
        Count::Deliveries,
        Count::StoreCrashes,
        Count::Interrupted,
        Count::FailedCommits,
        Count::Outages,
        Count::Lost,
        Count::Unavailable,
        Count::Credits,
        Count::ServerCrashes,
        Count::Stalls,
        Count::Questions,
        Count::Told,
        Count::ToldAgain,
        Count::Parked,
        Count::Booked,
    ];
    hold(simulate, 8, &counts);
}

#[test]
fn some_seeds_of_payouts_hold_every_invariant_meet_every_fault_and_can_be_repeated() {
    let counts = [
        Count::Payouts,
        Count::Resends,
        Count::StatusQueries,
        Count::Overtaken,
        Count::Mismatched,
        Count::Conflicts,
        Count::Refused,
        Count::Unavailable,
        Count::Lost,
        Count::FailedCommits,
        Count::StoreCrashes,
        Count::ServerCrashes,
        Count::Interrupted,
        Count::TooLate,
        Count::Stalls,
        Count::Resolved,
        Count::Paid,
        Count::Reversed,
        Count::Released,
        Count::ReservedAgain,
    ];
    hold(simulate_payouts, 12, &counts);
}
