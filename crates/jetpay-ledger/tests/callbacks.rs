//! Callbacks against real files: repeats, misfits, the quarantine.

mod common;

use common::{
    AMOUNT, CUSTOMER, LedgerTransaction, NOW, Told, decline, newest, payment, refund, sale,
};
use jetpay_core::status::OperationStatus;
use jetpay_ledger::{AlarmKind, CallbackOutcome, Error, PaymentState};

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

async fn fact_that_is_repeated_with_another_date_is_credited_once(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    assert_eq!(
        transaction.tell(&sale("p1", 1)).await,
        CallbackOutcome::Applied
    );
    for date in ["2022-03-25T11:08:45+0000", "2022-03-25T11:08:46+0000"] {
        assert_eq!(
            transaction
                .tell(&Told {
                    date,
                    ..sale("p1", 1)
                })
                .await,
            CallbackOutcome::Repeated
        );
    }
    assert_eq!(transaction.ledger.entries(0, 10).await.unwrap().len(), 1);
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(
        transaction.ledger.counts().await.unwrap(),
        jetpay_ledger::Counts::default()
    );
}

async fn entry_of_a_credit_has_what_the_payment_says(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.tell(&sale("p1", 7)).await;
    let entries = transaction.ledger.entries(0, 10).await.unwrap();
    let json = serde_json::to_value(&entries[0]).unwrap();
    let expected = serde_json::json!({
        "seq": 1, "kind": "credit", "payment_id": "p1", "operation_id": 7, "project_id": 1234, "method": "kaspi",
        "customer_id": CUSTOMER, "amount": AMOUNT, "currency": "KZT", "time": NOW.0,
    });
    assert_eq!(json, expected);
}

async fn repeat_that_says_another_amount_is_quarantined_once(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.tell(&sale("p1", 1)).await;
    let other = Told {
        amount: AMOUNT * 2,
        ..sale("p1", 1)
    };
    assert_eq!(transaction.tell(&other).await, CallbackOutcome::Quarantined);
    assert_eq!(transaction.tell(&other).await, CallbackOutcome::Quarantined);
    let alarms = transaction.ledger.alarms(newest(10)).await.unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].kind, AlarmKind::ContradictoryRepeat);
    assert_eq!(transaction.entered("p1").await, AMOUNT);
}

async fn operation_that_credited_one_payment_credits_no_other(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.announce("p2").await;
    transaction.tell(&sale("p1", 1)).await;
    assert_eq!(
        transaction.tell(&sale("p2", 1)).await,
        CallbackOutcome::Quarantined
    );
    assert_eq!(
        transaction.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::OperationOfAnotherPayment
    );
    // Also where it waited for a credit.
    transaction.tell(&refund("p2", 5, 10)).await;
    transaction.tell(&refund("p1", 5, 10)).await;
    assert_eq!(
        transaction.tell(&sale("p2", 2)).await,
        CallbackOutcome::Applied
    );
    assert_eq!(
        (
            transaction.entered("p1").await,
            transaction.entered("p2").await
        ),
        (AMOUNT - 10, AMOUNT)
    );
}

async fn misfits_are_stored_and_credit_nothing(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
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
        assert_eq!(transaction.tell(misfit).await, CallbackOutcome::Quarantined);
        assert_eq!(transaction.tell(misfit).await, CallbackOutcome::Repeated);
    }
    assert_eq!(
        transaction
            .ledger
            .payment("p1")
            .await
            .unwrap()
            .unwrap()
            .state,
        PaymentState::Quarantined
    );
    assert_eq!(
        (
            transaction.entered("p1").await,
            transaction.ledger.counts().await.unwrap().quarantined
        ),
        (0, 5)
    );
    assert_eq!(
        transaction.tell(&sale("p1", 6)).await,
        CallbackOutcome::Applied
    );
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn operation_shows_its_outcome_though_an_older_word_comes_later(
    transaction: LedgerTransaction,
) {
    transaction.announce("p1").await;
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
        (&processing, CallbackOutcome::Noted),
        (&decline("p1", 1), CallbackOutcome::Applied),
        (&sale("p1", 1), CallbackOutcome::Applied),
        (&late, CallbackOutcome::Noted),
        (&decline("p1", 2), CallbackOutcome::Noted),
    ] {
        assert_eq!(transaction.tell(told).await, recorded);
    }
    let payment = transaction.ledger.payment("p1").await.unwrap().unwrap();
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
        transaction.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::DeclineAfterCredit
    );
}

async fn payment_id_that_is_used_twice_is_refused_and_the_first_stays(
    transaction: LedgerTransaction,
) {
    transaction.announce("p1").await;
    assert_eq!(
        transaction.ledger.record_payment(payment("p1")).await,
        Err(Error::PaymentExists)
    );
    let mut nothing = payment("p2");
    nothing.amount = jetpay_core::Money::new(0, jetpay_core::Currency::KZT);
    assert_eq!(
        transaction.ledger.record_payment(nothing).await,
        Err(Error::NotPositive)
    );
    assert_eq!(transaction.ledger.counts().await.unwrap().pending, 1);
}

async fn unusable_body_is_kept_once(transaction: LedgerTransaction) {
    let keep = |body: &[u8]| {
        transaction.ledger.quarantine_unusable(
            1234.into(),
            body.to_vec(),
            "payment.id is missing".into(),
            NOW,
        )
    };
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(true));
    assert_eq!(keep(b"{\"payment\":{}}").await, Ok(false));
    assert_eq!(keep(b"{\"payment\":{ }}").await, Ok(true));
    let counts = transaction.ledger.counts().await.unwrap();
    assert_eq!((counts.quarantined, counts.alarms), (2, 2));
    assert_eq!(
        transaction.ledger.alarms(newest(1)).await.unwrap()[0].kind,
        AlarmKind::Unusable
    );
}
