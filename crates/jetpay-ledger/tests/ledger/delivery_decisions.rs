//! What people decide about deliveries: each decision is recorded, and holds against the server that delivers.

use crate::common::{NOW, TestLedger, reason_of};
use crate::deliveries::{
    MINUTE, alarm, at, done, entries, lease_all, lease_at, open, parked, pay, progress, record,
    status, waiting, waits,
};
use jetpay_ledger::{
    AlarmKind, DeliveryAlarmKind, DeliveryLease, DeliveryStream, Error, Millis, ResolveError,
    Verdict, WaitingState,
};

crate::common::on_every_store! {
    dismissed_alarm_leaves_the_entry_parked_and_a_second_refusal_raises_another,
    skipped_entry_is_recorded_with_the_reason,
    entry_that_may_be_on_its_way_is_held_until_it_cannot_be_and_is_skipped_then,
    held_entry_is_delivered_by_the_attempt_under_way_or_sent_again_by_a_retry,
    retried_entry_is_due_now_and_its_alarm_is_resolved_with_the_reason,
    replay_ends_the_lease_and_forgets_what_waits_behind,
    no_lease_begins_after_a_replay_before_the_server_says_that_it_has_finished,
    item_that_a_person_removed_is_not_added_again,
    replay_leaves_out_what_was_skipped_and_what_cannot_be_told,
}

async fn dismissed_alarm_leaves_the_entry_parked_and_a_second_refusal_raises_another(
    test: TestLedger,
) {
    pay(&test, 1).await;
    let lease = lease_all(&test).await;
    record(&test, &lease, parked(1, 1)).await;
    let dismissed = test
        .resolve_alarm(1, Verdict::Dismiss, "seen".into(), NOW)
        .await;
    assert_eq!(dismissed, Ok(()));
    assert_eq!(waits(&test).await, [(1, WaitingState::Parked)]);
    assert_eq!(status(&test).await.parked, 1);
    test.check().await;
    assert_eq!(record(&test, &lease, parked(1, 1)).await, Some(0));
    assert_eq!(open(&test).await.len(), 1);
    record(&test, &lease, done(1, 1)).await;
    assert_eq!(open(&test).await, []);
    test.check().await;
}

async fn skipped_entry_is_recorded_with_the_reason(test: TestLedger) {
    pay(&test, 2).await;
    let lease = lease_all(&test).await;
    record(&test, &lease, parked(2, 1)).await;
    record(
        &test,
        &lease,
        progress(2, vec![waiting(2, WaitingState::Waiting)]),
    )
    .await;
    assert_eq!(
        waits(&test).await,
        [(1, WaitingState::Parked)],
        "2 is delivered"
    );
    let skip = |seq, reason: &str| {
        let (ledger, reason) = (test.ledger.clone(), reason_of("marat", reason));
        async move { ledger.skip_delivery(&BILLING, seq, reason, NOW).await }
    };
    assert_eq!(skip(1, " ").await, Err(ResolveError::NoReason.into()));
    assert_eq!(skip(2, "why").await, Err(ResolveError::NotWaiting.into()));
    assert_eq!(skip(1, "booked by hand").await, Ok(()));
    assert_eq!(skip(1, "again").await, Err(ResolveError::NotWaiting.into()));
    let resolved = test.last_alarm().await.resolution.unwrap();
    let decided = test.delivery_decision(&BILLING, 1).await.unwrap();
    assert_eq!(decided.as_ref(), Some(&resolved));
    assert_eq!(test.delivery_decision(&BILLING, 2).await, Ok(None));
    assert_eq!(
        (resolved.reason.as_str(), resolved.by.as_deref()),
        ("booked by hand", Some("marat"))
    );
    // One without an alarm.
    let released = test.release_deliveries(&BILLING, lease.fencing_token);
    released.await.unwrap();
    let lease = lease_all(&test).await;
    record(
        &test,
        &lease,
        progress(2, vec![waiting(2, WaitingState::Waiting)]),
    )
    .await;
    let released = test.release_deliveries(&BILLING, lease.fencing_token);
    released.await.unwrap();
    assert_eq!(skip(2, "of a test").await, Ok(()));
    let resolved = test.resolutions(None, 1).await.unwrap().remove(0);
    assert_eq!(
        resolved.reason,
        "entry 2 is not delivered to billing: of a test"
    );
    assert_eq!(resolved.payment_id.unwrap().as_str(), "p2");
    assert_eq!(
        (resolved.alarm_seq, resolved.by.as_deref()),
        (None, Some("marat"))
    );
    assert_eq!(
        lease_at(&test, &BILLING, 9 * MINUTE).await.unwrap().changes,
        2
    );
    let unknown = DeliveryStream {
        name: "a\0".to_owned(),
        ..entries()
    };
    let refused = test.skip_delivery(&unknown, 1, "x".into(), NOW).await;
    assert_eq!(refused, Err(ResolveError::NotWaiting.into()));
    test.check().await;
}

/// A ledger whose first entry waits under a lease that lasts a minute.
async fn one_waits(test: &TestLedger) -> DeliveryLease {
    pay(test, 2).await;
    let lease = lease_all(test).await;
    let item = progress(2, vec![waiting(1, WaitingState::Waiting)]);
    assert_eq!(record(test, &lease, item).await, Some(0));
    lease
}

async fn skip_at(test: &TestLedger, now: i64) -> Result<(), Error> {
    let reason = reason_of("marat", "booked by hand");
    let skipped = test.skip_delivery(&BILLING, 1, reason, at(now));
    skipped.await
}

async fn item(test: &TestLedger) -> (WaitingState, Millis) {
    let item = test.waiting_deliveries(&BILLING, 0, 9).await.unwrap();
    (item[0].state, item[0].due_at)
}

async fn entry_that_may_be_on_its_way_is_held_until_it_cannot_be_and_is_skipped_then(
    test: TestLedger,
) {
    let lease = one_waits(&test).await;
    let until = at(MINUTE);
    assert_eq!(
        skip_at(&test, 0).await,
        Err(ResolveError::Held(until).into())
    );
    assert_eq!(item(&test).await, (WaitingState::Parked, until));
    test.check().await;
    // The attempt under way fails: the server does not take the item back.
    let again = progress(2, vec![waiting(1, WaitingState::Waiting)]);
    assert_eq!(record(&test, &lease, again).await, Some(1));
    assert_eq!(item(&test).await, (WaitingState::Parked, until));
    let held = Err(ResolveError::Held(until).into());
    assert_eq!(skip_at(&test, MINUTE - 1).await, held);
    assert_eq!(open(&test).await.len(), 1);
    assert_eq!(skip_at(&test, MINUTE).await, Ok(()));
    assert_eq!((waits(&test).await, open(&test).await), (vec![], vec![]));
    let resolved = test.resolutions(None, 1).await.unwrap().remove(0);
    assert_eq!(resolved.reason, "booked by hand");
    test.check().await;
}

async fn held_entry_is_delivered_by_the_attempt_under_way_or_sent_again_by_a_retry(
    test: TestLedger,
) {
    let lease = one_waits(&test).await;
    assert!(skip_at(&test, 0).await.is_err());
    let retried = test.retry_delivery(&BILLING, 1, "no, send it".into(), at(1));
    assert_eq!(retried.await, Ok(()));
    assert_eq!(item(&test).await, (WaitingState::Waiting, at(1)));
    assert_eq!(open(&test).await, []);
    // A refusal says that no attempt is under way.
    assert!(skip_at(&test, 0).await.is_err());
    record(&test, &lease, parked(2, 1)).await;
    assert_eq!(item(&test).await.0, WaitingState::Parked);
    assert!(item(&test).await.1 <= at(0));
    let retried = test.retry_delivery(&BILLING, 1, "again".into(), at(1));
    assert_eq!(retried.await, Ok(()));
    assert!(skip_at(&test, 2).await.is_err());
    // So does a lease that begins after the release of this one.
    let released = test.release_deliveries(&BILLING, lease.fencing_token);
    released.await.unwrap();
    assert!(skip_at(&test, 3).await.is_err());
    let lease = lease_at(&test, &BILLING, 4).await.unwrap();
    assert_eq!(item(&test).await, (WaitingState::Parked, at(4)));
    record(&test, &lease, done(2, 1)).await;
    assert_eq!(
        skip_at(&test, 5).await,
        Err(ResolveError::NotWaiting.into())
    );
    assert_eq!(open(&test).await, []);
    test.check().await;
}

async fn no_lease_begins_after_a_replay_before_the_server_says_that_it_has_finished(
    test: TestLedger,
) {
    pay(&test, 2).await;
    let replay = async |now| {
        let replayed = test.replay_deliveries(&BILLING, 0, "lost there".into(), at(now));
        replayed.await.unwrap()
    };
    let lease = lease_all(&test).await;
    replay(1_000).await;
    assert_eq!(lease_at(&test, &BILLING, 30_999).await, None);
    let released = test.release_deliveries(&BILLING, lease.fencing_token);
    released.await.unwrap();
    let next = lease_at(&test, &BILLING, 2_000).await.unwrap();
    // The older server ends late, which ends nothing of the newer one.
    for token in [lease.fencing_token, lease.fencing_token + 1] {
        test.release_deliveries(&BILLING, token).await.unwrap();
    }
    assert_eq!(lease_at(&test, &BILLING, 3_000).await, None);
    replay(4_000).await;
    assert_eq!(lease_at(&test, &BILLING, 33_999).await, None);
    let last = lease_at(&test, &BILLING, 34_000).await.unwrap();
    assert!(last.fencing_token > next.fencing_token);
    test.check().await;
}

async fn retried_entry_is_due_now_and_its_alarm_is_resolved_with_the_reason(test: TestLedger) {
    pay(&test, 1).await;
    let lease = lease_all(&test).await;
    record(&test, &lease, parked(1, 1)).await;
    let retry = |seq, reason: &'static str| {
        test.ledger
            .retry_delivery(&BILLING, seq, reason.into(), at(7))
    };
    assert_eq!(retry(2, "x").await, Err(ResolveError::NotWaiting.into()));
    assert_eq!(retry(1, " ").await, Err(ResolveError::NoReason.into()));
    assert_eq!(retry(1, "the account is open now").await, Ok(()));
    let item = test
        .waiting_deliveries(&BILLING, 0, 9)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        item.why.as_deref(),
        Some("to be sent again: the account is open now")
    );
    assert_eq!(
        (item.state, item.due_at, item.attempts),
        (WaitingState::Waiting, at(7), 1)
    );
    let resolved = test.last_alarm().await.resolution.unwrap();
    assert_eq!(resolved.reason, "the account is open now");
    assert_eq!(retry(1, "once more").await, Ok(()));
    let recorded = test.resolutions(None, 1).await.unwrap().remove(0);
    assert_eq!(
        recorded.reason,
        "entry 1 is sent again to billing: once more"
    );
    assert_eq!(recorded.payment_id.unwrap().as_str(), "p1");
    let decided = test.delivery_decision(&BILLING, 1).await.unwrap();
    assert_eq!(decided.unwrap().reason, "once more");
    test.check().await;
    assert_eq!(record(&test, &lease, parked(1, 1)).await, Some(2));
    let parked_twice = [AlarmKind::DeliveryParked, AlarmKind::DeliveryParked];
    assert_eq!(test.alarm_kinds().await, parked_twice);
    record(&test, &lease, done(1, 1)).await;
    assert_eq!(open(&test).await, []);
    test.check().await;
}

async fn replay_ends_the_lease_and_forgets_what_waits_behind(test: TestLedger) {
    let replay = |after, reason: &str| {
        let (ledger, reason) = (test.ledger.clone(), reason_of("aigul", reason));
        async move { ledger.replay_deliveries(&BILLING, after, reason, NOW).await }
    };
    assert_eq!(replay(0, "x").await, Err(ResolveError::NoSuchStream.into()));
    pay(&test, 4).await;
    let lease = lease_all(&test).await;
    let mut all = parked(4, 1);
    for seq in [3, 4] {
        all.waiting.push(waiting(seq, WaitingState::Parked));
        all.alarms.push(alarm(DeliveryAlarmKind::Parked, seq));
    }
    record(&test, &lease, all).await;
    assert_eq!(replay(5, "x").await, Err(ResolveError::BeyondCursor.into()));
    assert_eq!(replay(2, "").await, Err(ResolveError::NoReason.into()));
    assert_eq!(replay(2, "the billing was restored").await, Ok(4));
    assert_eq!(
        record(&test, &lease, progress(4, vec![])).await,
        None,
        "the lease has ended"
    );
    assert_eq!(waits(&test).await, [(1, WaitingState::Parked)]);
    let left: Vec<_> = open(&test)
        .await
        .into_iter()
        .map(|it| it.delivery.unwrap().entry)
        .collect();
    assert_eq!(left, [Some(1)]);
    let resolutions = test.resolutions(None, 3).await.unwrap();
    let said = "everything after entry 2 is delivered to billing again: the billing was restored";
    assert_eq!(
        (resolutions[0].reason.as_str(), resolutions[0].by.as_deref()),
        (said, Some("aigul"))
    );
    assert_eq!(resolutions[1].reason, "the billing was restored");
    let next = lease_at(&test, &BILLING, MINUTE).await.unwrap();
    assert_eq!((next.cursor, next.waiting.len()), (2, 1));
    assert_eq!(next.fencing_token, lease.fencing_token + 2);
    assert_eq!(replay(-1, "from the beginning").await, Ok(2));
    assert_eq!(status(&test).await.cursor, 0);
    test.check().await;
}

async fn item_that_a_person_removed_is_not_added_again(test: TestLedger) {
    pay(&test, 2).await;
    let lease = lease_all(&test).await;
    record(
        &test,
        &lease,
        progress(2, vec![waiting(1, WaitingState::Waiting)]),
    )
    .await;
    let late = at(MINUTE);
    let skipped = test.skip_delivery(&BILLING, 1, "booked by hand".into(), late);
    assert_eq!(skipped.await, Ok(()));
    // The server does not know of it yet, and the billing refused the item meanwhile.
    assert_eq!(record(&test, &lease, parked(2, 1)).await, Some(1));
    assert_eq!(waits(&test).await, []);
    assert_eq!(test.alarm_kinds().await, []);
    test.check().await;
}

async fn replay_leaves_out_what_was_skipped_and_what_cannot_be_told(test: TestLedger) {
    pay(&test, 4).await;
    let lease = lease_all(&test).await;
    assert!(lease.skipped.is_empty());
    let mut first = parked(4, 2);
    first
        .alarms
        .push(alarm(DeliveryAlarmKind::NotDeliverable, 3));
    record(&test, &lease, first.clone()).await;
    // A record whose result was lost comes again.
    record(&test, &lease, first).await;
    let skipped = test
        .skip_delivery(&entries(), 2, "booked by hand".into(), NOW)
        .await;
    assert_eq!(skipped, Ok(()));
    assert_eq!(test.skipped_deliveries(&entries(), 0).await, Ok(vec![2, 3]));
    let other = DeliveryStream {
        name: "other".to_owned(),
        ..entries()
    };
    assert_eq!(test.skipped_deliveries(&other, 0).await, Ok(vec![]));
    for (after, left_out) in [(3, vec![]), (2, vec![3]), (0, vec![2, 3])] {
        let replayed = test.replay_deliveries(&BILLING, after, "lost there".into(), NOW);
        replayed.await.unwrap();
        // Long after the lease before.
        let lease = lease_at(&test, &entries(), (9 - after) * 10 * MINUTE).await;
        assert_eq!(lease.unwrap().skipped, left_out, "after {after}");
    }
    test.check().await;
}

static BILLING: std::sync::LazyLock<DeliveryStream> = std::sync::LazyLock::new(entries);
