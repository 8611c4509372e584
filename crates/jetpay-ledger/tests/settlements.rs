//! What persons decide: done once, recorded with its reason. And payments taken over from an older system.

mod common;

use common::{AMOUNT, Books, CUSTOMER, NOW, Told, newest, payment, refund, sale};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{
    AlarmFilter, EntryKind, Error, Imported, Millis, Recorded, State, Unsettled, Verdict,
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

async fn settle(books: &Books, seq: i64, verdict: Verdict) -> Result<(), Error> {
    let settled = books
        .ledger
        .settle_alarm(seq, verdict, "has a receipt".into(), NOW);
    settled.await
}

fn refused(why: Unsettled) -> Result<(), Error> {
    Err(Error::Unsettled(why))
}

async fn amount_that_differs_is_credited_by_a_person_once(books: Books) {
    books.announce("p1").await;
    books
        .tell(&Told {
            amount: 90_000,
            ..sale("p1", 1)
        })
        .await;
    let alarm = books.ledger.alarms(newest(1)).await.unwrap().remove(0);
    settle(&books, alarm.seq, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    let again = settle(&books, alarm.seq, Verdict::Dismiss).await;
    assert_eq!(again, refused(Unsettled::SettledAlready));
    let entries = books.ledger.entries(0, 9).await.unwrap();
    assert_eq!(
        (entries.len(), entries[0].kind),
        (1, EntryKind::SettledCredit)
    );
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(90_000));
    // The platform mends its callback: the operation is credited, and another one is a person's matter.
    let mended = Told {
        payment_status: "refunded",
        ..sale("p1", 1)
    };
    assert_eq!(books.tell(&mended).await, Recorded::Noted);
    assert_eq!(books.tell(&sale("p1", 2)).await, Recorded::Noted);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(90_000));
    let counts = books.ledger.counts().await.unwrap();
    assert_eq!(
        (counts.alarms, counts.open_alarms, counts.pending),
        (2, 1, 0)
    );
    let open = AlarmFilter {
        settled: Some(false),
        ..AlarmFilter::default()
    };
    assert_eq!(books.ledger.alarms(open).await.unwrap().len(), 1);
    let settlement = books.ledger.settlements(None, 9).await.unwrap().remove(0);
    assert_eq!(settlement.reason, "has a receipt");
    assert_eq!(
        (settlement.alarm_seq, settlement.verdict),
        (Some(alarm.seq), Verdict::Credit(kzt(90_000)))
    );
}

async fn second_sale_that_a_person_credits_can_be_refunded(books: Books) {
    books.announce("p1").await;
    books.tell(&sale("p1", 1)).await;
    books.tell(&sale("p1", 2)).await;
    let alarm = books.ledger.alarms(newest(1)).await.unwrap().remove(0);
    settle(&books, alarm.seq, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(2 * AMOUNT));
    assert_eq!(
        books.tell(&refund("p1", 3, AMOUNT + 5)).await,
        Recorded::Applied
    );
    let payment = books.ledger.payment("p1").await.unwrap().unwrap();
    assert_eq!(payment.state, State::PartiallyRefunded);
    assert_eq!(
        (payment.credited, payment.remaining),
        (2 * AMOUNT, AMOUNT - 5)
    );
}

async fn verdict_that_does_not_fit_the_alarm_changes_nothing(books: Books) {
    books.announce("p1").await;
    books
        .tell(&Told {
            currency: "USD",
            ..sale("p1", 1)
        })
        .await;
    let unusable =
        books
            .ledger
            .quarantine_unusable(1234.into(), b"{}".to_vec(), "empty".into(), NOW);
    assert_eq!(unusable.await, Ok(true));
    let usd = Money::new(5, Currency::parse("USD").unwrap());
    let cases = [
        (9, Verdict::Dismiss, Unsettled::NoSuchAlarm),
        (1, Verdict::Credit(usd), Unsettled::OtherCurrency),
        (1, Verdict::Credit(kzt(0)), Unsettled::NotPositive),
        (2, Verdict::Credit(kzt(5)), Unsettled::NothingToCredit),
    ];
    for (seq, verdict, why) in cases {
        assert_eq!(settle(&books, seq, verdict).await, refused(why));
    }
    let silent = books
        .ledger
        .settle_alarm(1, Verdict::Dismiss, " ".into(), NOW)
        .await;
    assert_eq!(silent, refused(Unsettled::NoReason));
    assert_eq!(books.ledger.settlements(None, 9).await, Ok(vec![]));
    settle(&books, 2, Verdict::Foreign).await.unwrap();
    assert_eq!(books.ledger.counts().await.unwrap().open_alarms, 1);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(0));
}

async fn unknown_payment_is_given_to_a_customer_and_its_callbacks_applied(books: Books) {
    assert_eq!(books.tell(&sale("lost", 1)).await, Recorded::Unmatched);
    let id = "lost".try_into().unwrap();
    let customer = || CUSTOMER.try_into().unwrap();
    let credit = books
        .ledger
        .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW);
    credit.await.unwrap();
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(books.tell(&sale("lost", 1)).await, Recorded::Repeated);
    let again = books
        .ledger
        .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW)
        .await;
    assert_eq!(again, refused(Unsettled::NothingWaits));
    let settlement = books.ledger.settlements(None, 9).await.unwrap().remove(0);
    assert_eq!(
        (settlement.alarm_seq, settlement.payment_id),
        (None, Some(id))
    );
}

async fn payments_of_an_older_system_find_their_callbacks_and_are_imported_once(books: Books) {
    assert_eq!(books.tell(&sale("old1", 1)).await, Recorded::Unmatched);
    let mut old = ["old1", "old2"].map(payment);
    for payment in &mut old {
        payment.created_at = Millis(5);
    }
    let import = || books.ledger.import_payments(old.to_vec(), NOW);
    assert_eq!(import().await, Ok(Imported { new: 2, known: 0 }));
    assert_eq!(import().await, Ok(Imported { new: 0, known: 2 }));
    assert_eq!(books.tell(&sale("old2", 2)).await, Recorded::Applied);
    let entries = books.ledger.entries(0, 9).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].time, NOW, "an entry says when it was stored");
    assert_eq!(
        books
            .ledger
            .payment("old1")
            .await
            .unwrap()
            .unwrap()
            .created_at,
        Millis(5)
    );
}

async fn alarm_shows_the_bytes_that_it_is_about(books: Books) {
    books.announce("p1").await;
    let told = Told {
        amount: 5,
        ..sale("p1", 1)
    };
    books.tell(&told).await;
    let (alarm, bodies) = books.ledger.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.operation_id, Some(1.into()));
    assert_eq!(bodies, [told.callback().body.to_vec()]);
    let keep = books.ledger.quarantine_unusable(
        1234.into(),
        b"{\"a\": 1}".to_vec(),
        "no payment".into(),
        NOW,
    );
    keep.await.unwrap();
    let (alarm, bodies) = books.ledger.alarm(2).await.unwrap().unwrap();
    assert_eq!(
        (alarm.reason.as_deref(), bodies),
        (Some("no payment"), vec![b"{\"a\": 1}".to_vec()])
    );
    assert_eq!(books.ledger.alarm(3).await, Ok(None));
}

async fn operation_that_a_person_credited_credits_no_other_payment(books: Books) {
    books.announce("p1").await;
    books.announce("p2").await;
    let told = Told {
        amount: 90_000,
        ..sale("p1", 7)
    };
    books.tell(&told).await;
    settle(&books, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(books.tell(&sale("p2", 7)).await, Recorded::Quarantined);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(90_000));
}

async fn operation_of_a_callback_is_not_credited_again_by_a_person(books: Books) {
    books.announce("p1").await;
    books.announce("p2").await;
    books.tell(&sale("p1", 7)).await;
    assert_eq!(books.tell(&sale("p2", 7)).await, Recorded::Quarantined);
    let credit = settle(&books, 1, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(credit, refused(Unsettled::CreditedAlready));
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn callback_of_another_project_is_credited_by_hand_once(books: Books) {
    books.announce("p1").await;
    for payment_status in ["success", "refunded"] {
        let told = Told {
            project_id: 4321,
            payment_status,
            ..sale("p1", 7)
        };
        assert_eq!(books.tell(&told).await, Recorded::Quarantined);
    }
    settle(&books, 1, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    let again = settle(&books, 2, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(again, refused(Unsettled::CreditedAlready));
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(books.ledger.audit(None).await.unwrap().findings, []);
}

/// Everything of a settlement is sent before the commit: what fails last takes all of it back.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn settlement_whose_last_row_cannot_be_written_is_not_kept_at_all() {
    let Some(books) = Books::connect().await else {
        return;
    };
    books.announce("p1").await;
    let told = Told {
        amount: 90_000,
        ..sale("p1", 1)
    };
    books.tell(&told).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON alarms FOR EACH ROW EXECUTE FUNCTION refuse()";
    books.database().run(refuse).unwrap();
    let settled = settle(&books, 1, Verdict::Credit(kzt(90_000))).await;
    assert!(matches!(settled, Err(Error::Unavailable(_))), "{settled:?}");
    assert_eq!(books.ledger.settlements(None, 9).await, Ok(vec![]));
    assert_eq!(books.ledger.entries(0, 9).await, Ok(vec![]));
    books
        .database()
        .run("DROP TRIGGER refuse ON alarms")
        .unwrap();
    settle(&books, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(90_000));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarm_that_two_persons_settle_at_once_on_two_servers_is_credited_once() {
    let Some(books) = Books::connect().await else {
        return;
    };
    let other = books.another().await;
    books.announce("p1").await;
    books
        .tell(&Told {
            amount: 90_000,
            ..sale("p1", 1)
        })
        .await;
    let credit = Verdict::Credit(kzt(90_000));
    let (one, two) = tokio::join!(
        books.ledger.settle_alarm(1, credit, "I".into(), NOW),
        other.settle_alarm(1, credit, "so did I".into(), NOW),
    );
    let refused = [one, two]
        .into_iter()
        .filter(|settled| *settled == refused(Unsettled::SettledAlready));
    assert_eq!(refused.count(), 1);
    assert_eq!(books.ledger.balance(CUSTOMER).await, Ok(90_000));
}
