//! Callbacks that come before their payment or before their credit.

mod common;

use common::{AMOUNT, Books, CUSTOMER, Told, refund, sale};
use jetpay_ledger::{EntryKind, Recorded, State};

#[tokio::test]
async fn callback_before_its_payment_waits_and_is_applied_when_it_is_recorded() {
    let books = Books::open();
    let early_refund = refund("p1", 2, 30_000);
    for _ in 0..2 {
        assert_eq!(books.tell(&early_refund).await, Recorded::Unmatched);
        assert_eq!(books.tell(&sale("p1", 1)).await, Recorded::Unmatched);
    }
    assert_eq!(books.ledger.counts().unwrap().unmatched, 2);
    let inbox = books.ledger.inbox(10).unwrap();
    assert_eq!(inbox.len(), 2);
    assert!(!format!("{inbox:?}").contains("7001112233"));
    assert!(String::from_utf8_lossy(&inbox[0].body).contains("7001112233"));

    books.announce("p1").await;
    assert_eq!(books.entered("p1"), 70_000);
    assert_eq!(
        books.ledger.counts().unwrap(),
        jetpay_ledger::Counts::default()
    );
    assert_eq!(books.tell(&sale("p1", 1)).await, Recorded::Repeated);
}

#[tokio::test]
async fn dismissed_callback_is_a_repeat_and_still_applied_if_its_payment_appears() {
    let books = Books::open();
    books.tell(&sale("p1", 1)).await;
    let id = "p1".try_into().unwrap();
    assert_eq!(books.ledger.dismiss_unmatched(&id).await, Ok(1));
    assert_eq!(books.ledger.dismiss_unmatched(&id).await, Ok(0));
    assert_eq!(books.tell(&sale("p1", 1)).await, Recorded::Repeated);
    assert_eq!(
        (
            books.ledger.inbox(10).unwrap().len(),
            books.ledger.counts().unwrap().unmatched
        ),
        (0, 0)
    );
    books.announce("p1").await;
    assert_eq!(books.entered("p1"), AMOUNT);
    assert_eq!(
        books.ledger.counts().unwrap(),
        jetpay_ledger::Counts::default()
    );
}

#[tokio::test]
async fn refund_before_its_credit_is_applied_with_it() {
    let books = Books::open();
    books.announce("p1").await;
    assert_eq!(books.tell(&refund("p1", 2, 30_000)).await, Recorded::Noted);
    let told_again = Told {
        payment_status: "refunded",
        ..refund("p1", 2, 30_000)
    };
    assert_eq!(books.tell(&told_again).await, Recorded::Noted);
    assert_eq!(books.entered("p1"), 0);
    assert_eq!(books.tell(&sale("p1", 1)).await, Recorded::Applied);
    let kinds: Vec<EntryKind> = books
        .ledger
        .entries(0, 10)
        .unwrap()
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds, [EntryKind::Credit, EntryKind::Refund]);
    assert_eq!(books.ledger.balance(CUSTOMER), Ok(70_000));
    assert_eq!(
        books.ledger.payment("p1").unwrap().unwrap().state,
        State::PartiallyRefunded
    );
}

#[tokio::test]
async fn early_refund_that_turns_out_too_large_is_quarantined_with_the_credit() {
    let books = Books::open();
    books.announce("p1").await;
    books.tell(&refund("p1", 2, 60_000)).await;
    books.tell(&refund("p1", 3, 60_000)).await;
    books.tell(&sale("p1", 1)).await;
    assert_eq!(books.entered("p1"), 40_000);
    let counts = books.ledger.counts().unwrap();
    assert_eq!(
        (counts.quarantined, counts.alarms, counts.pending),
        (1, 1, 0)
    );
    assert_eq!(
        books.ledger.alarms(1).unwrap()[0].operation_id,
        Some(3.into())
    );
}
