//! Single rules of the queue.

use jetpay_ledger::{DeliveryAlarmKind, WaitingState};

use super::super::{Attempt, Need, READ_LIMIT};
use super::model::{Model, Step};

/// Answers of the model's receiver.
const ARRIVED: u8 = 0;
const NOT_CONNECTED: u8 = 20;
const AGAIN: u8 = 30;
const REFUSED: u8 = 40;
const GONE: u8 = 46;
const NOT_DELIVERABLE: u8 = 48;
const NOT_SENT: u8 = 52;
const DELIVERED: u8 = 255;

impl Model {
    /// Sends everything that may be sent, and answers it. Returns the numbers.
    fn send_all(&mut self, answer: impl Fn(i64) -> u8) -> Vec<i64> {
        let mut sent = Vec::new();
        while let Some(attempt) = self.send() {
            sent.push(attempt.seq);
            self.answer(attempt.seq, answer(attempt.seq));
        }
        sent
    }

    /// Records everything that can be recorded.
    fn record_all(&mut self) {
        self.record(Need::Renew);
        self.recorded(DELIVERED);
    }
}

#[test]
fn refused_item_is_parked_with_an_alarm_and_holds_back_its_lane_alone() {
    let mut model = Model::new(100, 5);
    model.read(READ_LIMIT);
    let (mut sent, mut rounds) = (Vec::new(), 0);
    while model.cursor < 100 {
        // The first item of lane 3.
        sent.extend(model.send_all(|seq| if seq == 3 { REFUSED } else { DELIVERED }));
        model.record_all();
        rounds += 1;
        assert!(rounds < 10, "the cursor stands at {}", model.cursor);
    }
    let of_lane_3 = |seq: &&i64| model.lane(**seq) == 3;
    assert_eq!(sent.iter().filter(of_lane_3).collect::<Vec<_>>(), [&3]);
    assert_eq!(
        sent.len(),
        100 - 5 - (13..100).step_by(10).filter(|seq| seq % 17 != 0).count()
    );
    assert!(model.rows.keys().all(|seq| model.lane(*seq) == 3));
    assert_eq!(model.rows[&3].state, WaitingState::Parked);
    assert_eq!(model.rows[&13].state, WaitingState::Waiting);
    assert_eq!(model.alarms, [(DeliveryAlarmKind::Parked, 3)]);
    model.now.0 += 365 * 24 * 3_600_000;
    assert!(model.send_all(|_| DELIVERED).is_empty(), "a person decides");
}

#[test]
fn alarm_of_a_refused_item_is_recorded_with_its_row() {
    let mut model = Model::new(100, 5);
    model.read(READ_LIMIT);
    let [slow, refused] = [(); 2].map(|()| model.send().expect("an item").seq);
    model.answer(refused, REFUSED);
    model.record_all();
    assert_eq!((model.cursor, model.alarms.len()), (slow - 1, 0));
    model.answer(slow, DELIVERED);
    model.record_all();
    assert_eq!(model.rows[&refused].state, WaitingState::Parked);
    assert_eq!(model.alarms, [(DeliveryAlarmKind::Parked, refused)]);
}

#[test]
fn failed_item_is_sent_again_after_its_pause_as_a_repeat_and_before_the_next_of_its_lane() {
    let mut model = Model::new(13, 5);
    model.read(READ_LIMIT);
    model.send_all(|seq| if seq == 3 { AGAIN } else { DELIVERED });
    model.record_all();
    assert_eq!((model.cursor, model.rows.len()), (13, 2));
    assert_eq!((model.rows[&3].attempts, model.rows[&13].attempts), (1, 0));
    assert_eq!(model.rows[&3].why.as_deref(), Some("busy"));
    model.now.0 += 6_999;
    assert_eq!(model.send(), None, "Retry-After says seven seconds");
    assert!(model.queue.wakes_at(model.now).unwrap() > model.now);
    model.now.0 += 1;
    let attempt = model.send().unwrap();
    assert_eq!((attempt.seq, attempt.is_repeat), (3, true));
    assert_eq!(model.send(), None);
    model.answer(3, DELIVERED);
    assert_eq!(
        model.send(),
        Some(Attempt {
            seq: 13,
            is_repeat: false
        })
    );
    model.answer(13, DELIVERED);
    model.record_all();
    assert!(model.rows.is_empty());
}

#[test]
fn item_is_a_repeat_only_after_an_attempt_that_may_have_arrived_whatever_comes_between() {
    for (answers, is_repeat) in [
        (&[NOT_CONNECTED][..], false),
        (&[NOT_SENT, NOT_CONNECTED, NOT_CONNECTED], false),
        // A person retries what was parked.
        (&[REFUSED], false),
        (&[NOT_CONNECTED, REFUSED, REFUSED], false),
        (&[ARRIVED], true),
        (&[AGAIN], true),
        (&[AGAIN, NOT_CONNECTED], true),
        (&[NOT_CONNECTED, ARRIVED, REFUSED], true),
    ] {
        let mut model = Model::new(1, 5);
        model.read(READ_LIMIT);
        for answer in answers {
            assert_eq!(model.send_all(|_| *answer), [1]);
            model.record_all();
            model.step(Step::Retry(0));
            model.record_all();
        }
        let attempt = model.send().unwrap();
        assert_eq!(attempt.is_repeat, is_repeat, "{answers:?}");
    }
}

#[test]
fn slow_item_becomes_a_row_after_a_second_which_a_crash_leaves_as_a_repeat() {
    let mut model = Model::new(16, 15);
    model.read(READ_LIMIT);
    let slow = model.send().unwrap().seq;
    model.send_all(|_| DELIVERED);
    model.now.0 += 100;
    model.record(Need::WhenDue);
    model.recorded(DELIVERED);
    assert_eq!(model.cursor, slow - 1);
    let wakes_at = model.queue.wakes_at(model.now).unwrap();
    assert_eq!(wakes_at.0 - model.now.0, 900);
    model.now = wakes_at;
    model.record(Need::WhenDue);
    model.recorded(DELIVERED);
    assert_eq!((model.cursor, model.rows.len()), (16, 1));
    assert_eq!((model.rows[&slow].attempts, model.sending.len()), (1, 1));
    model.step(Step::Crash(0));
    let attempt = model.send().unwrap();
    assert_eq!((attempt.seq, attempt.is_repeat), (slow, true));
}

#[test]
fn slow_attempt_that_did_not_arrive_is_no_repeat_when_its_end_is_seen() {
    let mut model = Model::new(1, 5);
    model.read(READ_LIMIT);
    model.send();
    model.now.0 += 1_000;
    model.record_all();
    assert!(model.rows[&1].may_be_there);
    model.answer(1, NOT_CONNECTED);
    model.record_all();
    assert!(!model.rows[&1].may_be_there);
}

#[test]
fn entries_of_all_others_are_delivered_although_120_of_1200_customers_fail_for_ever() {
    let mut model = Model::new(12_000, 2_400);
    let is_stuck = |seq: i64| seq % 20 == 1;
    for _ in 0..1_000 {
        model.read(READ_LIMIT);
        model.send_all(|seq| if is_stuck(seq) { AGAIN } else { DELIVERED });
        model.record_all();
        model.now.0 += 100;
    }
    let tried = model.rows.values().filter(|row| row.attempts > 0).count();
    assert_eq!((model.cursor, tried), (12_000, 120));
    assert!(model.rows.keys().all(|seq| is_stuck(*seq)));
}

#[test]
fn thousand_rows_of_one_customer_stop_no_other() {
    let mut model = Model::new(4_000, 5);
    for _ in 0..100 {
        model.read(READ_LIMIT);
        model.send_all(|seq| if seq % 2 == 0 { AGAIN } else { DELIVERED });
        model.record_all();
    }
    assert_eq!(model.cursor, 4_000);
    assert!(model.rows.len() > 1_800);
    assert!(model.rows.keys().all(|seq| model.lane(*seq) == 0));
}

#[test]
fn slow_item_becomes_a_row_when_the_window_is_full_and_the_others_go_on() {
    let mut model = Model::new(1_000, 999);
    let slow = 1;
    let mut rounds = 0;
    while model.arrived.len() < 900 {
        model.read(READ_LIMIT);
        while let Some(attempt) = model.send() {
            if attempt.seq != slow {
                model.answer(attempt.seq, DELIVERED);
            }
        }
        model.now.0 += 100;
        model.record(Need::WhenDue);
        model.recorded(DELIVERED);
        rounds += 1;
        assert!(rounds < 100, "{} arrived", model.arrived.len());
    }
    assert_eq!((model.rows.len(), model.rows[&slow].attempts), (1, 1));
    assert!(model.sending.iter().any(|attempt| attempt.seq == slow));
    model.answer(slow, DELIVERED);
    model.record_all();
    assert!(model.rows.is_empty());
}

#[test]
fn endpoint_that_is_down_gets_a_hundred_items_and_then_a_new_one_in_half_a_minute() {
    let mut model = Model::new(2_000, 1_999);
    let begun = model.now;
    let hour = begun.0 + 3_600_000;
    let mut tried = Vec::new();
    while model.now.0 < hour {
        model.read(READ_LIMIT);
        tried.extend(model.send_all(|_| NOT_CONNECTED));
        model.record_all();
        let wakes_at = model.queue.wakes_at(model.now).unwrap();
        assert!(model.now < wakes_at, "it wakes for nothing");
        model.now = wakes_at;
    }
    tried.sort_unstable();
    tried.dedup();
    assert!((200..=240).contains(&tried.len()), "{}", tried.len());
    assert!(
        model.alarms.contains(&(DeliveryAlarmKind::Late, 1)),
        "{:?}",
        model.alarms
    );
    assert_eq!(model.alarms.len(), 1, "it is raised once");
    model.run_until_all_is_delivered();
}

#[test]
fn endpoint_that_is_gone_is_left_alone_for_half_an_hour_with_an_alarm() {
    let mut model = Model::new(50, 49);
    model.read(READ_LIMIT);
    model.send();
    model.answer(1, GONE);
    assert_eq!(model.send(), None);
    model.record_all();
    assert_eq!(model.alarms, [(DeliveryAlarmKind::Late, 1)]);
    let until = model.queue.wakes_at(model.now).unwrap();
    assert_eq!(until.0 - model.now.0, 30 * 60 * 1000);
    model.now = until;
    let sent = model.send_all(|_| DELIVERED);
    assert_eq!(sent.first(), Some(&1));
    assert_eq!(sent.len(), 48, "two are of another project");
}

#[test]
fn item_that_the_receiver_does_not_know_raises_an_alarm_and_holds_nothing_back() {
    let mut model = Model::new(13, 5);
    model.read(READ_LIMIT);
    let sent = model.send_all(|seq| if seq == 3 { NOT_DELIVERABLE } else { DELIVERED });
    assert!(sent.contains(&13));
    model.record_all();
    assert_eq!((model.cursor, model.rows.len()), (13, 0));
    assert_eq!(model.alarms, [(DeliveryAlarmKind::NotDeliverable, 3)]);
}

#[test]
fn results_are_recorded_fifty_at_once_or_after_a_tenth_of_a_second() {
    let mut model = Model::new(1_000, 999);
    model.read(READ_LIMIT);
    for _ in 0..49 {
        let attempt = model.send().unwrap();
        model.answer(attempt.seq, DELIVERED);
    }
    assert!(model.queue.progress(model.now, Need::WhenDue).is_none());
    let wakes_at = model.queue.wakes_at(model.now).unwrap();
    assert_eq!(wakes_at.0 - model.now.0, 100);
    let attempt = model.send().unwrap();
    model.answer(attempt.seq, DELIVERED);
    let progress = model.queue.progress(model.now, Need::WhenDue).unwrap();
    assert_eq!(progress.cursor, attempt.seq);
    model.queue.recorded(true, model.now);
    let attempt = model.send().unwrap();
    model.answer(attempt.seq, DELIVERED);
    model.now.0 += 99;
    assert!(model.queue.progress(model.now, Need::WhenDue).is_none());
    model.now.0 += 1;
    assert!(model.queue.progress(model.now, Need::WhenDue).is_some());
}
