//! Faults, with commands that a ledger gives.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::super::tests::payment;
use super::{Fault, SimStore};
use crate::Ledger;
use crate::model::Error;

fn ledger() -> (Arc<SimStore>, Ledger) {
    let store = Arc::new(SimStore::new(8).unwrap());
    (Arc::clone(&store), Ledger::over(store))
}

/// Records payments with these ids in one step; which were answered, and how.
fn record(ids: [&str; 3], fault: Fault) -> (Ledger, [Option<Result<(), Error>>; 3]) {
    let (store, ledger) = ledger();
    let mut context = Context::from_waker(Waker::noop());
    let mut writes = ids.map(|id| Box::pin(ledger.record_payment(payment(id))));
    for write in &mut writes {
        assert!(write.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(store.step(fault), 3);
    let lost = Err(Error::closed());
    let answers = writes.map(|mut write| match write.as_mut().poll(&mut context) {
        Poll::Ready(answer) => (answer != lost).then_some(answer),
        Poll::Pending => panic!("a step answers every command"),
    });
    (ledger, answers)
}

fn recorded(ledger: &Ledger) -> Vec<String> {
    let read = pin!(ledger.payments(&crate::PaymentFilter::default()))
        .poll(&mut Context::from_waker(Waker::noop()))
        .map(|payments| payments.unwrap());
    match read {
        Poll::Ready(payments) => payments.iter().map(|it| it.id.to_string()).collect(),
        Poll::Pending => panic!("reads are done at once"),
    }
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// What happens to the commits of a step; which of the commands `a`, `b` and `c` are answered, and whether they are done;
/// and what is there afterwards.
type Row = (
    &'static str,
    Fault,
    [Option<bool>; 3],
    &'static [&'static str],
);

const FAULTS: [Row; 6] = [
    (
        "all are committed",
        Fault::Commits,
        [YES, YES, YES],
        &["a", "b", "c"],
    ),
    (
        "the group is refused, and then the first of its commands, each written alone",
        Fault::Refuses(2),
        [NO, YES, YES],
        &["b", "c"],
    ),
    (
        "a bad command in the middle does no harm to the others",
        Fault::BadCommand(1),
        [YES, YES, YES],
        &["a", "b", "c"],
    ),
    (
        "a crash before the commit leaves nothing, and gives no answer",
        Fault::Crashes {
            refused: 0,
            commits: 0,
        },
        [None, None, None],
        &[],
    ),
    (
        "a crash after the commit leaves all of it, and gives no answer",
        Fault::Crashes {
            refused: 0,
            commits: 1,
        },
        [None, None, None],
        &["a", "b", "c"],
    ),
    (
        "a crash between two commands written alone keeps the answer that was given",
        Fault::Crashes {
            refused: 1,
            commits: 2,
        },
        [YES, None, None],
        &["a", "b"],
    ),
];

#[test]
fn step_answers_and_keeps_what_its_fault_leaves() {
    for (what, fault, answers, kept) in FAULTS {
        let (ledger, answered) = record(["a", "b", "c"], fault);
        let done = answered.map(|answer| answer.map(|it| it.is_ok()));
        assert_eq!(done, answers, "{what}");
        assert_eq!(recorded(&ledger), kept, "{what}");
    }
}
