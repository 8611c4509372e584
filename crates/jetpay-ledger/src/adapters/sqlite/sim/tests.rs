//! Fates, with jobs that a ledger gives.

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

/// Records payments with these ids in one step; who was answered, and how.
fn record<const N: usize>(
    ids: [&str; N],
    fault: Fault,
) -> (Ledger, [Option<Result<(), Error>>; N]) {
    let (store, ledger) = ledger();
    let mut context = Context::from_waker(Waker::noop());
    let mut writes = ids.map(|id| Box::pin(ledger.record_payment(payment(id))));
    for write in &mut writes {
        assert!(write.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(store.step(fault), N);
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

#[test]
fn step_that_commits_answers_everybody() {
    let (ledger, answers) = record(["a", "b"], Fault::Commits);
    assert_eq!(answers, [Some(Ok(())), Some(Ok(()))]);
    assert_eq!(recorded(&ledger), ["a", "b"]);
}

#[test]
fn one_refused_commit_is_the_groups_and_each_job_is_then_written_alone() {
    let (ledger, answers) = record(["a", "b"], Fault::Refuses(2));
    assert!(matches!(answers[0], Some(Err(Error::Unavailable(_)))));
    assert_eq!(answers[1], Some(Ok(())));
    assert_eq!(recorded(&ledger), ["b"]);
}

#[test]
fn bad_job_in_the_middle_harms_nobody_else() {
    let (ledger, answers) = record(["a", "b"], Fault::BadCommand(1));
    assert_eq!(answers, [Some(Ok(())), Some(Ok(()))]);
    assert_eq!(recorded(&ledger), ["a", "b"]);
}

#[test]
fn crash_before_the_commit_leaves_nothing_and_answers_nobody() {
    let fault = Fault::Crashes {
        refused: 0,
        commits: 0,
    };
    let (ledger, answers) = record(["a", "b"], fault);
    assert_eq!(answers, [None, None]);
    assert!(recorded(&ledger).is_empty());
}

#[test]
fn crash_after_the_commit_leaves_all_of_it_and_answers_nobody() {
    let fault = Fault::Crashes {
        refused: 0,
        commits: 1,
    };
    let (ledger, answers) = record(["a", "b"], fault);
    assert_eq!(answers, [None, None]);
    assert_eq!(recorded(&ledger), ["a", "b"]);
}

#[test]
fn crash_between_two_jobs_written_alone_keeps_the_answer_that_was_given() {
    let fault = Fault::Crashes {
        refused: 1,
        commits: 2,
    };
    let (ledger, answers) = record(["a", "b", "c"], fault);
    assert_eq!(answers, [Some(Ok(())), None, None]);
    assert_eq!(recorded(&ledger), ["a", "b"]);
}
