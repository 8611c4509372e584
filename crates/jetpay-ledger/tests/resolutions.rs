//! What persons decide: done once, recorded with its reason. And payments taken over from an older system.

mod common;

use common::{AMOUNT, CUSTOMER, LedgerTransaction, NOW, Told, newest, payment, refund, sale};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{
    AlarmFilter, CallbackOutcome, EntryKind, Error, Imported, Millis, PaymentState, ResolveError,
    Verdict,
};

common::on_every_store! {
    amount_that_differs_is_credited_by_a_person_once,
    second_sale_that_a_person_credits_can_be_refunded,
    verdict_that_does_not_fit_the_alarm_changes_nothing,
    unknown_payment_is_given_to_a_customer_and_its_callbacks_applied,
    payments_of_an_older_system_find_their_callbacks_and_are_imported_once,
    alarm_shows_the_bytes_that_it_is_about,
    operation_that_a_person_credited_credits_no_other_payment,
    operation_of_a_callback_is_not_credited_again_by_a_person,
    callback_of_another_project_is_credited_by_hand_once,
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

async fn settle(transaction: &LedgerTransaction, seq: i64, verdict: Verdict) -> Result<(), Error> {
    let settled = transaction
        .ledger
        .resolve_alarm(seq, verdict, "has a receipt".into(), NOW);
    settled.await
}

fn refused(why: ResolveError) -> Result<(), Error> {
    Err(Error::Resolve(why))
}

async fn amount_that_differs_is_credited_by_a_person_once(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction
        .tell(&Told {
            amount: 90_000,
            ..sale("p1", 1)
        })
        .await;
    let alarm = transaction
        .ledger
        .alarms(newest(1))
        .await
        .unwrap()
        .remove(0);
    settle(&transaction, alarm.seq, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    let again = settle(&transaction, alarm.seq, Verdict::Dismiss).await;
    assert_eq!(again, refused(ResolveError::AlreadyResolved));
    let entries = transaction.ledger.entries(0, 9).await.unwrap();
    assert_eq!(
        (entries.len(), entries[0].kind),
        (1, EntryKind::ManualCredit)
    );
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
    // The platform mends its callback: the operation is credited, and another one is a person's matter.
    let mended = Told {
        payment_status: "refunded",
        ..sale("p1", 1)
    };
    assert_eq!(transaction.tell(&mended).await, CallbackOutcome::Noted);
    assert_eq!(
        transaction.tell(&sale("p1", 2)).await,
        CallbackOutcome::Noted
    );
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
    let counts = transaction.ledger.counts().await.unwrap();
    assert_eq!(
        (counts.alarms, counts.open_alarms, counts.pending),
        (2, 1, 0)
    );
    let open = AlarmFilter {
        resolved: Some(false),
        ..AlarmFilter::default()
    };
    assert_eq!(transaction.ledger.alarms(open).await.unwrap().len(), 1);
    let resolution = transaction
        .ledger
        .resolutions(None, 9)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(resolution.reason, "has a receipt");
    assert_eq!(
        (resolution.alarm_seq, resolution.verdict),
        (Some(alarm.seq), Verdict::Credit(kzt(90_000)))
    );
}

async fn second_sale_that_a_person_credits_can_be_refunded(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.tell(&sale("p1", 1)).await;
    transaction.tell(&sale("p1", 2)).await;
    let alarm = transaction
        .ledger
        .alarms(newest(1))
        .await
        .unwrap()
        .remove(0);
    settle(&transaction, alarm.seq, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(2 * AMOUNT));
    assert_eq!(
        transaction.tell(&refund("p1", 3, AMOUNT + 5)).await,
        CallbackOutcome::Applied
    );
    let payment = transaction.ledger.payment("p1").await.unwrap().unwrap();
    assert_eq!(payment.state, PaymentState::PartiallyRefunded);
    assert_eq!(
        (payment.credited, payment.remaining),
        (2 * AMOUNT, AMOUNT - 5)
    );
}

async fn verdict_that_does_not_fit_the_alarm_changes_nothing(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction
        .tell(&Told {
            currency: "USD",
            ..sale("p1", 1)
        })
        .await;
    let unusable =
        transaction
            .ledger
            .quarantine_unusable(1234.into(), b"{}".to_vec(), "empty".into(), NOW);
    assert_eq!(unusable.await, Ok(true));
    let usd = Money::new(5, Currency::parse("USD").unwrap());
    let cases = [
        (9, Verdict::Dismiss, ResolveError::NoSuchAlarm),
        (1, Verdict::Credit(usd), ResolveError::OtherCurrency),
        (1, Verdict::Credit(kzt(0)), ResolveError::NotPositive),
        (2, Verdict::Credit(kzt(5)), ResolveError::NothingToCredit),
    ];
    for (seq, verdict, why) in cases {
        assert_eq!(settle(&transaction, seq, verdict).await, refused(why));
    }
    let silent = transaction
        .ledger
        .resolve_alarm(1, Verdict::Dismiss, " ".into(), NOW)
        .await;
    assert_eq!(silent, refused(ResolveError::NoReason));
    assert_eq!(transaction.ledger.resolutions(None, 9).await, Ok(vec![]));
    settle(&transaction, 2, Verdict::Foreign).await.unwrap();
    assert_eq!(transaction.ledger.counts().await.unwrap().open_alarms, 1);
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(0));
}

async fn unknown_payment_is_given_to_a_customer_and_its_callbacks_applied(
    transaction: LedgerTransaction,
) {
    assert_eq!(
        transaction.tell(&sale("lost", 1)).await,
        CallbackOutcome::Unmatched
    );
    let id = "lost".try_into().unwrap();
    let customer = || CUSTOMER.try_into().unwrap();
    let credit =
        transaction
            .ledger
            .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW);
    credit.await.unwrap();
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(
        transaction.tell(&sale("lost", 1)).await,
        CallbackOutcome::Repeated
    );
    let again = transaction
        .ledger
        .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW)
        .await;
    assert_eq!(again, refused(ResolveError::NothingWaits));
    let resolution = transaction
        .ledger
        .resolutions(None, 9)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (resolution.alarm_seq, resolution.payment_id),
        (None, Some(id))
    );
}

async fn payments_of_an_older_system_find_their_callbacks_and_are_imported_once(
    transaction: LedgerTransaction,
) {
    assert_eq!(
        transaction.tell(&sale("old1", 1)).await,
        CallbackOutcome::Unmatched
    );
    let mut old = ["old1", "old2"].map(payment);
    for payment in &mut old {
        payment.created_at = Millis(5);
    }
    let import = || transaction.ledger.import_payments(old.to_vec(), NOW);
    assert_eq!(import().await, Ok(Imported { new: 2, known: 0 }));
    assert_eq!(import().await, Ok(Imported { new: 0, known: 2 }));
    assert_eq!(
        transaction.tell(&sale("old2", 2)).await,
        CallbackOutcome::Applied
    );
    let entries = transaction.ledger.entries(0, 9).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].time, NOW, "an entry says when it was stored");
    assert_eq!(
        transaction
            .ledger
            .payment("old1")
            .await
            .unwrap()
            .unwrap()
            .created_at,
        Millis(5)
    );
}

async fn alarm_shows_the_bytes_that_it_is_about(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    let told = Told {
        amount: 5,
        ..sale("p1", 1)
    };
    transaction.tell(&told).await;
    let (alarm, bodies) = transaction.ledger.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.operation_id, Some(1.into()));
    assert_eq!(bodies, [told.callback().body.to_vec()]);
    let keep = transaction.ledger.quarantine_unusable(
        1234.into(),
        b"{\"a\": 1}".to_vec(),
        "no payment".into(),
        NOW,
    );
    keep.await.unwrap();
    let (alarm, bodies) = transaction.ledger.alarm(2).await.unwrap().unwrap();
    assert_eq!(
        (alarm.reason.as_deref(), bodies),
        (Some("no payment"), vec![b"{\"a\": 1}".to_vec()])
    );
    assert_eq!(transaction.ledger.alarm(3).await, Ok(None));
}

async fn operation_that_a_person_credited_credits_no_other_payment(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.announce("p2").await;
    let told = Told {
        amount: 90_000,
        ..sale("p1", 7)
    };
    transaction.tell(&told).await;
    settle(&transaction, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(
        transaction.tell(&sale("p2", 7)).await,
        CallbackOutcome::Quarantined
    );
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
}

async fn operation_of_a_callback_is_not_credited_again_by_a_person(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    transaction.announce("p2").await;
    transaction.tell(&sale("p1", 7)).await;
    assert_eq!(
        transaction.tell(&sale("p2", 7)).await,
        CallbackOutcome::Quarantined
    );
    let credit = settle(&transaction, 1, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(credit, refused(ResolveError::AlreadyCredited));
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn callback_of_another_project_is_credited_by_hand_once(transaction: LedgerTransaction) {
    transaction.announce("p1").await;
    for payment_status in ["success", "refunded"] {
        let told = Told {
            project_id: 4321,
            payment_status,
            ..sale("p1", 7)
        };
        assert_eq!(transaction.tell(&told).await, CallbackOutcome::Quarantined);
    }
    settle(&transaction, 1, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    let again = settle(&transaction, 2, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(again, refused(ResolveError::AlreadyCredited));
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(transaction.ledger.audit(None).await.unwrap().findings, []);
}

/// Everything of a settlement is sent before the commit: what fails last takes all of it back.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn settlement_whose_last_row_cannot_be_written_is_not_kept_at_all() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    transaction.announce("p1").await;
    let told = Told {
        amount: 90_000,
        ..sale("p1", 1)
    };
    transaction.tell(&told).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON alarms FOR EACH ROW EXECUTE FUNCTION refuse()";
    transaction.database().run(refuse).unwrap();
    let settled = settle(&transaction, 1, Verdict::Credit(kzt(90_000))).await;
    assert!(matches!(settled, Err(Error::Unavailable(_))), "{settled:?}");
    assert_eq!(transaction.ledger.resolutions(None, 9).await, Ok(vec![]));
    assert_eq!(transaction.ledger.entries(0, 9).await, Ok(vec![]));
    transaction
        .database()
        .run("DROP TRIGGER refuse ON alarms")
        .unwrap();
    settle(&transaction, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarm_that_two_persons_settle_at_once_on_two_servers_is_credited_once() {
    let Some(transaction) = LedgerTransaction::connect().await else {
        return;
    };
    let other = transaction.another().await;
    transaction.announce("p1").await;
    transaction
        .tell(&Told {
            amount: 90_000,
            ..sale("p1", 1)
        })
        .await;
    let credit = Verdict::Credit(kzt(90_000));
    let (one, two) = tokio::join!(
        transaction.ledger.resolve_alarm(1, credit, "I".into(), NOW),
        other.resolve_alarm(1, credit, "so did I".into(), NOW),
    );
    let refused = [one, two]
        .into_iter()
        .filter(|settled| *settled == refused(ResolveError::AlreadyResolved));
    assert_eq!(refused.count(), 1);
    assert_eq!(transaction.ledger.balance(CUSTOMER).await, Ok(90_000));
}
