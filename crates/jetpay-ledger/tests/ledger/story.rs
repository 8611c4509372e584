//! The story of a payment: the bytes of its callbacks, what each endpoint has of its entries, and what a correction would do.

use crate::common::{AMOUNT, CUSTOMER, NOW, TestLedger, kzt, refund, sale};
use crate::deliveries::{alarm, entries, lease_at, pay, progress, receipt, record, waiting};
use jetpay_ledger::{
    AlarmKind, CorrectionError, CreditPreview, DeliveryAlarmKind, DeliveryProgress, EntryDelivery,
    EntryDeliveryState, EntryKind, Error, ResolveError, Verdict, WaitingState,
};

crate::common::on_every_store! {
    each_callback_has_its_bytes_and_no_other_payment_gives_them,
    entry_says_how_its_endpoint_stands_with_it,
    replay_lowers_where_a_stream_began_and_an_older_stream_does_not_know_it,
    correction_does_what_its_preview_says,
    credits_do_what_their_previews_say,
}

async fn each_callback_has_its_bytes_and_no_other_payment_gives_them(test: TestLedger) {
    pay(&test, 2).await;
    test.deliver(&refund("p1", 7, 100)).await;
    let id = "p1".try_into().unwrap();
    let callbacks = test.payment_callbacks(&id).await.unwrap();
    let recorded: Vec<_> = callbacks.iter().map(|it| it.recorded.clone()).collect();
    assert_eq!(recorded, test.payment_history(&id).await.unwrap().callbacks);
    assert_eq!(
        callbacks[0].provider_payment_id.as_deref(),
        Some("receipt_1")
    );
    for (callback, sent) in callbacks.iter().zip([sale("p1", 1), refund("p1", 7, 100)]) {
        let body = test.callback_body(&id, callback.seq).await.unwrap();
        let body = body.unwrap();
        assert_eq!(
            (body.len(), &*body),
            (callback.size, &*sent.callback().body)
        );
        let other = "p2".try_into().unwrap();
        assert_eq!(test.callback_body(&other, callback.seq).await, Ok(None));
    }
    assert_eq!(callbacks.len(), 2);
}

async fn standing(test: &TestLedger, payment: &str) -> (EntryDeliveryState, Option<String>) {
    let id = payment.try_into().unwrap();
    let mut deliveries = test.entry_deliveries(&id).await.unwrap();
    assert_eq!(deliveries.len(), 1);
    let EntryDelivery {
        endpoint,
        state,
        receipt,
        ..
    } = deliveries.remove(0);
    assert_eq!(endpoint, "billing");
    (state, receipt)
}

/// A stream that began behind entry 2. Of 3 to 6 the first one is delivered, 4 waits, 5 is skipped, and 6 is not read yet.
async fn told(test: &TestLedger) {
    pay(test, 2).await;
    let lease = lease_at(test, &entries(), 0).await.unwrap();
    for (id, number) in [("p3", 3), ("p4", 4), ("p5", 5), ("p6", 6)] {
        test.pay(id, number).await;
    }
    let told = DeliveryProgress {
        receipts: vec![receipt(3, "70")],
        alarms: vec![alarm(DeliveryAlarmKind::NotDeliverable, 5)],
        ..progress(5, vec![waiting(4, WaitingState::Waiting)])
    };
    record(test, &lease, told).await.unwrap();
}

async fn entry_says_how_its_endpoint_stands_with_it(test: TestLedger) {
    assert_eq!(
        test.entry_deliveries(&"p1".try_into().unwrap()).await,
        Ok(vec![])
    );
    told(&test).await;
    let waits = EntryDeliveryState::Waiting(waiting(4, WaitingState::Waiting));
    for (payment, state, receipt) in [
        ("p2", EntryDeliveryState::Older, None),
        ("p3", EntryDeliveryState::Delivered, Some("70".to_owned())),
        ("p4", waits, None),
        ("p5", EntryDeliveryState::Skipped, None),
        ("p6", EntryDeliveryState::NotYet, None),
    ] {
        assert_eq!(
            standing(&test, payment).await,
            (state, receipt),
            "{payment}"
        );
    }
    test.check().await;
}

async fn replay_lowers_where_a_stream_began_and_an_older_stream_does_not_know_it(test: TestLedger) {
    told(&test).await;
    let replay = async |after| {
        let stream = entries();
        let replayed = test.replay_deliveries(&stream, after, "again".into(), NOW);
        replayed.await.unwrap()
    };
    replay(4).await;
    assert_eq!(standing(&test, "p2").await.0, EntryDeliveryState::Older);
    replay(1).await;
    assert_eq!(standing(&test, "p1").await.0, EntryDeliveryState::Older);
    assert_eq!(standing(&test, "p2").await.0, EntryDeliveryState::NotYet);
    let again = standing(&test, "p3").await;
    assert_eq!(again, (EntryDeliveryState::NotYet, Some("70".to_owned())));
    test.check().await;
    let lease = lease_at(&test, &entries(), 100_000).await.unwrap();
    record(&test, &lease, progress(5, Vec::new()))
        .await
        .unwrap();
    assert_eq!(standing(&test, "p2").await.0, EntryDeliveryState::Delivered);

    test.run("UPDATE delivery_streams SET began = NULL");
    let unknown = EntryDeliveryState::DeliveredOrOlder;
    assert_eq!(standing(&test, "p2").await.0, unknown);
    assert_eq!(standing(&test, "p3").await.0, EntryDeliveryState::Delivered);
    replay(3).await;
    assert_eq!(standing(&test, "p2").await.0, unknown);
    test.check().await;
    test.run("UPDATE delivery_streams SET began = cursor + 1");
    let findings = test.audit(None).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

async fn correction_does_what_its_preview_says(test: TestLedger) {
    pay(&test, 2).await;
    test.deliver(&refund("p1", 7, 300)).await;
    let preview = test.preview_correction(3).await.unwrap();
    assert_eq!((preview.entry.seq, preview.amount), (3, kzt(300)));
    test.correct_entry(3, "no refund".into(), NOW)
        .await
        .unwrap();
    let after = test.recorded("p1").await;
    assert_eq!(preview.remaining.minor(), after.remaining);
    for (most, expected) in [(1, None), (2, Some(2 * AMOUNT)), (9, Some(2 * AMOUNT))] {
        assert_eq!(test.balance_within(CUSTOMER, most).await, Ok(expected));
    }
    assert_eq!(test.balance(CUSTOMER).await, Ok(2 * AMOUNT));

    test.deliver(&refund("p2", 8, 300)).await;
    let refused = async |seq| match test.preview_correction(seq).await {
        Err(Error::Resolve(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(3).await, ResolveError::AlreadyCorrected);
    let of_correction = ResolveError::Correction(CorrectionError::OfCorrection);
    assert_eq!(refused(4).await, of_correction);
    // Money of the credit was refunded since.
    let moved = ResolveError::Correction(CorrectionError::MovedSince);
    assert_eq!(refused(2).await, moved);
    for seq in [0, -1, 6, i64::MIN, i64::MAX] {
        assert_eq!(refused(seq).await, ResolveError::NoSuchEntry, "{seq}");
    }
}

impl TestLedger {
    /// The money and the alarms after an entry and an alarm.
    async fn happened(&self, (entry, alarm): (i64, i64)) -> CreditPreview {
        let entries = self.entries(entry, 100).await.unwrap();
        let alarms = self.alarms_after(alarm, 100).await.unwrap();
        CreditPreview {
            entries: entries.iter().map(|it| (it.kind, it.amount)).collect(),
            alarms: alarms.iter().map(|it| it.kind).collect(),
        }
    }
}

async fn credits_do_what_their_previews_say(test: TestLedger) {
    let (id, operation) = ("p1".try_into().unwrap(), Some(7.into()));
    let refused = async |operation, amount| match test.preview_credit(&id, operation, amount).await
    {
        Err(Error::Resolve(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(operation, kzt(300)).await,
        ResolveError::NothingToCredit
    );
    test.announce("p1").await;
    test.deliver(&refund("p1", 6, 100)).await;
    test.deliver(&refund("p1", 5, 900)).await;
    test.deliver(&sale("p1", 7).with_amount(300)).await;
    let preview = test.preview_credit(&id, operation, kzt(300)).await.unwrap();
    let credit = Verdict::Credit(kzt(300));
    test.resolve_alarm(1, credit, "it came in".into(), NOW)
        .await
        .unwrap();
    assert_eq!(test.happened((0, 1)).await, preview);
    let expected = CreditPreview {
        entries: vec![
            (EntryKind::ManualCredit, kzt(300)),
            (EntryKind::Refund, kzt(-100)),
        ],
        alarms: vec![AlarmKind::CompensationTooLarge],
    };
    assert_eq!(preview, expected);
    let why = refused(operation, kzt(300)).await;
    assert!(matches!(why, ResolveError::ManualCredit(_)), "{why:?}");

    let id = "p9".try_into().unwrap();
    let customer = CUSTOMER.try_into().unwrap();
    let preview = async |amount| test.preview_unmatched(&id, &customer, amount).await;
    let nothing = preview(kzt(300)).await;
    assert!(matches!(
        nothing,
        Err(Error::Resolve(ResolveError::NothingWaits))
    ));
    test.deliver(&refund("p9", 16, 100)).await;
    // The same refund again, with the status that the payment has at its end.
    test.deliver(&refund("p9", 16, 100).with_payment_status("refunded"))
        .await;
    test.deliver(&sale("p9", 17).with_amount(300)).await;
    test.deliver(&sale("p9", 18).with_amount(300)).await;
    let preview = preview(kzt(300)).await.unwrap();
    let before = (
        test.last_entry().await.unwrap(),
        test.ledger.last_alarm().await.unwrap(),
    );
    test.credit_unmatched(&id, customer.clone(), kzt(300), false, "ours".into(), NOW)
        .await
        .unwrap();
    assert_eq!(test.happened(before).await, preview);
    let entries = vec![
        (EntryKind::Credit, kzt(300)),
        (EntryKind::Refund, kzt(-100)),
    ];
    assert_eq!(preview.entries, entries);
    assert_eq!(preview.alarms, [AlarmKind::SecondSale]);
    test.check().await;
}
