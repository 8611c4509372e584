//! What was acknowledged stays, and nobody else opens the file.

mod common;

use common::{AMOUNT, CUSTOMER, LedgerTransaction, refund, sale};
use jetpay_ledger::{CallbackOutcome, Ledger, OpenError};

#[tokio::test]
async fn ledger_dropped_without_close_is_whole_when_it_is_opened_again() {
    let transaction = LedgerTransaction::open();
    transaction.announce("p1").await;
    transaction.tell(&sale("p1", 1)).await;
    transaction.tell(&refund("p1", 2, 1)).await;
    transaction.tell(&sale("unknown", 3)).await;
    let transaction = transaction.reopen().await;
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT - 1));
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Repeated
    );
    let counts = transaction.ledger.counts().await.unwrap();
    assert_eq!((counts.pending, counts.unmatched), (0, 1));
}

/// A process that is killed leaves its files as they are. Copying them while the ledger is open is the same.
#[tokio::test]
async fn files_as_a_kill_leaves_them_hold_everything_acknowledged() {
    let transaction = LedgerTransaction::open();
    for (number, id) in (1..).zip(["p1", "p2", "p3"]) {
        transaction.announce(id).await;
        transaction.tell(&sale(id, number)).await;

        let directory = tempfile::tempdir().unwrap();
        for file in ["ledger.db", "ledger.db-wal"] {
            std::fs::copy(
                transaction.directory().join(file),
                directory.path().join(file),
            )
            .unwrap();
        }
        let copy = Ledger::open(&directory.path().join("ledger.db")).unwrap();
        let credited = i64::try_from(number).unwrap() * AMOUNT;
        assert_eq!(copy.balance(CUSTOMER).await, Ok(credited));
        let repeated = copy
            .record_callback(sale(id, number).callback(), common::NOW)
            .await;
        assert_eq!(repeated, Ok(CallbackOutcome::Repeated));
    }
}

#[tokio::test]
async fn file_that_is_open_is_refused_to_another_ledger() {
    let transaction = LedgerTransaction::open();
    let second = Ledger::open(&transaction.path());
    assert!(matches!(second, Err(OpenError::InUse { .. })));
    let text = second.unwrap_err().to_string();
    assert!(text.contains("in use by another process"), "{text}");
    transaction.ledger.clone().close().await;
    assert!(Ledger::open(&transaction.path()).is_ok());
}

#[test]
fn schema_of_a_newer_version_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    drop(Ledger::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = Ledger::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }));
    assert!(error.to_string().contains("use a newer program"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn file_that_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    let letter = "Dear sir or madam, this is no database at all. ".repeat(20);
    std::fs::write(&path, &letter).unwrap();
    assert!(matches!(Ledger::open(&path), Err(OpenError::Store { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    assert!(matches!(
        Ledger::open(&directory.path().join("no/such/ledger.db")),
        Err(OpenError::Lock { .. })
    ));
}
