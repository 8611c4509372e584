//! Some seeds, in every run of the tests; `cargo xtask simulate` runs more.

use jetpay_simulation::{PayoutTally, Plan, Setting, Tally, simulate, simulate_payouts};

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

#[test]
fn some_seeds_of_payouts_hold_every_invariant_and_meet_every_fault() {
    let setting = Setting::prepare().unwrap();
    let mut sum = PayoutTally::default();
    for seed in 1..=12 {
        match simulate_payouts(&setting, plan(seed)) {
            Ok(tally) => sum += tally,
            Err(violation) => panic!("{violation}"),
        }
    }
    for (what, count) in [
        ("payouts", sum.payouts),
        ("payouts sent again", sum.resends),
        ("questions", sum.questions),
        ("overtaken sends", sum.overtaken),
        ("odd callbacks", sum.odd),
        ("conflicts", sum.conflicts),
        ("refusals for the balance", sum.refused),
        ("unavailable", sum.unavailable),
        ("lost", sum.lost),
        ("failing commits", sum.refusals),
        ("crashes of the store", sum.store_crashes),
        ("crashes", sum.crashes),
        ("errands cut off", sum.cut_off),
        ("errands too late", sum.too_late),
        ("stalls", sum.stalls),
        ("ended by a person", sum.settled),
        ("paid", sum.paid),
        ("reversed", sum.reversed),
        ("released", sum.released),
        ("paid after a release", sum.reserved_again),
    ] {
        assert!(count > 0, "no {what}: {sum:?}");
    }
}

#[test]
fn same_seed_gives_the_same_payouts_and_the_same_database_to_the_bit() {
    let setting = Setting::prepare().unwrap();
    let hash = |seed| simulate_payouts(&setting, plan(seed)).unwrap().hash;
    assert_eq!(hash(47), hash(47));
    assert_ne!(hash(47), hash(48));
}
