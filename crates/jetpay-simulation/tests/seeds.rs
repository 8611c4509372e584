//! Some seeds, in every run of the tests; `cargo xtask simulate` runs more.

use jetpay_simulation::{Plan, Setting, Tally, simulate};

fn plan(seed: u64) -> Plan {
    Plan { seed, days: 6 }
}

#[test]
fn some_seeds_hold_every_invariant_and_meet_every_fault() {
    let setting = Setting::prepare().unwrap();
    let mut sum = Tally::default();
    for seed in 1..=6 {
        match simulate(&setting, plan(seed)) {
            Ok(tally) => sum += tally,
            Err(violation) => panic!("{violation}"),
        }
    }
    assert!(sum.deliveries > 3000, "{sum:?}");
    for (fault, count) in [
        ("crashes", sum.crashes),
        ("cut off", sum.cut_off),
        ("failing commits", sum.refusals),
        ("outages", sum.outages),
        ("lost", sum.lost),
        ("unavailable", sum.unavailable),
        ("credits", sum.credits),
    ] {
        assert!(count > 0, "no {fault}: {sum:?}");
    }
}

#[test]
fn same_seed_gives_the_same_events_and_the_same_database_to_the_bit() {
    let setting = Setting::prepare().unwrap();
    let hash = |seed| simulate(&setting, plan(seed)).unwrap().hash;
    assert_eq!(hash(47), hash(47));
    assert_ne!(hash(47), hash(48));
}
