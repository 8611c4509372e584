//! Callbacks against real files: repeats, misfits, the quarantine.

mod common;

use common::{AMOUNT, Books, CUSTOMER, NOW, Told, decline, newest, payment, refund, sale};
use jetpay_core::status::OperationStatus;
use jetpay_ledger::{AlarmKind, Error, Recorded, State};

common::on_every_store! {
    fact_that_is_repeated_with_another_date_is_credited_once,
    entry_of_a_credit_has_what_the_payment_says,
    repeat_that_says_another_amount_is_quarantined_once,
    operation_that_credited_one_payment_credits_no_other,
    misfits_are_stored_and_credit_nothing,
    operation_shows_its_outcome_though_an_older_word_comes_later,
    payment_id_that_is_used_twice_is_refused_and_the_first_stays,
    unusable_body_is_kept_once,
}

async fn fact_that_is_repeated_with_another_date_is_credited_once(books: Books) {
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
    assert_eq!(books.ledger.entries(0, 10).await.unwrap().len(), 1);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(
        books.ledger.counts().await.unwrap(),
        jetpay_ledger::Counts::default()
    );
}

async fn entry_of_a_credit_has_what_the_payment_says(books: Books) {
    books.announce("p1").await;
    books.tell(&sale("p1", 7)).await;
    let entries = books.ledger.entries(0, 10).await.unwrap();
    let json = serde_json::to_value(&entries[0]).unwrap();
    let expected = serde_json::json!({
        "seq": 1, "kind": "credit", "payment_id": "p1", "operation_id": 7, "project_id": 1234, "method": "kaspi",
        "customer_id": CUSTOMER, "amount": AMOUNT, "currency": "KZT", "time": NOW.0,
    });
    assert_eq!(json, expected);
}

async fn repeat_that_says_another_amount_is_quarantined_once(books: Books) {
    books.announce("p1").await;
    books.tell(&sale("p1", 1)).await;
    let other = Told {
        amount: AMOUNT * 2,
        ..sale("p1", 1)
    };
    assert_eq!(books.tell(&other).await, Recorded::Quarantined);
    assert_eq!(books.tell(&other).await, Recorded::Quarantined);
    let alarms = books.ledger.alarms(newest(10)).await.unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind, AlarmKind::ContradictoryRepeat);
    assert_eq!(books.entered("p1").await, AMOUNT);
}

async fn operation_that_credited_one_payment_credits_no_other(books: Books) {
    books.announce("p1").await;
    books.announce("p2").await;
    books.tell(&sale("p1", 1)).await;
    assert_eq!(books.tell(&sale("p2", 1)).await, Recorded::Quarantined);
    assert_eq!(
        books.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::OperationOfAnotherPayment
    );
    // Also where it waited for a credit.
    books.tell(&refund("p2", 5, 10)).await;
    books.tell(&refund("p1", 5, 10)).await;
    assert_eq!(books.tell(&sale("p2", 2)).await, Recorded::Applied);
    assert_eq!(
        (books.entered("p1").await, books.entered("p2").await),
        (AMOUNT - 10, AMOUNT)
    );
}

async fn misfits_are_stored_and_credit_nothing(books: Books) {
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
        books.ledger.payment("p1").await.unwrap().unwrap().state,
        State::Quarantined
    );
    assert_eq!(
        (
            books.entered("p1").await,
            books.ledger.counts().await.unwrap().quarantined
        ),
        (0, 5)
    );
    assert_eq!(books.tell(&sale("p1", 6)).await, Recorded::Applied);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn operation_shows_its_outcome_though_an_older_word_comes_later(books: Books) {
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
    let payment = books.ledger.payment("p1").await.unwrap().unwrap();
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
        books.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::DeclineAfterCredit
    );
}

async fn payment_id_that_is_used_twice_is_refused_and_the_first_stays(books: Books) {
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
    assert_eq!(books.ledger.counts().await.unwrap().pending, 1);
}

async fn unusable_body_is_kept_once(books: Books) {
    let keep = |body: &[u8]| {
        books.ledger.quarantine_unusable(
            1234.into(),
            body.to_vec(),
            "payment.id is missing".into(),
            NOW,
        )
    };
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(true));
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(false));
    assert_eq!(keep(b"{\"payment\":{ }}").await, Ok(true));
    let counts = books.ledger.counts().await.unwrap();
    assert_eq!((counts.quarantined, counts.alarms), (2, 2));
    assert_eq!(
        books.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::Unusable
    );
}
