//! Decisions of an operator take effect once and are stored with their reason. Also payments that are imported from
//! an older system.

mod common;

use common::{AMOUNT, CUSTOMER, CallbackContent, NOW, TestLedger, newest, payment, refund, sale};
use jetpay_core::{Currency, Money};
use jetpay_ledger::{
    AlarmFilter, CallbackOutcome, EntryKind, Error, Imported, Millis, PaymentState, Reason,
    ResolveError, Verdict,
};

common::on_every_store! {
    different_amount_is_credited_by_an_operator_once,
    decision_is_stored_with_the_name_of_its_token,
    second_sale_credited_by_an_operator_can_be_refunded,
    verdict_that_does_not_fit_the_alarm_changes_nothing,
    unknown_payment_is_credited_to_a_customer_once,
    payments_of_an_older_system_get_their_callbacks_and_are_imported_once,
    alarm_shows_its_message,
    operation_credited_by_an_operator_credits_no_other_payment,
    credited_operation_is_not_credited_again_by_an_operator,
    callback_of_another_project_is_credited_by_an_operator_once,
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

async fn resolve(test: &TestLedger, seq: i64, verdict: Verdict) -> Result<(), Error> {
    let resolved = test
        .ledger
        .resolve_alarm(seq, verdict, "has a receipt".into(), NOW);
    resolved.await
}

fn refused(why: ResolveError) -> Result<(), Error> {
    Err(Error::Resolve(why))
}

async fn decision_is_stored_with_the_name_of_its_token(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&CallbackContent {
        amount: 90_000,
        ..sale("p1", 1)
    })
    .await;
    test.deliver(&sale("unknown", 2)).await;
    let by = |name: &str| Reason {
        text: "has a receipt".to_owned(),
        by: Some(name.to_owned()),
    };
    let ledger = &test.ledger;
    let credit = Verdict::Credit(kzt(90_000));
    ledger
        .resolve_alarm(1, credit, by("aliya"), NOW)
        .await
        .unwrap();
    let unknown = "unknown".try_into().unwrap();
    ledger
        .dismiss_unmatched(&unknown, by("marat"), NOW)
        .await
        .unwrap();
    let resolutions = ledger.resolutions(None, 9).await.unwrap();
    let stored: Vec<_> = resolutions
        .iter()
        .map(|it| (it.by.as_deref(), it.reason.as_str()))
        .collect();
    assert_eq!(
        stored,
        [
            (Some("marat"), "has a receipt"),
            (Some("aliya"), "has a receipt")
        ]
    );
    let alarm = ledger.alarms(newest(1)).await.unwrap().remove(0);
    assert_eq!(alarm.resolution.unwrap().by.as_deref(), Some("aliya"));
}

async fn different_amount_is_credited_by_an_operator_once(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&CallbackContent {
        amount: 90_000,
        ..sale("p1", 1)
    })
    .await;
    let alarm = test.ledger.alarms(newest(1)).await.unwrap().remove(0);
    resolve(&test, alarm.seq, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    let again = resolve(&test, alarm.seq, Verdict::Dismiss).await;
    assert_eq!(again, refused(ResolveError::AlreadyResolved));
    let entries = test.ledger.entries(0, 9).await.unwrap();
    assert_eq!(
        (entries.len(), entries[0].kind),
        (1, EntryKind::ManualCredit)
    );
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(90_000));
    // The platform corrects its callback. The operation is credited already, and another operation needs an operator.
    let mended = CallbackContent {
        payment_status: "refunded",
        ..sale("p1", 1)
    };
    assert_eq!(test.deliver(&mended).await, CallbackOutcome::Noted);
    assert_eq!(test.deliver(&sale("p1", 2)).await, CallbackOutcome::Noted);
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(90_000));
    let counts = test.ledger.counts().await.unwrap();
    assert_eq!(
        (counts.alarms, counts.open_alarms, counts.pending),
        (2, 1, 0)
    );
    let open = AlarmFilter {
        resolved: Some(false),
        ..AlarmFilter::default()
    };
    assert_eq!(test.ledger.alarms(open).await.unwrap().len(), 1);
    let resolution = test.ledger.resolutions(None, 9).await.unwrap().remove(0);
    assert_eq!(resolution.reason, "has a receipt");
    assert_eq!(
        (resolution.alarm_seq, resolution.verdict),
        (Some(alarm.seq), Verdict::Credit(kzt(90_000)))
    );
}

async fn second_sale_credited_by_an_operator_can_be_refunded(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&sale("p1", 1)).await;
    test.deliver(&sale("p1", 2)).await;
    let alarm = test.ledger.alarms(newest(1)).await.unwrap().remove(0);
    resolve(&test, alarm.seq, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(2 * AMOUNT));
    assert_eq!(
        test.deliver(&refund("p1", 3, AMOUNT + 5)).await,
        CallbackOutcome::Applied
    );
    let payment = test.ledger.payment("p1").await.unwrap().unwrap();
    assert_eq!(payment.state, PaymentState::PartiallyRefunded);
    assert_eq!(
        (payment.credited, payment.remaining),
        (2 * AMOUNT, AMOUNT - 5)
    );
}

async fn verdict_that_does_not_fit_the_alarm_changes_nothing(test: TestLedger) {
    test.announce("p1").await;
    test.deliver(&CallbackContent {
        currency: "USD",
        ..sale("p1", 1)
    })
    .await;
    let unusable =
        test.ledger
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
        assert_eq!(resolve(&test, seq, verdict).await, refused(why));
    }
    let silent = test
        .ledger
        .resolve_alarm(1, Verdict::Dismiss, " ".into(), NOW)
        .await;
    assert_eq!(silent, refused(ResolveError::NoReason));
    assert_eq!(test.ledger.resolutions(None, 9).await, Ok(vec![]));
    resolve(&test, 2, Verdict::Foreign).await.unwrap();
    assert_eq!(test.ledger.counts().await.unwrap().open_alarms, 1);
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(0));
}

async fn unknown_payment_is_credited_to_a_customer_once(test: TestLedger) {
    assert_eq!(
        test.deliver(&sale("lost", 1)).await,
        CallbackOutcome::Unmatched
    );
    let id = "lost".try_into().unwrap();
    let customer = || CUSTOMER.try_into().unwrap();
    let credit = test
        .ledger
        .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW);
    credit.await.unwrap();
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(
        test.deliver(&sale("lost", 1)).await,
        CallbackOutcome::Repeated
    );
    let again = test
        .ledger
        .credit_unmatched(&id, customer(), kzt(AMOUNT), "found".into(), NOW)
        .await;
    assert_eq!(again, refused(ResolveError::NothingWaits));
    let resolution = test.ledger.resolutions(None, 9).await.unwrap().remove(0);
    assert_eq!(
        (resolution.alarm_seq, resolution.payment_id),
        (None, Some(id))
    );
}

async fn payments_of_an_older_system_get_their_callbacks_and_are_imported_once(test: TestLedger) {
    assert_eq!(
        test.deliver(&sale("old1", 1)).await,
        CallbackOutcome::Unmatched
    );
    let mut old = ["old1", "old2"].map(payment);
    for payment in &mut old {
        payment.created_at = Millis(5);
    }
    let import = || test.ledger.import_payments(old.to_vec(), NOW);
    assert_eq!(import().await, Ok(Imported { new: 2, known: 0 }));
    assert_eq!(import().await, Ok(Imported { new: 0, known: 2 }));
    assert_eq!(
        test.deliver(&sale("old2", 2)).await,
        CallbackOutcome::Applied
    );
    let entries = test.ledger.entries(0, 9).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].time, NOW, "an entry says when it was stored");
    assert_eq!(
        test.ledger
            .payment("old1")
            .await
            .unwrap()
            .unwrap()
            .created_at,
        Millis(5)
    );
}

async fn alarm_shows_its_message(test: TestLedger) {
    test.announce("p1").await;
    let content = CallbackContent {
        amount: 5,
        ..sale("p1", 1)
    };
    test.deliver(&content).await;
    let (alarm, bodies) = test.ledger.alarm(1).await.unwrap().unwrap();
    assert_eq!(alarm.operation_id, Some(1.into()));
    assert_eq!(bodies, [content.callback().body.to_vec()]);
    let keep = test.ledger.quarantine_unusable(
        1234.into(),
        b"{\"a\": 1}".to_vec(),
        "no payment".into(),
        NOW,
    );
    keep.await.unwrap();
    let (alarm, bodies) = test.ledger.alarm(2).await.unwrap().unwrap();
    assert_eq!(
        (alarm.reason.as_deref(), bodies),
        (Some("no payment"), vec![b"{\"a\": 1}".to_vec()])
    );
    assert_eq!(test.ledger.alarm(3).await, Ok(None));
}

async fn operation_credited_by_an_operator_credits_no_other_payment(test: TestLedger) {
    test.announce("p1").await;
    test.announce("p2").await;
    let content = CallbackContent {
        amount: 90_000,
        ..sale("p1", 7)
    };
    test.deliver(&content).await;
    resolve(&test, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(
        test.deliver(&sale("p2", 7)).await,
        CallbackOutcome::Quarantined
    );
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(90_000));
}

async fn credited_operation_is_not_credited_again_by_an_operator(test: TestLedger) {
    test.announce("p1").await;
    test.announce("p2").await;
    test.deliver(&sale("p1", 7)).await;
    assert_eq!(
        test.deliver(&sale("p2", 7)).await,
        CallbackOutcome::Quarantined
    );
    let credit = resolve(&test, 1, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(credit, refused(ResolveError::AlreadyCredited));
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
}

async fn callback_of_another_project_is_credited_by_an_operator_once(test: TestLedger) {
    test.announce("p1").await;
    for payment_status in ["success", "refunded"] {
        let content = CallbackContent {
            project_id: 4321,
            payment_status,
            ..sale("p1", 7)
        };
        assert_eq!(test.deliver(&content).await, CallbackOutcome::Quarantined);
    }
    resolve(&test, 1, Verdict::Credit(kzt(AMOUNT)))
        .await
        .unwrap();
    let again = resolve(&test, 2, Verdict::Credit(kzt(AMOUNT))).await;
    assert_eq!(again, refused(ResolveError::AlreadyCredited));
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(AMOUNT));
    assert_eq!(test.ledger.audit(None).await.unwrap().findings, []);
}

/// All rows of a resolution are sent before the commit. If the last one fails, none is stored.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn resolution_whose_last_row_cannot_be_written_is_rolled_back() {
    let Some(test) = TestLedger::connect().await else {
        return;
    };
    test.announce("p1").await;
    let content = CallbackContent {
        amount: 90_000,
        ..sale("p1", 1)
    };
    test.deliver(&content).await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON alarms FOR EACH ROW EXECUTE FUNCTION refuse()";
    test.database().run(refuse).unwrap();
    let resolved = resolve(&test, 1, Verdict::Credit(kzt(90_000))).await;
    assert!(
        matches!(resolved, Err(Error::Unavailable(_))),
        "{resolved:?}"
    );
    assert_eq!(test.ledger.resolutions(None, 9).await, Ok(vec![]));
    assert_eq!(test.ledger.entries(0, 9).await, Ok(vec![]));
    test.database()
        .run("DROP TRIGGER refuse ON alarms")
        .unwrap();
    resolve(&test, 1, Verdict::Credit(kzt(90_000)))
        .await
        .unwrap();
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(90_000));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alarm_resolved_on_two_servers_at_once_is_credited_once() {
    let Some(test) = TestLedger::connect().await else {
        return;
    };
    let other = test.another().await;
    test.announce("p1").await;
    test.deliver(&CallbackContent {
        amount: 90_000,
        ..sale("p1", 1)
    })
    .await;
    let credit = Verdict::Credit(kzt(90_000));
    let (one, two) = tokio::join!(
        test.ledger.resolve_alarm(1, credit, "I".into(), NOW),
        other.resolve_alarm(1, credit, "so did I".into(), NOW),
    );
    let refused = [one, two]
        .into_iter()
        .filter(|resolved| *resolved == refused(ResolveError::AlreadyResolved));
    assert_eq!(refused.count(), 1);
    assert_eq!(test.ledger.balance(CUSTOMER).await, Ok(90_000));
}
