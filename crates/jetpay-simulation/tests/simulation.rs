//! Some seeds, in every run of the tests; `cargo xtask simulate` runs more. And a bug planted between the ledger and its
//! store is caught; `cargo xtask simulate --mutants` plants bugs in the ledger.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use jetpay_ledger::port::{Keys, LedgerTransaction, QueuedCommand, TransactionError};
use jetpay_ledger::port::{ReadFuture, Row, Value};
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{
    Alarm, AlarmFilter, Counts, Customer, Entry, Error, Payment, PaymentFilter, Resolution, Store,
    Unmatched,
};
use jetpay_simulation::{
    Invariant, PayoutTally, Plan, Setting, Tally, simulate, simulate_over, simulate_payouts,
};

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

/// Answers as soon as a job was run: before its commit.
#[derive(Debug)]
struct Hasty(Arc<SimStore>);

struct HastyJob(Option<Box<dyn QueuedCommand>>);

impl QueuedCommand for HastyJob {
    fn keys(&self, keys: &mut Keys) {
        self.0.iter().for_each(|job| job.keys(keys));
    }

    fn run(&mut self, books: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        if let Some(mut job) = self.0.take() {
            job.run(books)?;
            job.answer(Ok(()));
        }
        Ok(())
    }

    fn answer(self: Box<Self>, _: Result<(), Error>) {}
}

impl Store for Hasty {
    fn submit(&self, job: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.0.submit(Box::new(HastyJob(Some(job))))
    }

    fn ready(&self) -> Result<(), Error> {
        self.0.ready()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.close()
    }

    fn customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<Customer>> {
        self.0.customer(customer_id)
    }

    fn customers<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> ReadFuture<'a, Vec<Customer>> {
        self.0.customers(after, limit)
    }

    fn payment<'a>(&'a self, id: &'a str) -> ReadFuture<'a, Option<Payment>> {
        self.0.payment(id)
    }

    fn payments<'a>(&'a self, filter: &'a PaymentFilter) -> ReadFuture<'a, Vec<Payment>> {
        self.0.payments(filter)
    }

    fn entries(&self, after: i64, limit: usize) -> ReadFuture<'_, Vec<Entry>> {
        self.0.entries(after, limit)
    }

    fn alarms(&self, filter: AlarmFilter) -> ReadFuture<'_, Vec<Alarm>> {
        self.0.alarms(filter)
    }

    fn alarm(&self, seq: i64) -> ReadFuture<'_, Option<(Alarm, Vec<Vec<u8>>)>> {
        self.0.alarm(seq)
    }

    fn resolutions(&self, before: Option<i64>, limit: usize) -> ReadFuture<'_, Vec<Resolution>> {
        self.0.resolutions(before, limit)
    }

    fn inbox(&self, limit: usize) -> ReadFuture<'_, Vec<Unmatched>> {
        self.0.inbox(limit)
    }

    fn counts(&self) -> ReadFuture<'_, Counts> {
        self.0.counts()
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query(sql, values)
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query_once(sql, values)
    }

    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()> {
        self.0.backup(to)
    }
}
