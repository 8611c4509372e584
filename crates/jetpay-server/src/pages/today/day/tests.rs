use std::collections::BTreeMap;
use std::time::Instant;

use jetpay_core::message::Received;
use jetpay_core::signature::{Key, sign};
use jetpay_core::status::OperationType;
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_ledger::{CallbackOutcome, NewPayment};
use jetpay_platform::{CallbackKind, KASPI};
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::super::count::Count;
use super::super::span::tests::{at, span};
use super::*;

const MINUTE: i64 = 60_000;

fn day(span: Span) -> Day {
    Day::after(span, 0, 0)
}

fn arrival(seq: i64, received_at: Millis, lag: i64) -> Arrival {
    Arrival {
        seq,
        outcome: EventStatus::Noted,
        received_at,
        operation_type: Some(OperationType::Sale),
        operation_status: Some("decline".into()),
        code: Some("20105".into()),
        top_up: Some(("kaspi".into(), Millis(received_at.0 - lag))),
    }
}

#[test]
fn callback_of_the_day_before_is_the_last_one_of_its_method_and_no_result_of_this_day() {
    let span = span("2026-12-01T10:00:00Z", "UTC");
    let mut day = day(span);
    let time = Millis(span.begins.0 - 1);
    day.count(&[arrival(1, time, 0)], span.begins);
    let told = day.counted().told;
    assert_eq!(told.last["kaspi"], time);
    assert!(told.ended.is_empty() && told.codes.is_empty());
    let unmatched = Arrival {
        outcome: EventStatus::Unmatched,
        ..arrival(2, time, 0)
    };
    day.settle(&[unmatched]);
    assert!(day.waiting.is_empty());
}

#[test]
fn callback_of_the_inbox_takes_the_place_of_a_dismissed_one_and_of_no_other() {
    let span = span("2026-12-01T10:00:00Z", "UTC");
    let mut day = day(span);
    let most = i64::try_from(MOST_WAITING).unwrap();
    let mut settle = |seq, outcome| {
        let arrival = arrival(seq, span.begins, 0);
        day.settle(&[Arrival { outcome, ..arrival }]);
        let waiting = day.waiting.iter().map(|(seq, _)| *seq);
        waiting.collect::<Vec<_>>()
    };
    settle(1, EventStatus::Unmatched);
    settle(2, EventStatus::Dismissed);
    for seq in 3..=most {
        settle(seq, EventStatus::Unmatched);
    }
    let full: Vec<_> = (1..=most).collect();
    assert_eq!(settle(most + 1, EventStatus::Dismissed), full);
    let full: Vec<_> = (1..=most + 2)
        .filter(|seq| ![2, most + 1].contains(seq))
        .collect();
    for seq in [most + 2, most + 3] {
        assert_eq!(settle(seq, EventStatus::Unmatched), full);
    }
}

#[test]
fn callback_that_appears_late_with_a_smaller_number_is_counted_and_none_is_counted_twice() {
    let span = span("2026-12-01T10:00:00Z", "UTC");
    let now = at("2026-12-01T10:00:00Z");
    let mut day = day(span);
    let [old, new, late] = [(1, -60_000), (3, -2_000), (2, -3_000)]
        .map(|(seq, ago)| arrival(seq, Millis(now.0 + ago), 5_000));
    day.count(&[old, new.clone()], now);
    assert_eq!(day.callbacks.seq, 1);
    assert_eq!(day.counted().told.codes["20105"], 2);
    day.count(&[late.clone(), new.clone()], now);
    assert_eq!(day.counted().told.codes["20105"], 3);
    day.count(&[late, new], Millis(now.0 + MINUTE));
    assert_eq!(day.callbacks.seq, 3);
    day.count(&[], Millis(now.0 + MINUTE));
    let told = day.counted().told;
    assert_eq!(told.codes["20105"], 3);
    assert_eq!(told.ended[&("kaspi".to_owned(), 9)], (0, 3));
    assert_eq!(told.lags["kaspi"], BTreeMap::from([(50, 3)]));
}

#[test]
fn clock_that_goes_back_does_not_stop_the_count() {
    let span = span("2026-12-01T10:00:00Z", "UTC");
    let (then, now) = (at("2026-12-01T10:00:00Z"), at("2026-12-01T09:00:00Z"));
    let mut day = day(span);
    let last = i64::try_from(PART).unwrap();
    let part = u64::try_from(PART).unwrap();
    let many: Vec<_> = (1..=last).map(|seq| arrival(seq, then, 0)).collect();
    day.count(&many, now);
    assert_eq!(day.callbacks.seq, last);
    assert_eq!(day.counted().told.codes["20105"], part);
    // A payment that is announced after its result has no lag.
    let early = arrival(last + 1, Millis(then.0 + 1), -5_000);
    day.count(&[early], Millis(then.0 + MINUTE));
    let told = day.counted().told;
    assert_eq!(told.codes["20105"], part + 1);
    assert_eq!(told.lags["kaspi"], BTreeMap::from([(0, part)]));
}

#[test]
fn time_up_to_which_a_day_is_counted_is_that_of_the_rows_that_are_behind() {
    let span = span("2026-12-01T10:00:00Z", "UTC");
    let mut day = day(span);
    let late = Millis(span.begins.0 + MINUTE);
    day.count(&[arrival(1, late, 0)], Millis(span.ends.0));
    assert_eq!(day.counted().up_to, Some(span.begins), "no entry is read");
    day.entries.has_more = false;
    assert_eq!(day.counted().up_to, Some(late));
    day.callbacks.has_more = false;
    assert_eq!(day.counted().up_to, None);
}

/// A ledger, and the count of a process that runs.
struct Shop {
    ledger: Ledger,
    count: Count,
    _folder: TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            ledger: Ledger::open(&folder.path().join("ledger.db")).unwrap(),
            count: Count::new(TimeZone::UTC),
            _folder: folder,
        }
    }

    async fn payment(&self, id: &str, created_at: Millis) {
        let payment = NewPayment {
            id: id.try_into().unwrap(),
            project_id: 1.into(),
            method: "kaspi".into(),
            customer_id: "7123456789".try_into().unwrap(),
            contract_id: None,
            amount: Money::new(100, Currency::KZT),
            flags: Vec::new(),
            created_at,
        };
        self.ledger.record_payment(payment).await.unwrap();
    }

    async fn callback(
        &self,
        kind: CallbackKind,
        id: &str,
        minor: i64,
        now: Millis,
    ) -> CallbackOutcome {
        let amount = Money::new(minor, Currency::KZT);
        let callback = kind.callback(&KASPI, 1.into(), id, amount);
        let body = serde_json::to_vec(&callback).unwrap();
        let body = sign(&body, &Key::new("secret").unwrap()).unwrap();
        let keyring = Keyring::from(Project::new(1, "secret").unwrap());
        let received = Received::parse(&body).unwrap();
        let callback = received.authenticate(&keyring).unwrap().callback().unwrap();
        self.ledger.record_callback(callback, now).await.unwrap()
    }

    /// What the page shows at this time, and that of a process that starts then.
    async fn counted(&mut self, now: Millis) -> [Counted; 2] {
        let mut fresh = Count::new(TimeZone::UTC);
        let asked = Instant::now();
        for count in [&mut self.count, &mut fresh] {
            while count.step(&self.ledger, now).await {}
        }
        [&self.count, &fresh].map(|count| count.counted(asked).unwrap().unwrap())
    }
}

#[tokio::test]
async fn callbacks_of_the_inbox_count_once_they_have_a_payment_as_after_a_start() {
    let mut shop = Shop::new();
    let now = at("2026-12-01T10:00:00Z");
    let then = Millis(now.0 - MINUTE);
    for id in ["imported", "dismissed", "foreign"] {
        let outcome = shop.callback(CallbackKind::Decline, id, 100, then).await;
        assert_eq!(outcome, CallbackOutcome::Unmatched, "{id}");
    }
    shop.callback(CallbackKind::Success, "credited", 100, then)
        .await;
    let [running, fresh] = shop.counted(now).await;
    assert_eq!((&running, running.told.ended.len()), (&fresh, 0));
    let ids = ["dismissed", "foreign", "credited"].map(|id| id.try_into().unwrap());
    for id in &ids[..2] {
        let dismissed = shop
            .ledger
            .dismiss_unmatched(id, "not ours".into(), now)
            .await;
        assert_eq!(dismissed.unwrap(), 1);
    }
    let [running, fresh] = shop.counted(now).await;
    assert_eq!((&running, running.told.ended.len()), (&fresh, 0));
    for id in ["imported", "dismissed"] {
        shop.payment(id, Millis(then.0 - MINUTE)).await;
    }
    let amount = Money::new(100, Currency::KZT);
    let customer = "7123456789".try_into().unwrap();
    let credit = shop
        .ledger
        .credit_unmatched(&ids[2], customer, amount, false, "ours".into(), now);
    credit.await.unwrap();
    let [running, fresh] = shop.counted(now).await;
    assert_eq!(running, fresh);
    assert_eq!(running.told.codes.values().sum::<u64>(), 2, "{running:?}");
    let ended = running.told.ended.values();
    assert_eq!(ended.copied().collect::<Vec<_>>(), [(0, 2), (1, 0)]);
    assert_eq!(running.told.lags["kaspi"], BTreeMap::from([(600, 2)]));
    assert_eq!(
        running.told.lags.len(),
        1,
        "who credits an inbox waited for nothing"
    );
}

#[tokio::test]
async fn callbacks_that_do_not_fit_their_payment_are_no_results() {
    let mut shop = Shop::new();
    let now = at("2026-12-01T10:00:00Z");
    shop.payment("a", now).await;
    let outcome = shop.callback(CallbackKind::Success, "a", 90, now).await;
    assert_eq!(outcome, CallbackOutcome::Quarantined);
    for now in [now, Millis(now.0 + MINUTE)] {
        let [running, fresh] = shop.counted(now).await;
        assert_eq!(running, fresh);
        assert_eq!(running.told, Told::default());
    }
}

#[tokio::test]
async fn first_page_after_midnight_is_that_of_a_process_that_starts_then() {
    let mut shop = Shop::new();
    let midnight = at("2026-12-02T00:00:00Z");
    let [before, after] = [-1, 1].map(|ms| Millis(midnight.0 + ms));
    for (id, kind) in [("a", CallbackKind::Success), ("b", CallbackKind::Decline)] {
        shop.payment(id, before).await;
        shop.callback(kind, id, 100, before).await;
    }
    shop.callback(CallbackKind::Decline, "waits", 100, before)
        .await;
    let [running, fresh] = shop.counted(before).await;
    assert_eq!(running, fresh);
    assert_eq!((running.sums.entries, running.told.ended.len()), (1, 1));
    let [running, fresh] = shop.counted(midnight).await;
    assert_eq!(running, fresh);
    assert_eq!((running.sums.entries, running.told.ended.len()), (0, 0));
    assert_eq!(running.span.begins, midnight);
    assert_eq!(running.told.last["kaspi"], before);
    // What waits since the day before is no result of this day.
    shop.payment("waits", before).await;
    shop.callback(CallbackKind::Refund, "a", 100, after).await;
    let [running, fresh] = shop.counted(Millis(midnight.0 + MINUTE)).await;
    assert_eq!(running, fresh);
    assert_eq!((running.sums.entries, running.told.ended.len()), (1, 0));
    assert_eq!(running.told.last["kaspi"], after);
}
