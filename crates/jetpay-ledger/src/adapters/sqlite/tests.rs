//! The queue and the groups, with jobs made for it.

use std::path::Path;
use std::sync::{Arc, mpsc};

use jetpay_core::{Currency, Money};
use jetpay_rules::{EntryKind, NewEntry};
use tempfile::TempDir;

use super::Sqlite;
use crate::Ledger;
use crate::model::{Error, Millis, NewPayment};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// A command made of a closure.
fn closure(
    run: impl FnMut(&mut dyn LedgerTransaction) -> Result<(), TransactionError> + Send + 'static,
) -> Command<()> {
    Command::new(Keys::default(), run)
}

fn ledger(queue: usize) -> (TempDir, Ledger) {
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&directory.path().join("ledger.db"), queue).unwrap();
    (directory, Ledger::over(Arc::new(store)))
}

pub(super) fn payment(id: &str) -> NewPayment {
    NewPayment {
        id: id.try_into().unwrap(),
        project_id: 1234.into(),
        method: "kaspi".into(),
        customer_id: "7123456789".try_into().unwrap(),
        contract_id: None,
        amount: Money::new(100_000, Currency::KZT),
        flags: vec![],
        created_at: Millis(1),
    }
}

/// Keeps the writer inside a job until told to go on; also says when it is there.
fn hold(ledger: &Ledger) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Error>>) {
    let (go, told) = mpsc::channel::<()>();
    let (here, arrived) = mpsc::channel();
    let held = ledger.clone();
    let work = closure(move |_: &mut dyn LedgerTransaction| {
        let _ = here.send(());
        let _ = told.recv();
        Ok(())
    });
    let task = tokio::spawn(async move { held.write(work).await });
    arrived.recv().unwrap();
    (go, task)
}

async fn has(ledger: &Ledger, id: &str) -> bool {
    ledger.payment(id).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn write_into_a_full_queue_is_refused_at_once_as_busy() {
    let (_directory, ledger) = ledger(2);
    let (go, held) = hold(&ledger);
    let waiting: Vec<_> = ["a", "b"]
        .map(|id| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.record_payment(payment(id)).await })
        })
        .into();
    while ledger.ready() == Ok(()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(ledger.ready(), Err(Error::Busy));
    assert_eq!(ledger.record_payment(payment("c")).await, Err(Error::Busy));
    assert!(
        !has(&ledger, "a").await,
        "nothing is visible before its commit"
    );
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    for task in waiting {
        task.await.unwrap().unwrap();
    }
    assert_eq!(ledger.ready(), Ok(()));
    assert!(has(&ledger, "a").await && !has(&ledger, "c").await);
}

/// Puts a bad job between good ones into one group; what became of it.
async fn with_a_bad_one(
    ledger: &Ledger,
    bad: impl FnMut(&mut dyn LedgerTransaction) -> Result<(), TransactionError> + Send + 'static,
) -> Result<(), Error> {
    let (go, held) = hold(ledger);
    let record = |id: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.record_payment(payment(id)).await }
    };
    let release = async { go.send(()).unwrap() };
    // Polled in this order: all are in the queue before the writer is let go.
    let (first, bad, second, ()) = tokio::join!(
        record("first"),
        ledger.write(closure(bad)),
        record("second"),
        release
    );
    held.await.unwrap().unwrap();
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert!(has(ledger, "first").await && has(ledger, "second").await);
    let pending = ledger.counts().await.unwrap().pending;
    assert_eq!(pending, 2, "those that were run twice are counted once");
    bad
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn job_that_breaks_a_rule_harms_nobody_in_its_group() {
    let (_directory, ledger) = ledger(16);
    let bad = |transaction: &mut dyn LedgerTransaction| {
        transaction.counts().pending += 7;
        let first = "first".try_into().unwrap();
        for operation_id in [1, 2] {
            // The second one is a second credit of one payment.
            let entry = NewEntry {
                kind: EntryKind::Credit,
                amount: 5,
                operation_id: operation_id.into(),
            };
            transaction.add_entry(&first, 1.into(), &entry, None, Millis(1))?;
        }
        Ok(())
    };
    let outcome = with_a_bad_one(&ledger, bad).await;
    assert!(matches!(outcome, Err(Error::Unavailable(text)) if text.contains("UNIQUE")));
    assert_eq!(ledger.entries(0, 10).await, Ok(vec![]));
    assert_eq!(ledger.ready(), Ok(()), "it says nothing about the disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn job_that_panics_harms_nobody_and_the_writer_lives_on() {
    let (_directory, ledger) = ledger(16);
    let bad = |transaction: &mut dyn LedgerTransaction| {
        transaction.add_payment(&payment("of a bug"))?;
        panic!("a bug, put here by a test");
    };
    assert!(with_a_bad_one(&ledger, bad).await.is_err());
    assert!(!has(&ledger, "of a bug").await);
    assert_eq!(ledger.record_payment(payment("third")).await, Ok(()));
}

#[tokio::test]
async fn failure_is_forgotten_when_a_probe_succeeds_without_traffic() {
    let (_directory, ledger) = ledger(16);
    let broken =
        |_: &mut dyn LedgerTransaction| Err(TransactionError::Store("the disk is gone".into()));
    assert!(ledger.write(closure(broken)).await.is_err());
    assert!(ledger.ready().is_err());
    while ledger.ready().is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn write_to_a_closed_ledger_is_unavailable_and_what_waited_is_done() {
    let (directory, ledger) = ledger(16);
    let other = ledger.clone();
    let waiting = tokio::spawn({
        let ledger = other.clone();
        async move { ledger.record_payment(payment("a")).await }
    });
    tokio::task::yield_now().await;
    ledger.close().await;
    assert_eq!(waiting.await.unwrap(), Ok(()));
    assert!(matches!(
        other.record_payment(payment("b")).await,
        Err(Error::Unavailable(_))
    ));
    assert!(matches!(other.ready(), Err(Error::Unavailable(_))));
    reopened(directory.path()).await;
}

async fn reopened(directory: &Path) {
    let ledger = Ledger::open(&directory.join("ledger.db")).unwrap();
    assert!(has(&ledger, "a").await && !has(&ledger, "b").await);
}
