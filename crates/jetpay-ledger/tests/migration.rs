//! A database of version 1 is migrated, and nothing in it is lost.

mod common;
#[path = "common/version_1.rs"]
mod version_1;

use common::{AMOUNT, CUSTOMER, NOW, newest, payment, refund, sale};
use jetpay_core::id::PaymentId;
use jetpay_ledger::{
    AlarmKind, CallbackOutcome, Counts, Error, Ledger, OpenError, PaymentFilter, PaymentState,
    ResolveError, Verdict,
};
use rusqlite::Connection;
use version_1::{NEW_SALE, OTHER_CUSTOMER, Version1, contradiction};

async fn deliver(ledger: &Ledger, content: &common::CallbackContent) -> CallbackOutcome {
    let recorded = ledger.record_callback(content.callback(), NOW).await;
    recorded.unwrap()
}

#[tokio::test]
async fn payments_balances_and_entries_stay_the_same() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let filter = PaymentFilter {
        limit: 100,
        ..PaymentFilter::default()
    };
    let payments = ledger.payments(&filter).await.unwrap();
    let shown: Vec<_> = payments
        .iter()
        .map(|it| (it.id.as_str(), it.state, it.credited, it.remaining))
        .collect();
    assert_eq!(
        shown,
        [
            ("credited", PaymentState::Credited, AMOUNT, AMOUNT),
            ("early", PaymentState::Pending, 0, 0),
            ("partly", PaymentState::PartiallyRefunded, AMOUNT, 60_000),
            ("pending", PaymentState::Pending, 0, 0),
            ("quarantined", PaymentState::Quarantined, 0, 0),
            ("refunded", PaymentState::Refunded, AMOUNT, 0),
        ]
    );
    assert_eq!(payments[0].flags.len(), 1);
    assert_eq!(payments[0].contract_id.as_ref().unwrap().as_str(), "c1");
    assert_eq!(payments[2].operations.len(), 2);
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(AMOUNT + 60_000));
    assert_eq!(ledger.balance(OTHER_CUSTOMER).await, Ok(0));
    let entries = ledger.entries(0, 100).await.unwrap();
    let entries: Vec<_> = entries
        .iter()
        .map(|it| (it.seq, it.payment_id.as_str(), it.amount.minor()))
        .collect();
    assert_eq!(
        entries,
        [
            (1, "credited", AMOUNT),
            (2, "partly", AMOUNT),
            (3, "partly", -40_000),
            (4, "refunded", AMOUNT),
            (5, "refunded", -AMOUNT),
        ]
    );
    let customer = ledger.customer(CUSTOMER).await.unwrap().unwrap();
    assert_eq!(customer.contracts[0].number, "N1");
}

#[tokio::test]
async fn callbacks_of_old_payments_are_applied() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    assert_eq!(
        deliver(&ledger, &sale("credited", 1)).await,
        CallbackOutcome::Repeated
    );
    let part = refund("credited", 20, 30_000);
    assert_eq!(deliver(&ledger, &part).await, CallbackOutcome::Applied);
    let rest = refund("partly", 21, 60_000);
    assert_eq!(deliver(&ledger, &rest).await, CallbackOutcome::Applied);
    let too_much = refund("refunded", 22, 1);
    assert_eq!(
        deliver(&ledger, &too_much).await,
        CallbackOutcome::Quarantined
    );
    assert_eq!(
        deliver(&ledger, &sale("pending", 23)).await,
        CallbackOutcome::Applied
    );
    // The refund of this payment came first and waited in the old database.
    assert_eq!(
        deliver(&ledger, &sale("early", 24)).await,
        CallbackOutcome::Applied
    );
    let left = |id: &'static str| {
        let ledger = ledger.clone();
        async move { ledger.payment(id).await.unwrap().unwrap().remaining }
    };
    assert_eq!(left("credited").await, 70_000);
    assert_eq!(left("partly").await, 0);
    assert_eq!(left("early").await, 75_000);
    assert_eq!(ledger.balance(CUSTOMER).await, Ok(70_000 + AMOUNT + 75_000));
    // The sale of this payment waited in the old inbox.
    assert_eq!(ledger.record_payment(payment("unknown")).await, Ok(()));
    assert_eq!(left("unknown").await, AMOUNT);
    let again = sale("unknown", NEW_SALE);
    assert_eq!(deliver(&ledger, &again).await, CallbackOutcome::Repeated);
}

#[tokio::test]
async fn every_alarm_keeps_its_number_its_payment_and_its_message() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let alarms = ledger.alarms(newest(100)).await.unwrap();
    let shown: Vec<_> = alarms
        .iter()
        .map(|it| {
            (
                it.seq,
                it.kind,
                it.payment_id.as_ref().map(PaymentId::as_str),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (6, AlarmKind::Unusable, None),
            (5, AlarmKind::Unusable, None),
            (4, AlarmKind::ContradictoryRepeat, Some("credited")),
            (3, AlarmKind::ContradictoryRepeat, Some("partly")),
            (2, AlarmKind::Unusable, None),
            (1, AlarmKind::AmountDiffers, Some("quarantined")),
        ]
    );
    let mut unusable = Vec::new();
    for alarm in &alarms {
        let (_, bodies) = ledger.alarm(alarm.seq).await.unwrap().unwrap();
        // A contradiction also has the message that it contradicts.
        match (alarm.kind, alarm.payment_id.as_ref().map(PaymentId::as_str)) {
            (AlarmKind::Unusable, _) => unusable.extend(bodies),
            (AlarmKind::ContradictoryRepeat, Some("credited")) => {
                assert_eq!(bodies[0], &*contradiction("credited", 1).body);
                assert_eq!(bodies.len(), 2);
            }
            (AlarmKind::ContradictoryRepeat, _) => {
                assert_eq!(bodies[0], &*contradiction("partly", 2).body);
            }
            _ => assert_eq!(bodies.len(), 1),
        }
    }
    unusable.sort();
    assert_eq!(unusable, [b"{\"a\":1}", b"{\"b\":2}", b"{\"c\":3}"]);
    // The ledger still recognises the bodies.
    let again = ledger
        .quarantine_unusable(1234.into(), b"{\"b\":2}".to_vec(), "again".into(), NOW)
        .await;
    assert_eq!(again, Ok(false));
    let again = contradiction("partly", 2);
    let recorded = ledger.record_callback(again, NOW).await;
    assert_eq!(recorded, Ok(CallbackOutcome::Quarantined));
    assert_eq!(ledger.alarms(newest(100)).await.unwrap().len(), 6);
}

#[tokio::test]
async fn counts_are_equal_to_the_rows_and_alarms_can_be_resolved() {
    let old = Version1::made();
    let ledger = Ledger::open(&old.path()).unwrap();
    let mut counts = Counts::default();
    (counts.pending, counts.unmatched, counts.quarantined) = (2, 1, 6);
    (counts.alarms, counts.open_alarms) = (6, 6);
    assert_eq!(ledger.counts().await, Ok(counts));
    let dismiss = |seq| ledger.resolve_alarm(seq, Verdict::Dismiss, "seen".into(), NOW);
    for seq in 2..=6 {
        assert_eq!(dismiss(seq).await, Ok(()));
    }
    let again = dismiss(6).await;
    assert_eq!(again, Err(Error::Resolve(ResolveError::AlreadyResolved)));
    let credit = Verdict::Credit(payment("x").amount);
    let resolved = ledger.resolve_alarm(1, credit, "paid".into(), NOW).await;
    assert_eq!(resolved, Ok(()));
    assert_eq!(ledger.counts().await.unwrap().open_alarms, 0);
    assert_eq!(ledger.balance(OTHER_CUSTOMER).await, Ok(AMOUNT));
}

#[tokio::test]
async fn migrated_database_opens_again_unchanged() {
    let old = Version1::made();
    drop(Ledger::open(&old.path()).unwrap());
    assert_eq!(old.version(), 4);
    let ledger = Ledger::open(&old.path()).unwrap();
    assert_eq!(ledger.alarms(newest(100)).await.unwrap().len(), 6);
}

/// All steps of a migration take effect, or none.
#[test]
fn failed_migration_changes_nothing() {
    let old = Version1::made();
    let connection = Connection::open(old.path()).unwrap();
    // Version 2 creates this table near its end.
    let in_its_way = "CREATE TABLE settlements (of_another_program INTEGER)";
    connection.execute_batch(in_its_way).unwrap();
    let before = old.dump();
    let error = Ledger::open(&old.path()).unwrap_err();
    assert!(matches!(error, OpenError::Store { .. }), "{error}");
    assert_eq!((old.version(), old.dump()), (1, before));
    connection.execute_batch("DROP TABLE settlements").unwrap();
    drop(connection);
    assert!(Ledger::open(&old.path()).is_ok());
}
