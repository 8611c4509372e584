//! The queue, the groups and the failures, with jobs made for it.

use std::path::Path;
use std::sync::mpsc;

use jetpay_core::{Currency, Money};
use tempfile::TempDir;

use super::Ledger;
use crate::error::Error;
use crate::millis::Millis;
use crate::payment::NewPayment;
use crate::store::Transaction;

fn ledger(queue: usize) -> (TempDir, Ledger) {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::open_with(&directory.path().join("ledger.db"), queue).unwrap();
    (directory, ledger)
}

fn payment(id: &str) -> NewPayment {
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
    let task = tokio::spawn(async move {
        held.write(move |_| {
            let _ = here.send(());
            let _ = told.recv();
            Ok(())
        })
        .await
    });
    arrived.recv().unwrap();
    (go, task)
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
    assert_eq!(
        ledger.payment("a"),
        Ok(None),
        "nothing is visible before its commit"
    );
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    for task in waiting {
        task.await.unwrap().unwrap();
    }
    assert_eq!(ledger.ready(), Ok(()));
    assert!(ledger.payment("a").unwrap().is_some() && ledger.payment("c").unwrap().is_none());
}

/// Puts a bad job between good ones into one group; what became of each.
async fn with_a_bad_one(
    ledger: &Ledger,
    bad: impl FnMut(&mut Transaction<'_>) -> rusqlite::Result<()> + Send + 'static,
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
        ledger.write(bad),
        record("second"),
        release
    );
    held.await.unwrap().unwrap();
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert!(
        ledger.payment("first").unwrap().is_some() && ledger.payment("second").unwrap().is_some()
    );
    assert_eq!(
        ledger.counts().unwrap().pending,
        2,
        "those that were run twice are counted once"
    );
    bad
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn job_that_breaks_a_rule_harms_nobody_in_its_group() {
    let (_directory, ledger) = ledger(16);
    let bad = |transaction: &mut Transaction<'_>| {
        transaction.counts.pending += 7;
        let sql = "INSERT INTO entries VALUES (NULL, 'first', 1, ?1, 'credit', 5, 0)";
        transaction.execute(sql, [1])?;
        transaction.execute(sql, [2])?; // A second credit of one payment.
        Ok(())
    };
    let outcome = with_a_bad_one(&ledger, bad).await;
    assert!(matches!(outcome, Err(Error::Unavailable(text)) if text.contains("UNIQUE")));
    assert_eq!(ledger.entries(0, 10), Ok(vec![]));
    assert_eq!(ledger.ready(), Ok(()), "it says nothing about the disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn job_that_panics_harms_nobody_and_the_writer_lives_on() {
    let (_directory, ledger) = ledger(16);
    let bad = |transaction: &mut Transaction<'_>| {
        transaction.execute("DELETE FROM payments", ())?;
        panic!("a bug, put here by a test");
    };
    assert!(matches!(
        with_a_bad_one(&ledger, bad).await,
        Err(Error::Unavailable(_))
    ));
    assert_eq!(ledger.record_payment(payment("third")).await, Ok(()));
}

#[tokio::test]
async fn full_disk_is_unavailable_and_is_left_when_there_is_room_again() {
    let (_directory, ledger) = ledger(16);
    let pages = |count: i64| {
        move |transaction: &mut Transaction<'_>| {
            transaction
                .connection()
                .pragma_update_and_check(None, "max_page_count", count, |_| Ok(()))
        }
    };
    ledger.write(pages(1)).await.unwrap(); // As few as there are.
    let mut recorded = 0;
    let error = loop {
        match ledger
            .record_payment(payment(&format!("payment_{recorded}")))
            .await
        {
            Ok(()) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(&error, Error::Unavailable(text) if text.contains("full")),
        "{error}"
    );
    assert!(matches!(ledger.ready(), Err(Error::Unavailable(_))));
    ledger.write(pages(1_000_000)).await.unwrap();
    assert_eq!(ledger.ready(), Ok(()));
    assert_eq!(ledger.record_payment(payment("last")).await, Ok(()));
    assert_eq!(
        ledger.counts().unwrap().pending,
        recorded + 1,
        "what was refused is not there"
    );
}

#[tokio::test]
async fn failure_is_forgotten_when_a_probe_succeeds_without_traffic() {
    let (_directory, ledger) = ledger(16);
    let broken = ledger
        .write::<_, ()>(|_| Err(rusqlite::Error::InvalidQuery))
        .await;
    assert!(broken.is_err());
    assert!(ledger.ready().is_err());
    while ledger.ready().is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn entry_is_never_changed_nor_deleted() {
    let (_directory, ledger) = ledger(16);
    let insert = "INSERT INTO entries VALUES (NULL, 'a', 1, 1, 'credit', 5, 0)";
    ledger
        .write(move |transaction| transaction.execute(insert, ()))
        .await
        .unwrap();
    for sql in ["UPDATE entries SET amount = 6", "DELETE FROM entries"] {
        let outcome = ledger
            .write(move |transaction| transaction.execute(sql, ()))
            .await;
        assert!(
            matches!(outcome, Err(Error::Unavailable(text)) if text.contains("only ever added")),
            "{sql}"
        );
    }
}

#[tokio::test]
async fn every_commit_waits_for_the_disk() {
    let (_directory, ledger) = ledger(16);
    let pragmas = ledger.write(|transaction| {
        let connection = transaction.connection();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let synchronous: i64 =
            connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        Ok((mode, synchronous))
    });
    assert_eq!(pragmas.await, Ok(("wal".to_owned(), 2))); // 2 is FULL.
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
    ledger.close();
    assert_eq!(waiting.await.unwrap(), Ok(()));
    assert!(matches!(
        other.record_payment(payment("b")).await,
        Err(Error::Unavailable(_))
    ));
    assert!(matches!(other.ready(), Err(Error::Unavailable(_))));
    reopened(directory.path());
}

fn reopened(directory: &Path) {
    let ledger = Ledger::open(&directory.join("ledger.db")).unwrap();
    assert!(ledger.payment("a").unwrap().is_some());
    assert!(ledger.payment("b").unwrap().is_none());
}
