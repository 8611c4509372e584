//! Callbacks that come before their payment or before their credit.

mod common;

use common::{AMOUNT, CUSTOMER, LedgerTransaction, NOW, Told, newest, refund, sale};
use jetpay_ledger::{CallbackOutcome, EntryKind, PaymentState};

common::on_every_store! {
    callback_before_its_payment_waits_and_is_applied_when_it_is_recorded,
    dismissed_callback_is_a_repeat_and_still_applied_if_its_payment_appears,
    refund_before_its_credit_is_applied_with_it,
    early_refund_that_turns_out_too_large_is_quarantined_with_the_credit,
}

async fn callback_before_its_payment_waits_and_is_applied_when_it_is_recorded(
    transaction: LedgerTransaction,
) {
    let early_refund = refund("p1", 2, 30_000);
    for _ in 0..2 {
        assert_eq!(
            transaction.tell(&early_refund).await,
            CallbackOutcome::Unmatched
        );
        assert_eq!(
            transaction.tell(&sale("p1", 1)).await,
            CallbackOutcome::Unmatched
        );
    }
    assert_eq!(transaction.ledger.counts().await.unwrap().unmatched, 2);
    let inbox = transaction.ledger.inbox(10).await.unwrap();
    assert_eq!(inbox.len(), 2);
    assert!(!format!("{inbox:?}").contains("7001112233"));
    assert!(String::from_utf8_lossy(&inbox[0].body).contains("7001112233"));

    transaction.announce("p1").await;
    assert_eq!(transaction.entered("p1").await, 70_000);
    assert_eq!(
        transaction.ledger.counts().await.unwrap(),
        jetpay_ledger::Counts::default()
    );
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Repeated
    );
}

async fn dismissed_callback_is_a_repeat_and_still_applied_if_its_payment_appears(
    transaction: LedgerTransaction,
) {
    transaction.tell(&sale("p1", 1)).await;
    let id = "p1".try_into().unwrap();
    assert_eq!(
        transaction
            .ledger
            .dismiss_unmatched(&id, "of the old shop".into(), NOW)
            .await,
        Ok(1)
    );
    assert_eq!(
        transaction
            .ledger
            .dismiss_unmatched(&id, "of the old shop".into(), NOW)
            .await,
        Ok(0)
    );
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Repeated
    );
    assert_eq!(
        (
            transaction.ledger.inbox(10).await.unwrap().len(),
            transaction.ledger.counts().await.unwrap().unmatched
        ),
        (0, 0)
    );
    transaction.announce("p1").await;
    assert_eq!(transaction.entered("p1").await, AMOUNT);
    assert_eq!(
        transaction.ledger.counts().await.unwrap(),
        jetpay_ledger::Counts::default()
    );
}

async fn refund_before_its_credit_is_applied_with_it(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    assert_eq!(
        transaction.tell(&refund("p1", 2, 30_000)).await,
        CallbackOutcome::Noted
    );
    let told_again = Told {
        payment_status: "refunded",
        ..refund("p1", 2, 30_000)
    };
    assert_eq!(transaction.tell(&told_again).await, CallbackOutcome::Noted);
    assert_eq!(transaction.entered("p1").await, 0);
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Applied
    );
    let kinds: Vec<EntryKind> = transaction
        .ledger
        .entries(0, 10)
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds, [EntryKind::Credit, EntryKind::Refund]);
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(70_000));
    assert_eq!(
        transaction
            .ledger
            .payment("p1")
            .await
            .unwrap()
            .unwrap()
            .state,
        PaymentState::PartiallyRefunded
    );
}

async fn early_refund_that_turns_out_too_large_is_quarantined_with_the_credit(
    transaction: LedgerTransaction,
) {
    transaction.announce("p1").await;
    transaction.tell(&refund("p1", 2, 60_000)).await;
    transaction.tell(&refund("p1", 3, 60_000)).await;
    transaction.tell(&sale("p1", 1)).await;
    assert_eq!(transaction.entered("p1").await, 40_000);
    let counts = transaction.ledger.counts().await.unwrap();
    assert_eq!(
        (counts.quarantined, counts.alarms, counts.pending),
        (1, 1, 0)
    );
    assert_eq!(
        transaction.ledger.alarms(newest(1)).await.unwrap()[0].operation_id,
        Some(3.into())
    );
}
