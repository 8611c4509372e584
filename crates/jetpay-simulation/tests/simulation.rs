//! Runs a few seeds; `cargo xtask simulate` runs more. Also plants a bug between the ledger and its store; `cargo
//! xtask simulate --mutants` plants bugs in the ledger and the service.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use jetpay_ledger::port::{
    Keys, LedgerTransaction, QueuedCommand, ReadFuture, Row, TransactionError, Value,
};
use jetpay_ledger::sim::SimStore;
use jetpay_ledger::{Customer, Error, Store};
use jetpay_simulation::{
    Invariant, PayoutTally, Plan, Setup, Tally, simulate, simulate_over, simulate_payouts,
};

fn plan(seed: u64) -> Plan {
    Plan { seed, days: 6 }
}

#[test]
fn some_seeds_hold_every_invariant_and_meet_every_fault() {
    let setup = Setup::prepare().unwrap();
    let mut sum = Tally::default();
    for seed in 1..=6 {
        match simulate(&setup, plan(seed)) {
            Ok(tally) => sum += tally,
            Err(violation) => panic!("{violation}"),
        }
    }
    assert!(sum.deliveries > 3000, "{sum:?}");
    for (fault, count) in [
        ("crashes", sum.crashes),
        ("interrupted", sum.interrupted),
        ("failing commits", sum.failed_commits),
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
    let setup = Setup::prepare().unwrap();
    let hash = |seed| simulate(&setup, plan(seed)).unwrap().hash;
    assert_eq!(hash(47), hash(47));
    assert_ne!(hash(47), hash(48));
}

#[test]
fn some_seeds_of_payouts_hold_every_invariant_and_meet_every_fault() {
    let setup = Setup::prepare().unwrap();
    let mut sum = PayoutTally::default();
    for seed in 1..=12 {
        match simulate_payouts(&setup, plan(seed)) {
            Ok(tally) => sum += tally,
            Err(violation) => panic!("{violation}"),
        }
    }
    for (what, count) in [
        ("payouts", sum.payouts),
        ("payouts sent again", sum.resends),
        ("status queries", sum.status_queries),
        ("overtaken sends", sum.overtaken),
        ("mismatched callbacks", sum.mismatched),
        ("conflicts", sum.conflicts),
        ("refusals for the balance", sum.refused),
        ("unavailable", sum.unavailable),
        ("lost", sum.lost),
        ("failing commits", sum.failed_commits),
        ("crashes of the store", sum.store_crashes),
        ("crashes", sum.crashes),
        ("actions interrupted", sum.interrupted),
        ("actions left", sum.too_late),
        ("stalls", sum.stalls),
        ("resolved by an operator", sum.resolved),
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
    let setup = Setup::prepare().unwrap();
    let hash = |seed| simulate_payouts(&setup, plan(seed)).unwrap().hash;
    assert_eq!(hash(47), hash(47));
    assert_ne!(hash(47), hash(48));
}

#[test]
fn answer_before_the_commit_is_caught_with_its_seed_and_history() {
    let setup = Setup::prepare().unwrap();
    let found = (1..=20).find_map(|seed| {
        let plan = Plan { seed, days: 6 };
        simulate_over(&setup, plan, |store| Arc::new(EarlyAnswer(store))).err()
    });
    let violation = found.expect("a crash before a commit");
    assert_eq!(violation.invariant, Invariant::CommitBeforeAnswer);
    let report = violation.to_string();
    let again = format!("--seed {} --seeds 1 --days 6", violation.seed);
    assert!(report.contains(&again), "{report}");
    assert!(!violation.history.is_empty(), "{report}");
}

/// A store with a bug: it answers when a command has run, before the commit.
#[derive(Debug)]
struct EarlyAnswer(Arc<SimStore>);

struct EarlyAnswerCommand(Option<Box<dyn QueuedCommand>>);

impl QueuedCommand for EarlyAnswerCommand {
    fn keys(&self, keys: &mut Keys) {
        self.0.iter().for_each(|command| command.keys(keys));
    }

    fn run(&mut self, transaction: &mut dyn LedgerTransaction) -> Result<(), TransactionError> {
        if let Some(mut command) = self.0.take() {
            command.run(transaction)?;
            command.answer(Ok(()));
        }
        Ok(())
    }

    fn answer(self: Box<Self>, _: Result<(), Error>) {}
}

impl Store for EarlyAnswer {
    fn submit(&self, command: Box<dyn QueuedCommand>) -> Result<(), Error> {
        self.0.submit(Box::new(EarlyAnswerCommand(Some(command))))
    }

    fn ready(&self) -> Result<(), Error> {
        self.0.ready()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.close()
    }

    fn net_customer<'a>(&'a self, customer_id: &'a str) -> ReadFuture<'a, Option<Customer>> {
        self.0.net_customer(customer_id)
    }

    fn query<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query(sql, values)
    }

    fn query_once<'a>(&'a self, sql: &'a str, values: Vec<Value<'a>>) -> ReadFuture<'a, Vec<Row>> {
        self.0.query_once(sql, values)
    }

    fn backup<'a>(&'a self, to: &'a Path) -> ReadFuture<'a, ()> {
        self.0.backup(to)
    }
}
