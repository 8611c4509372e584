//! The audit, the backup and the move to another store.

mod common;

use common::{
    AMOUNT, CUSTOMER, LedgerTransaction, NOW, Told, decline, newest, payment, refund, sale,
};
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_ledger::{AlarmKind, CallbackOutcome, Finding, Ledger, OpenError, Verdict};

common::on_every_store! {
    books_after_everything_that_can_happen_agree,
}

/// A little of everything.
async fn lived(transaction: &LedgerTransaction) {
    for id in ["p1", "p2", "p3", "p4", "p5"] {
        transaction.announce(id).await;
    }
    transaction.tell(&sale("p1", 1)).await;
    transaction.tell(&refund("p1", 2, 30_000)).await;
    transaction.tell(&refund("p2", 3, AMOUNT)).await;
    transaction.tell(&sale("p2", 4)).await;
    transaction.tell(&decline("p3", 5)).await;
    transaction
        .tell(&Told {
            amount: 90_000,
            ..sale("p4", 6)
        })
        .await;
    transaction.tell(&sale("unknown", 7)).await;
    transaction
        .tell(&Told {
            operation_status: "IN_PROGRESS",
            ..sale("p5", 8)
        })
        .await;
    transaction
        .tell(&Told {
            operation_type: "manual change",
            payment_status: "decline",
            ..sale("p1", 9)
        })
        .await;
    let alarms = transaction.ledger.alarms(newest(10)).await.unwrap();
    let differs = alarms
        .iter()
        .find(|alarm| alarm.kind == AlarmKind::AmountDiffers)
        .unwrap();
    let credit = Verdict::Credit(Money::new(90_000, Currency::KZT));
    let settled = transaction
        .ledger
        .resolve_alarm(differs.seq, credit, "paid less".into(), NOW);
    settled.await.unwrap();
    let unusable =
        transaction
            .ledger
            .quarantine_unusable(1234.into(), b"{}".to_vec(), "empty".into(), NOW);
    unusable.await.unwrap();
}

async fn findings(ledger: &Ledger) -> Vec<Finding> {
    ledger.audit(None).await.unwrap().findings
}

async fn books_after_everything_that_can_happen_agree(transaction: LedgerTransaction) {
    assert_eq!(findings(&transaction.ledger).await, []);
    lived(&transaction).await;
    let keyring = Keyring::from(Project::new(1234, "secret").unwrap());
    let audit = transaction.ledger.audit(Some(&keyring)).await.unwrap();
    assert_eq!(audit.findings, []);
    assert_eq!((audit.verified, audit.unverified), (9, 0));
    assert_eq!(audit.totals.balance, 90_000);
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
    let rotated = Keyring::from(Project::new(1234, "another").unwrap());
    let audit = transaction.ledger.audit(Some(&rotated)).await.unwrap();
    assert_eq!((audit.unverified, audit.first_unverified), (9, Some(1)));
}

/// What a person could do to the file, and the words of the finding.
const TAMPERED: &[(&str, &str)] = &[
    (
        "UPDATE payments SET remaining = remaining - 1 WHERE id = 'p4'",
        "what remains of a payment",
    ),
    (
        "UPDATE payments SET state = 'pending' WHERE id = 'p1'",
        "a payment's state",
    ),
    (
        "UPDATE payments SET state = 'declined' WHERE id = 'p5'",
        "the counts of what waits",
    ),
    (
        "UPDATE payments SET credited = credited + 1 WHERE id = 'p4'",
        "what was credited to a payment",
    ),
    (
        "DROP TRIGGER entries_stay; UPDATE entries SET amount = amount + 5 WHERE seq = 1",
        "an entry follows from an applied callback",
    ),
    (
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = 1",
        "numbered without a gap",
    ),
    (
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
        "what remains of a payment",
    ),
    (
        "INSERT INTO entries VALUES (NULL, 'p3', 1234, 99, 'credit', 100000, 0)",
        "an entry follows from an applied callback",
    ),
    (
        "INSERT INTO entries VALUES (NULL, 'ghost', 1234, 99, 'credit', 100000, 0)",
        "belongs to a payment",
    ),
    (
        "UPDATE events SET amount = amount + 1 WHERE seq = 5",
        "says what its bytes say",
    ),
    (
        "UPDATE events SET disposition = 'applied' WHERE seq = 6",
        "a success that was applied has its entry",
    ),
    (
        "UPDATE events SET disposition = 'unmatched' WHERE seq = 1",
        "waits for its payment",
    ),
    (
        "UPDATE alarms SET settled = 1 - settled WHERE seq = 1",
        "an alarm is marked as resolved",
    ),
    (
        "DELETE FROM payments WHERE id = 'p1'",
        "belongs to a payment",
    ),
];

#[tokio::test]
async fn row_that_was_changed_by_hand_is_found() {
    for (sql, rule) in TAMPERED {
        let transaction = LedgerTransaction::open();
        lived(&transaction).await;
        let person = rusqlite::Connection::open(transaction.path()).unwrap();
        person.execute_batch(sql).unwrap();
        let findings = findings(&transaction.ledger).await;
        assert!(
            findings.iter().any(|finding| finding.rule.contains(rule)),
            "{sql}: {findings:?}"
        );
    }
}

#[tokio::test]
async fn ledger_opened_to_read_sees_what_another_writes_and_writes_nothing() {
    let transaction = LedgerTransaction::open();
    lived(&transaction).await;
    let reader = Ledger::open_to_read(&transaction.path()).unwrap();
    transaction.announce("p9").await;
    assert!(reader.payment("p9").await.unwrap().is_some());
    assert!(reader.record_payment(payment("p10")).await.is_err());
    let nothing = Ledger::open_to_read(&transaction.directory().join("none.db"));
    assert!(matches!(nothing, Err(OpenError::Store { .. })));
    assert!(!transaction.directory().join("none.db").exists());
}

#[tokio::test]
async fn backup_made_while_others_write_is_whole() {
    let transaction = LedgerTransaction::open();
    lived(&transaction).await;
    let to = transaction.directory().join("copy.db");
    let reader = Ledger::open_to_read(&transaction.path()).unwrap();
    reader.backup(&to).await.unwrap();
    transaction.announce("later").await;
    assert!(
        reader.backup(&to).await.is_err(),
        "a copy is never written over"
    );
    let copy = Ledger::open(&to).unwrap();
    assert_eq!(findings(&copy).await, []);
    assert_eq!(copy.balance(CUSTOMER).await, Ok(90_000));
    assert_eq!(
        copy.record_callback(sale("p1", 1).callback(), NOW).await,
        Ok(CallbackOutcome::Repeated)
    );
    assert_eq!(copy.payment("later").await, Ok(None));
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn books_that_are_moved_go_on_where_they_were() {
    use jetpay_ledger::CopyError;
    let transaction = LedgerTransaction::open();
    lived(&transaction).await;
    let Some(target) = LedgerTransaction::connect().await else {
        return;
    };
    let mut told = Vec::new();
    let mut hear = |table, rows| told.push((table, rows));
    let totals = transaction
        .ledger
        .copy_to(target.database().url(), None, &mut hear)
        .await
        .unwrap();
    assert_eq!(totals, transaction.ledger.totals().await.unwrap());
    assert!(told.contains(&("payments", 5)));
    assert_eq!(findings(&target.ledger).await, []);
    assert_eq!(
        transaction.ledger.counts().await,
        target.ledger.counts().await
    );
    assert_eq!(
        transaction.ledger.entries(0, 99).await,
        target.ledger.entries(0, 99).await
    );
    // It goes on: repeats are repeats, numbers are new, and what waits is matched.
    assert_eq!(target.tell(&sale("p1", 1)).await, CallbackOutcome::Repeated);
    target.announce("unknown").await;
    assert_eq!(target.tell(&sale("p5", 20)).await, CallbackOutcome::Applied);
    let last = totals.last_entry;
    let seqs: Vec<i64> = target
        .ledger
        .entries(last, 9)
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.seq)
        .collect();
    assert_eq!(seqs, [last + 1, last + 2]);
    assert_eq!(findings(&target.ledger).await, []);
    let again = transaction
        .ledger
        .copy_to(target.database().url(), None, &mut |_, _| ())
        .await;
    assert!(matches!(again, Err(CopyError::NotEmpty)));
}
