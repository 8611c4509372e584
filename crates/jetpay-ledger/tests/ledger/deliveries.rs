//! Deliveries: one server leases a stream, and no item is lost, whatever people decide meanwhile.

use crate::common::{CUSTOMER, NOW, TestLedger, newest};
use jetpay_core::OperationId;
use jetpay_ledger::{
    Alarm, AlarmDelivery, AlarmFilter, AlarmKind, DeliveryAlarm, DeliveryAlarmKind, DeliveryLease,
    DeliveryProgress, DeliveryReceipt, DeliveryStatus, DeliveryStream, EntryKind, Feed, Ledger,
    Millis, Verdict, Waiting, WaitingState,
};

crate::common::on_every_store! {
    new_stream_begins_after_the_last_item_that_is_there,
    stream_that_a_service_begins_has_what_comes_before_its_first_lease,
    lease_of_a_process_that_ended_lasts_only_where_others_use_the_store,
    first_item_that_waits_of_a_lane_is_found_among_others,
    lease_is_refused_until_the_one_before_has_ended,
    lease_of_a_wrong_clock_holds_no_stream_for_ever,
    progress_under_an_older_token_is_refused,
    recorded_items_are_in_the_next_lease,
    item_behind_the_new_cursor_is_left_out,
    parked_entry_raises_an_alarm_that_its_delivery_resolves,
    stream_that_is_late_has_one_alarm_until_it_is_in_time,
    undeliverable_entry_raises_one_alarm_and_holds_nothing_back,
    feed_of_alarms_raises_none,
    status_counts_what_waits_and_parked_lanes_are_not_late,
    last_receipt_of_an_entry_is_kept,
    alarms_are_read_in_their_order,
}

pub(crate) const MINUTE: i64 = 60_000;

pub(crate) fn entries() -> DeliveryStream {
    DeliveryStream {
        name: "billing".to_owned(),
        feed: Feed::Entries,
    }
}

fn alarms() -> DeliveryStream {
    DeliveryStream {
        feed: Feed::Alarms,
        ..entries()
    }
}

pub(crate) fn at(millis: i64) -> Millis {
    Millis(NOW.0 + millis)
}

pub(crate) async fn lease_at(
    ledger: &Ledger,
    stream: &DeliveryStream,
    now: i64,
) -> Option<DeliveryLease> {
    let leased = ledger.lease_deliveries(stream, at(now), at(now + MINUTE));
    leased.await.unwrap()
}

/// Leases the entries, from the first one on.
pub(crate) async fn lease_all(ledger: &Ledger) -> DeliveryLease {
    let stream = entries();
    if let Some(first) = lease_at(ledger, &stream, 0).await {
        let released = ledger.release_deliveries(&stream, first.fencing_token);
        released.await.unwrap();
    }
    let replayed = ledger.replay_deliveries(&stream, 0, "all of them".into(), NOW);
    replayed.await.unwrap();
    lease_at(ledger, &stream, 0).await.unwrap()
}

pub(crate) async fn record(
    ledger: &Ledger,
    lease: &DeliveryLease,
    progress: DeliveryProgress,
) -> Option<i64> {
    let (stream, token) = (&lease.stream, lease.fencing_token);
    let recorded = ledger.record_deliveries(stream, token, progress, NOW, at(MINUTE));
    recorded.await.unwrap()
}

pub(crate) fn waiting(seq: i64, state: WaitingState) -> Waiting {
    Waiting {
        seq,
        lane: CUSTOMER.to_owned(),
        state,
        attempts: 1,
        since: NOW,
        due_at: if state == WaitingState::Parked {
            NOW
        } else {
            at(5_000)
        },
        why: Some("HTTP 500".to_owned()),
        may_be_there: true,
    }
}

/// Up to the cursor all is delivered, but for these.
pub(crate) fn progress(cursor: i64, waiting: Vec<Waiting>) -> DeliveryProgress {
    DeliveryProgress {
        cursor,
        waiting,
        ..DeliveryProgress::default()
    }
}

/// The entry is parked, with an alarm.
pub(crate) fn parked(cursor: i64, seq: i64) -> DeliveryProgress {
    DeliveryProgress {
        alarms: vec![alarm(DeliveryAlarmKind::Parked, seq)],
        ..progress(cursor, vec![waiting(seq, WaitingState::Parked)])
    }
}

pub(crate) fn done(cursor: i64, seq: i64) -> DeliveryProgress {
    DeliveryProgress {
        done: vec![seq],
        ..progress(cursor, Vec::new())
    }
}

pub(crate) fn alarm(kind: DeliveryAlarmKind, seq: i64) -> DeliveryAlarm {
    DeliveryAlarm {
        kind,
        seq,
        reason: "code 5: no such subscriber".to_owned(),
    }
}

/// Credits so many payments, whose entries are numbered from 1.
pub(crate) async fn pay(test: &TestLedger, count: u64) {
    for number in 1..=count {
        test.pay(format!("p{number}").leak(), number).await;
    }
}

pub(crate) async fn waits(ledger: &Ledger) -> Vec<(i64, WaitingState)> {
    let items = ledger.waiting_deliveries(&entries(), 0, 99).await.unwrap();
    items.iter().map(|item| (item.seq, item.state)).collect()
}

pub(crate) async fn open(ledger: &Ledger) -> Vec<Alarm> {
    let filter = AlarmFilter {
        resolved: Some(false),
        ..newest(99)
    };
    ledger.alarms(filter).await.unwrap()
}

pub(crate) async fn status(ledger: &Ledger) -> DeliveryStatus {
    let names = ["billing".to_owned()];
    ledger.delivery_status(&names).await.unwrap().remove(0)
}

async fn new_stream_begins_after_the_last_item_that_is_there(test: TestLedger) {
    assert_eq!(
        test.delivery_status(&["billing".to_owned()]).await,
        Ok(vec![])
    );
    pay(&test, 2).await;
    let lease = lease_at(&test, &entries(), 0).await.unwrap();
    assert_eq!(
        (lease.cursor, lease.changes, lease.waiting.len()),
        (2, 0, 0)
    );
    let lease = lease_at(&test, &alarms(), 0).await.unwrap();
    assert_eq!(lease.cursor, 0);
    test.pay("p3", 3).await;
    let status = test
        .delivery_status(&["billing".to_owned(), "other".to_owned()])
        .await
        .unwrap();
    let shown: Vec<_> = status
        .iter()
        .map(|it| (it.stream.feed, it.cursor, it.last))
        .collect();
    assert_eq!(shown, [(Feed::Entries, 2, 3), (Feed::Alarms, 0, 0)]);
    assert_eq!(
        test.delivery_status(&["other".to_owned()]).await,
        Ok(vec![])
    );
    assert_eq!(test.all_delivery_status().await.unwrap(), status);
    assert_eq!(status[0].oldest, Some(NOW));
    test.check().await;
}

async fn lease_is_refused_until_the_one_before_has_ended(test: TestLedger) {
    let stream = entries();
    let first = lease_at(&test, &stream, 0).await.unwrap();
    assert_eq!(lease_at(&test, &stream, MINUTE - 1).await, None);
    let second = lease_at(&test, &stream, MINUTE).await.unwrap();
    assert!(second.fencing_token > first.fencing_token);
    test.release_deliveries(&stream, first.fencing_token)
        .await
        .unwrap();
    assert_eq!(
        lease_at(&test, &stream, MINUTE).await,
        None,
        "an older token ends no lease"
    );
    test.release_deliveries(&stream, second.fencing_token)
        .await
        .unwrap();
    let third = lease_at(&test, &stream, MINUTE).await.unwrap();
    // Each record makes the lease last longer.
    let recorded = test.record_deliveries(
        &stream,
        third.fencing_token,
        progress(0, vec![]),
        at(MINUTE),
        at(9 * MINUTE),
    );
    assert_eq!(recorded.await, Ok(Some(0)));
    assert_eq!(lease_at(&test, &stream, 9 * MINUTE - 1).await, None);
}

async fn lease_of_a_wrong_clock_holds_no_stream_for_ever(test: TestLedger) {
    let a_day = 24 * 60 * MINUTE;
    assert!(lease_at(&test, &entries(), a_day).await.is_some());
    let lease = lease_at(&test, &entries(), 0).await.unwrap();
    // But the clocks of two servers may differ a little.
    let released = test.release_deliveries(&lease.stream, lease.fencing_token);
    released.await.unwrap();
    assert!(lease_at(&test, &entries(), 5_000).await.is_some());
    assert_eq!(lease_at(&test, &entries(), 0).await, None);
}

async fn progress_under_an_older_token_is_refused(test: TestLedger) {
    pay(&test, 2).await;
    let old = lease_all(&test).await;
    let new = lease_at(&test, &entries(), 3 * MINUTE).await.unwrap();
    let mut progress = parked(2, 1);
    progress.receipts = vec![receipt(2, "7")];
    assert_eq!(record(&test, &old, progress).await, None);
    assert_eq!(waits(&test).await, []);
    assert_eq!(status(&test).await.cursor, 0);
    assert_eq!(test.alarm_kinds().await, []);
    assert_eq!(kept(&test, 2).await, None);
    assert_eq!(record(&test, &new, parked(2, 1)).await, Some(0));
    assert_eq!(status(&test).await.cursor, 2);
}

async fn recorded_items_are_in_the_next_lease(test: TestLedger) {
    pay(&test, 3).await;
    let lease = lease_all(&test).await;
    let items = vec![
        waiting(3, WaitingState::Waiting),
        waiting(1, WaitingState::Waiting),
    ];
    assert_eq!(record(&test, &lease, progress(3, items)).await, Some(0));
    let changed = Waiting {
        attempts: 2,
        due_at: at(30_000),
        why: None,
        may_be_there: false,
        ..waiting(1, WaitingState::Waiting)
    };
    let next = DeliveryProgress {
        done: vec![3],
        ..progress(3, vec![changed.clone()])
    };
    assert_eq!(record(&test, &lease, next).await, Some(0));
    // The cursor never goes back by itself.
    assert_eq!(record(&test, &lease, progress(0, vec![])).await, Some(0));
    let lease = lease_at(&test, &entries(), 9 * MINUTE).await.unwrap();
    assert_eq!((lease.cursor, lease.waiting), (3, vec![changed]));
    test.check().await;
}

async fn item_behind_the_new_cursor_is_left_out(test: TestLedger) {
    pay(&test, 3).await;
    let lease = lease_all(&test).await;
    let items = vec![
        waiting(2, WaitingState::Waiting),
        waiting(3, WaitingState::Waiting),
    ];
    record(&test, &lease, progress(2, items)).await;
    assert_eq!(waits(&test).await, [(2, WaitingState::Waiting)]);
    test.check().await;
}

async fn parked_entry_raises_an_alarm_that_its_delivery_resolves(test: TestLedger) {
    pay(&test, 2).await;
    let lease = lease_all(&test).await;
    let mut twice = parked(2, 2);
    twice.alarms.push(alarm(DeliveryAlarmKind::Parked, 2));
    record(&test, &lease, twice).await;
    record(&test, &lease, parked(2, 2)).await;
    let raised = open(&test).await.remove(0);
    let about = AlarmDelivery {
        endpoint: "billing".to_owned(),
        entry: Some(2),
    };
    assert_eq!(raised.kind, AlarmKind::DeliveryParked);
    assert_eq!(raised.delivery, Some(about));
    assert_eq!(raised.project_id, 1234.into());
    assert_eq!(raised.payment_id.as_ref().unwrap().as_str(), "p2");
    assert_eq!(raised.operation_id, Some(OperationId::new(2)));
    assert_eq!(raised.reason.as_deref(), Some("code 5: no such subscriber"));
    assert_eq!(open(&test).await.len(), 1);
    test.check().await;
    record(&test, &lease, done(2, 2)).await;
    let resolved = test.last_alarm().await.resolution.unwrap();
    assert_eq!(resolved.verdict, Verdict::Dismiss);
    assert_eq!(
        (resolved.reason.as_str(), resolved.by),
        ("delivered to billing", None)
    );
    assert_eq!(resolved.payment_id.unwrap().as_str(), "p2");
    assert_eq!(waits(&test).await, []);
    let counts = test.counts().await.unwrap();
    assert_eq!((counts.alarms, counts.open_alarms), (1, 0));
    test.check().await;
}

async fn stream_that_is_late_has_one_alarm_until_it_is_in_time(test: TestLedger) {
    pay(&test, 2).await;
    let lease = lease_all(&test).await;
    let late = |seq| DeliveryProgress {
        alarms: vec![alarm(DeliveryAlarmKind::Late, seq)],
        ..progress(0, vec![])
    };
    record(&test, &lease, late(1)).await;
    record(&test, &lease, late(2)).await;
    let raised = open(&test).await;
    assert_eq!(raised.len(), 1);
    let about = raised[0].delivery.clone().unwrap();
    assert_eq!(
        (raised[0].kind, about.entry),
        (AlarmKind::DeliveryLate, None)
    );
    assert_eq!(raised[0].payment_id.as_ref().unwrap().as_str(), "p1");
    let in_time = || DeliveryProgress {
        in_time: true,
        ..progress(2, vec![])
    };
    record(&test, &lease, in_time()).await;
    record(&test, &lease, in_time()).await;
    let resolved = test.last_alarm().await.resolution.unwrap();
    assert_eq!(
        (resolved.reason.as_str(), resolved.by),
        ("billing has all entries again", None)
    );
    record(&test, &lease, late(2)).await;
    assert_eq!(open(&test).await.len(), 1);
    assert_eq!(test.counts().await.unwrap().open_alarms, 1);
    test.check().await;
}

async fn undeliverable_entry_raises_one_alarm_and_holds_nothing_back(test: TestLedger) {
    pay(&test, 1).await;
    let lease = lease_all(&test).await;
    let told = || DeliveryProgress {
        alarms: vec![alarm(DeliveryAlarmKind::NotDeliverable, 1)],
        ..progress(1, vec![])
    };
    record(&test, &lease, told()).await;
    let released = test.release_deliveries(&lease.stream, lease.fencing_token);
    released.await.unwrap();
    let lease = lease_all(&test).await;
    record(&test, &lease, told()).await;
    assert_eq!(test.alarm_kinds().await, [AlarmKind::NotDeliverable]);
    assert_eq!(waits(&test).await, []);
    test.check().await;
}

async fn feed_of_alarms_raises_none(test: TestLedger) {
    pay(&test, 1).await;
    let lease = lease_at(&test, &alarms(), 0).await.unwrap();
    test.deliver(&crate::common::sale("p1", 9)).await;
    assert_eq!(test.alarm_kinds().await, [AlarmKind::SecondSale]);
    let mut told = parked(1, 1);
    told.alarms.push(alarm(DeliveryAlarmKind::Late, 1));
    told.in_time = true;
    assert_eq!(record(&test, &lease, told).await, Some(0));
    assert_eq!(test.alarm_kinds().await, [AlarmKind::SecondSale]);
    test.check().await;
    let skipped = test.skip_delivery(&alarms(), 1, "seen".into(), NOW).await;
    assert_eq!(skipped, Ok(()));
    let resolved = test.resolutions(None, 1).await.unwrap().remove(0);
    assert_eq!(resolved.reason, "alarm 1 is not delivered to billing: seen");
    assert_eq!((resolved.alarm_seq, resolved.payment_id), (None, None));
    test.check().await;
}

async fn status_counts_what_waits_and_parked_lanes_are_not_late(test: TestLedger) {
    for (number, time) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)] {
        let id: &'static str = format!("p{number}").leak();
        test.announce(id).await;
        let callback = crate::common::sale(id, number).callback();
        test.record_callback(callback, at(time)).await.unwrap();
    }
    let lease = lease_all(&test).await;
    let shown = async || {
        let status = status(&test).await;
        (
            status.cursor,
            status.last,
            status.waiting,
            status.parked,
            status.oldest,
        )
    };
    assert_eq!(shown().await, (0, 5, 0, 0, Some(at(1))));
    let of_another = Waiting {
        lane: "8".to_owned(),
        ..waiting(3, WaitingState::Waiting)
    };
    let mut told = parked(4, 1);
    told.waiting
        .extend([waiting(2, WaitingState::Waiting), of_another]);
    record(&test, &lease, told).await;
    assert_eq!(shown().await, (4, 5, 3, 1, Some(at(3))));
    record(&test, &lease, done(4, 3)).await;
    assert_eq!(shown().await, (4, 5, 2, 1, Some(at(5))));
    record(&test, &lease, progress(5, vec![])).await;
    assert_eq!(shown().await, (5, 5, 2, 1, None));
    let page = test.waiting_deliveries(&entries(), 1, 1).await.unwrap();
    assert_eq!(page, [waiting(2, WaitingState::Waiting)]);
}

pub(crate) fn receipt(operation_id: u64, receipt: &str) -> DeliveryReceipt {
    DeliveryReceipt {
        project_id: 1234.into(),
        operation_id: operation_id.into(),
        kind: EntryKind::Credit,
        receipt: receipt.to_owned(),
    }
}

pub(crate) async fn kept(ledger: &Ledger, operation_id: u64) -> Option<String> {
    let (project, operation) = (1234.into(), operation_id.into());
    let kept = ledger.delivery_receipt("billing", project, operation, EntryKind::Credit);
    kept.await.unwrap()
}

async fn last_receipt_of_an_entry_is_kept(test: TestLedger) {
    pay(&test, 2).await;
    let lease = lease_all(&test).await;
    let told = |cursor, receipts| DeliveryProgress {
        receipts,
        ..progress(cursor, vec![])
    };
    record(
        &test,
        &lease,
        told(1, vec![receipt(1, "70"), receipt(1, "71")]),
    )
    .await;
    record(&test, &lease, told(2, vec![receipt(2, "72")])).await;
    assert_eq!(kept(&test, 1).await.as_deref(), Some("71"));
    record(&test, &lease, told(2, vec![receipt(1, "73")])).await;
    assert_eq!(kept(&test, 1).await.as_deref(), Some("73"));
    assert_eq!(kept(&test, 2).await.as_deref(), Some("72"));
    let other = test.delivery_receipt("other", 1234.into(), 1.into(), EntryKind::Credit);
    assert_eq!(other.await, Ok(None));
    let refund = test.delivery_receipt("billing", 1234.into(), 1.into(), EntryKind::Refund);
    assert_eq!(refund.await, Ok(None));
    test.check().await;
}

async fn stream_that_a_service_begins_has_what_comes_before_its_first_lease(test: TestLedger) {
    pay(&test, 1).await;
    let streams = [entries(), alarms()];
    test.begin_deliveries(&streams).await.unwrap();
    test.pay("p2", 2).await;
    test.begin_deliveries(&streams).await.unwrap();
    let lease = lease_at(&test, &entries(), 0).await.unwrap();
    assert_eq!(lease.cursor, 1, "entry 2 is delivered");
    let lease = lease_at(&test, &alarms(), 0).await.unwrap();
    assert_eq!(lease.cursor, 0);
    test.check().await;
}

async fn lease_of_a_process_that_ended_lasts_only_where_others_use_the_store(test: TestLedger) {
    let lease = lease_at(&test, &entries(), 0).await.unwrap();
    test.begin_deliveries(&[entries()]).await.unwrap();
    let next = lease_at(&test, &entries(), 1).await;
    if test.is_shared() {
        assert_eq!(next, None);
        return;
    }
    assert!(next.unwrap().fencing_token > lease.fencing_token);
    assert_eq!(record(&test, &lease, progress(0, vec![])).await, None);
    // A stream that no worker sends is not touched.
    lease_at(&test, &alarms(), 0).await.unwrap();
    test.begin_deliveries(&[entries()]).await.unwrap();
    assert_eq!(lease_at(&test, &alarms(), 1).await, None);
}

async fn first_item_that_waits_of_a_lane_is_found_among_others(test: TestLedger) {
    pay(&test, 4).await;
    let lease = lease_all(&test).await;
    let of = |lane: &str, seq| Waiting {
        lane: lane.to_owned(),
        ..waiting(seq, WaitingState::Waiting)
    };
    let items = vec![of("8", 1), of("7", 3), of("7", 2), of("8", 4)];
    record(&test, &lease, progress(4, items)).await;
    for (stream, lane, first) in [
        (entries(), "8", Some(1)),
        (entries(), "7", Some(2)),
        (entries(), "9", None),
        (alarms(), "7", None),
    ] {
        assert_eq!(test.first_waiting(&stream, lane).await, Ok(first), "{lane}");
    }
}

async fn alarms_are_read_in_their_order(test: TestLedger) {
    for number in 1..=3 {
        let callback = crate::common::unusable(&format!(r#"{{"number": {number}}}"#));
        test.quarantine_unusable(callback, NOW).await.unwrap();
    }
    let seqs = async |after, limit| {
        let alarms = test.alarms_after(after, limit).await.unwrap();
        alarms.iter().map(|alarm| alarm.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 9).await, [1, 2, 3]);
    assert_eq!(seqs(1, 1).await, [2]);
    assert_eq!(seqs(3, 9).await, [0; 0]);
    assert_eq!(test.last_alarm().await.seq, 3);
}
