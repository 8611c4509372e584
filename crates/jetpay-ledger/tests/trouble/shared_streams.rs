//! Several servers share the streams of deliveries in one `PostgreSQL` database: one of them delivers.

use std::time::Duration;

use crate::common::{CUSTOMER, NOW, TestLedger, on_postgres, unusable};
use jetpay_ledger::{
    DeliveryAlarm, DeliveryAlarmKind, DeliveryProgress, DeliveryStream, Feed, Ledger, Millis,
    ResolveError, Verdict, Waiting, WaitingState,
};

on_postgres! {
    stream_that_is_leased_by_two_servers_at_once_is_leased_by_one,
    alarm_that_a_person_dismisses_while_its_entry_is_delivered_is_resolved_once,
    person_who_resolves_an_alarm_about_a_delivery_waits_for_the_record_of_a_server,
    entry_that_a_person_skips_while_a_server_parks_it_stays_skipped,
    alarms_are_read_in_the_order_of_their_numbers_while_a_slow_transaction_raises_one,
}

fn stream(name: &str) -> DeliveryStream {
    DeliveryStream {
        name: name.to_owned(),
        feed: Feed::Entries,
    }
}

const LATER: Millis = Millis(NOW.0 + 60_000);

/// The fencing token of a lease of the stream.
async fn lease(ledger: &Ledger, stream: &DeliveryStream, now: i64) -> Option<i64> {
    let (now, until) = (Millis(NOW.0 + now), Millis(NOW.0 + now + 60_000));
    let leased = ledger.lease_deliveries(stream, now, until).await.unwrap();
    leased.map(|lease| lease.fencing_token)
}

/// The entry is parked with an alarm; all else up to it is delivered.
fn parked(seq: i64) -> DeliveryProgress {
    let item = Waiting {
        seq,
        lane: CUSTOMER.to_owned(),
        state: WaitingState::Parked,
        attempts: 1,
        since: NOW,
        due_at: NOW,
        why: None,
        may_be_there: false,
    };
    let alarm = DeliveryAlarm {
        kind: DeliveryAlarmKind::Parked,
        seq,
        reason: "code 5".to_owned(),
    };
    DeliveryProgress {
        cursor: seq,
        waiting: vec![item],
        alarms: vec![alarm],
        ..DeliveryProgress::default()
    }
}

fn done(seq: i64) -> DeliveryProgress {
    DeliveryProgress {
        cursor: seq,
        done: vec![seq],
        ..DeliveryProgress::default()
    }
}

async fn stream_that_is_leased_by_two_servers_at_once_is_leased_by_one(test: TestLedger) {
    let other = test.another().await;
    for number in 0..20 {
        let stream = stream(&format!("billing{number}"));
        // First a new stream, then one whose lease has ended.
        for now in [0, 60_000, 120_000] {
            let (one, two) = tokio::join!(lease(&test, &stream, now), lease(&other, &stream, now));
            assert!(one.is_some() != two.is_some(), "{one:?} {two:?}");
        }
    }
    test.check().await;
}

async fn alarm_that_a_person_dismisses_while_its_entry_is_delivered_is_resolved_once(
    test: TestLedger,
) {
    let other = test.another().await;
    let stream = stream("billing");
    let token = lease(&test, &stream, 0).await.unwrap();
    let record = |progress| test.record_deliveries(&stream, token, progress, NOW, LATER);
    let mut dismissed_first = 0;
    for seq in 1..=40_i64 {
        test.pay(format!("p{seq}").leak(), seq.cast_unsigned())
            .await;
        assert_eq!(record(parked(seq)).await, Ok(Some(0)));
        let alarm = test.last_alarm().await.seq;
        // One of them first, then the other, then both at once.
        let wait = async |first| {
            let millis = if seq % 3 == first { 20 } else { 0 };
            tokio::time::sleep(Duration::from_millis(millis)).await;
        };
        let deliver = async {
            wait(1).await;
            record(done(seq)).await
        };
        let dismiss = async {
            wait(2).await;
            let seen = other.resolve_alarm(alarm, Verdict::Dismiss, "seen".into(), NOW);
            seen.await
        };
        let (recorded, dismissed) = tokio::join!(deliver, dismiss);
        assert_eq!(recorded, Ok(Some(0)));
        let already = Err(ResolveError::AlreadyResolved.into());
        assert!(dismissed == Ok(()) || dismissed == already, "{dismissed:?}");
        dismissed_first += i64::from(dismissed.is_ok());
    }
    assert!((1..40).contains(&dismissed_first), "{dismissed_first}");
    assert_eq!(test.counts().await.unwrap().open_alarms, 0);
    test.check().await;
}

/// Otherwise each could hold what the other one waits for: the alarm, and the row of the counts.
async fn person_who_resolves_an_alarm_about_a_delivery_waits_for_the_record_of_a_server(
    test: TestLedger,
) {
    let stream = stream("billing");
    let token = lease(&test, &stream, 0).await.unwrap();
    test.pay("p1", 1).await;
    let recorded = test.record_deliveries(&stream, token, parked(1), NOW, LATER);
    assert_eq!(recorded.await, Ok(Some(0)));
    let server = crate::servers::sql(&test).await;
    let lock = "BEGIN; SELECT 1 FROM delivery_streams FOR UPDATE";
    server.batch_execute(lock).await.unwrap();
    let ledger = test.ledger.clone();
    let resolved = tokio::spawn(async move {
        let seen = ledger.resolve_alarm(1, Verdict::Dismiss, "seen".into(), NOW);
        seen.await
    });
    blocked(&test, 1).await;
    server.batch_execute("COMMIT").await.unwrap();
    assert_eq!(resolved.await.unwrap(), Ok(()));
}

/// Waits until so many transactions wait for a lock.
async fn blocked(test: &TestLedger, servers: i64) {
    // Within a transaction the view would not change.
    let watcher = crate::servers::sql(test).await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let count = async || watcher.query_one(sql, &[]).await.unwrap().get(0);
    let waited = async {
        while i64::lt(&count().await, &servers) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waited).await;
    assert!(waited.is_ok(), "no transaction waits");
}

async fn entry_that_a_person_skips_while_a_server_parks_it_stays_skipped(test: TestLedger) {
    let other = test.another().await;
    let stream = stream("billing");
    let token = lease(&test, &stream, 0).await.unwrap();
    let record = |progress| test.record_deliveries(&stream, token, progress, NOW, LATER);
    for seq in 1..=30_i64 {
        test.pay(format!("p{seq}").leak(), seq.cast_unsigned())
            .await;
        let mut waits = parked(seq);
        waits.alarms.clear();
        waits.waiting[0].state = WaitingState::Waiting;
        assert!(record(waits).await.unwrap().is_some());
        let (recorded, skipped) = tokio::join!(
            record(parked(seq)),
            other.skip_delivery(&stream, seq, "by hand".into(), NOW),
        );
        assert!(recorded.is_ok(), "{recorded:?}");
        if skipped != Ok(()) {
            // It was first, and held the entry; that the server parks it says that nothing is under way.
            assert_eq!(skipped, Err(ResolveError::Held(LATER).into()));
            let skipped = other.skip_delivery(&stream, seq, "by hand".into(), NOW);
            assert_eq!(skipped.await, Ok(()));
        }
        assert_eq!(test.waiting_deliveries(&stream, 0, 9).await, Ok(vec![]));
    }
    assert_eq!(test.counts().await.unwrap().open_alarms, 0);
    test.check().await;
}

/// The number of an alarm is taken under the lock under which the transaction commits, as that of an entry.
async fn alarms_are_read_in_the_order_of_their_numbers_while_a_slow_transaction_raises_one(
    test: TestLedger,
) {
    let (slow, fast) = (test.ledger.clone(), test.another().await);
    let stream = stream("billing");
    let token = lease(&test, &stream, 0).await.unwrap();
    for seq in 1..=2 {
        test.pay(format!("p{seq}").leak(), seq).await;
    }
    let recorded = test
        .record_deliveries(&stream, token, parked(1), NOW, LATER)
        .await;
    assert_eq!(recorded, Ok(Some(0)));
    let operator = crate::servers::sql(&test).await;
    let lock = "BEGIN; LOCK TABLE settlements IN EXCLUSIVE MODE";
    operator.batch_execute(lock).await.unwrap();
    // It raises an alarm, and then waits with the resolution of another one.
    let slowly = tokio::spawn(async move {
        let mut progress = parked(2);
        progress.done = vec![1];
        slow.record_deliveries(&stream, token, progress, NOW, LATER)
            .await
    });
    blocked(&test, 1).await;
    let quickly = tokio::spawn(async move { fast.quarantine_unusable(unusable("{}"), NOW).await });
    blocked(&test, 2).await;
    assert_eq!(test.alarms_after(1, 9).await, Ok(vec![]));
    operator.batch_execute("COMMIT").await.unwrap();
    assert_eq!(slowly.await.unwrap(), Ok(Some(0)));
    assert!(quickly.await.unwrap().is_ok());
    let kinds = test.alarms_after(1, 9).await.unwrap();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|alarm| (alarm.seq, alarm.kind.as_str()))
        .collect();
    assert_eq!(kinds, [(2, "delivery_parked"), (3, "unusable")]);
    test.check().await;
}
