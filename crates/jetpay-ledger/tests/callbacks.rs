//! Callbacks against real files: repeats, misfits, the quarantine.

mod common;

use common::{AMOUNT, Books, CUSTOMER, NOW, Told, decline, payment, refund, sale};
use jetpay_core::words::OperationStatus;
use jetpay_ledger::{AlarmKind, Error, Recorded, State};

#[tokio::test]
async fn fact_that_is_repeated_with_another_date_is_credited_once() {
    let books = Books::open();
    books.announce("p1").await;
    assert_eq!(books.tell(&sale("p1", 1)).await, Recorded::Applied);
    for date in ["2022-03-25T11:08:45+0000", "2022-03-25T11:08:46+0000"] {
        assert_eq!(
            books
                .tell(&Told {
                    date,
                    ..sale("p1", 1)
                })
                .await,
            Recorded::Repeated
        );
    }
    assert_eq!(books.ledger.entries(0, 10).unwrap().len(), 1);
    assert_eq!(books.ledger.balance(CUSTOMER), Ok(AMOUNT));
    assert_eq!(
        books.ledger.counts().unwrap(),
        jetpay_ledger::Counts::default()
    );
}

#[tokio::test]
async fn entry_of_a_credit_has_what_the_payment_says() {
    let books = Books::open();
    books.announce("p1").await;
    books.tell(&sale("p1", 7)).await;
    let entries = books.ledger.entries(0, 10).unwrap();
    let json = serde_json::to_value(&entries[0]).unwrap();
    let expected = serde_json::json!({
        "seq": 1, "kind": "credit", "payment_id": "p1", "operation_id": 7, "project_id": 1234, "method": "kaspi",
        "customer_id": CUSTOMER, "amount": AMOUNT, "currency": "KZT", "time": NOW.0,
    });
    assert_eq!(json, expected);
}

#[tokio::test]
async fn repeat_that_says_another_amount_is_quarantined_once() {
    let books = Books::open();
    books.announce("p1").await;
    books.tell(&sale("p1", 1)).await;
    let other = Told {
        amount: AMOUNT * 2,
        ..sale("p1", 1)
    };
    assert_eq!(books.tell(&other).await, Recorded::Quarantined);
    assert_eq!(books.tell(&other).await, Recorded::Quarantined);
    let alarms = books.ledger.alarms(10).unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind, AlarmKind::ContradictoryRepeat);
    assert_eq!(books.entered("p1"), AMOUNT);
}

#[tokio::test]
async fn operation_that_credited_one_payment_credits_no_other() {
    let books = Books::open();
    books.announce("p1").await;
    books.announce("p2").await;
    books.tell(&sale("p1", 1)).await;
    assert_eq!(books.tell(&sale("p2", 1)).await, Recorded::Quarantined);
    assert_eq!(
        books.ledger.alarms(1).unwrap()[0].kind,
        AlarmKind::OperationOfAnotherPayment
    );
    // Also where it waited for a credit.
    books.tell(&refund("p2", 5, 10)).await;
    books.tell(&refund("p1", 5, 10)).await;
    assert_eq!(books.tell(&sale("p2", 2)).await, Recorded::Applied);
    assert_eq!(
        (books.entered("p1"), books.entered("p2")),
        (AMOUNT - 10, AMOUNT)
    );
}

#[tokio::test]
async fn misfits_are_stored_and_credit_nothing() {
    let books = Books::open();
    books.announce("p1").await;
    let misfits = [
        Told {
            amount: AMOUNT - 1,
            ..sale("p1", 1)
        },
        Told {
            currency: "USD",
            ..sale("p1", 2)
        },
        Told {
            project_id: 4321,
            ..sale("p1", 3)
        },
        Told {
            payment_status: "partially paid",
            ..sale("p1", 4)
        },
        Told {
            operation_type: "payout",
            ..sale("p1", 5)
        },
    ];
    for misfit in &misfits {
        assert_eq!(books.tell(misfit).await, Recorded::Quarantined);
        assert_eq!(books.tell(misfit).await, Recorded::Repeated);
    }
    assert_eq!(
        books.ledger.payment("p1").unwrap().unwrap().state,
        State::Quarantined
    );
    assert_eq!(
        (
            books.entered("p1"),
            books.ledger.counts().unwrap().quarantined
        ),
        (0, 5)
    );
    assert_eq!(books.tell(&sale("p1", 6)).await, Recorded::Applied);
    assert_eq!(books.ledger.balance(CUSTOMER), Ok(AMOUNT));
}

#[tokio::test]
async fn operation_shows_its_outcome_though_an_older_word_comes_later() {
    let books = Books::open();
    books.announce("p1").await;
    let processing = Told {
        operation_status: "processing",
        payment_status: "processing",
        ..sale("p1", 1)
    };
    let late = Told {
        operation_status: "external processing",
        ..processing.clone()
    };
    for (told, recorded) in [
        (&processing, Recorded::Noted),
        (&decline("p1", 1), Recorded::Applied),
        (&sale("p1", 1), Recorded::Applied),
        (&late, Recorded::Noted),
        (&decline("p1", 2), Recorded::Noted),
    ] {
        assert_eq!(books.tell(told).await, recorded);
    }
    let payment = books.ledger.payment("p1").unwrap().unwrap();
    let operations: Vec<_> = payment
        .operations
        .iter()
        .map(|operation| (operation.id, &operation.status))
        .collect();
    assert_eq!(
        operations,
        [
            (1.into(), &OperationStatus::Success),
            (2.into(), &OperationStatus::Decline)
        ]
    );
    assert_eq!(
        payment.operations[0].provider_payment_id.as_deref(),
        Some("receipt_1")
    );
    assert_eq!(
        books.ledger.alarms(1).unwrap()[0].kind,
        AlarmKind::DeclineAfterCredit
    );
}

#[tokio::test]
async fn payment_id_that_is_used_twice_is_refused_and_the_first_stays() {
    let books = Books::open();
    books.announce("p1").await;
    assert_eq!(
        books.ledger.record_payment(payment("p1")).await,
        Err(Error::PaymentExists)
    );
    let mut nothing = payment("p2");
    nothing.amount = jetpay_core::Money::new(0, jetpay_core::Currency::KZT);
    assert_eq!(
        books.ledger.record_payment(nothing).await,
        Err(Error::NotPositive)
    );
    assert_eq!(books.ledger.counts().unwrap().pending, 1);
}

#[tokio::test]
async fn unreadable_body_is_kept_once() {
    let books = Books::open();
    let keep = |body: &[u8]| {
        books.ledger.quarantine_unreadable(
            1234.into(),
            body.to_vec(),
            "payment.id is missing".into(),
            NOW,
        )
    };
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(true));
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(false));
    assert_eq!(keep(b"{\"payment\":{ }}").await, Ok(true));
    let counts = books.ledger.counts().unwrap();
    assert_eq!((counts.quarantined, counts.alarms), (2, 2));
    assert_eq!(
        books.ledger.alarms(1).unwrap()[0].kind,
        AlarmKind::Unreadable
    );
}
