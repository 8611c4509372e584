//! A store and a receiver beside a queue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jetpay_billing::{Delivery, Refusal};
use jetpay_ledger::{
    DeliveryAlarmKind, DeliveryLease, DeliveryProgress, DeliveryStream, Feed, Millis, Waiting,
    WaitingState,
};

use super::super::{Attempt, Need, NewItem, Outcome, Queue, READ_LIMIT, WINDOW};
use crate::deliver::Sent;

/// How many items may be sent at a time.
const PARALLEL: usize = 16;

/// One step of a run. The numbers choose among what is possible.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Send(u8),
    Finish(u8, u8),
    Read(u8),
    Record,
    Recorded(u8),
    Wait(u16),
    SetBack(u16),
    Retry(u8),
    Skip(u8),
    Crash(u8),
}

pub(super) struct Model {
    pub(super) queue: Queue,
    pub(super) now: Millis,
    lanes: i64,
    last: i64,
    /// What the store has.
    pub(super) cursor: i64,
    pub(super) rows: BTreeMap<i64, Waiting>,
    /// What a person skipped, or the receiver does not know.
    pub(super) skipped: BTreeSet<i64>,
    changes_of_people: bool,
    progress: Option<DeliveryProgress>,
    /// What is being sent.
    pub(super) sending: Vec<Attempt>,
    /// What the receiver has, and what it need not get.
    pub(super) arrived: BTreeSet<i64>,
    settled: BTreeSet<i64>,
    /// The last item of each lane that arrived for the first time.
    last_of: HashMap<i64, i64>,
    /// What was sent since it was recorded last: with results, and without.
    unrecorded: BTreeSet<i64>,
    /// What of it is being sent for the first time since.
    first: BTreeSet<i64>,
    /// What the receiver may have, as the store or the queue knows.
    may_be_there: BTreeSet<i64>,
    /// What was sent and not recorded when the last crash came, and how much of it was sent again.
    lost: BTreeSet<i64>,
    pub(super) alarms: Vec<(DeliveryAlarmKind, i64)>,
    /// The receiver does not know every 23rd item.
    pub(super) has_unknown: bool,
}

impl Model {
    pub(super) fn new(last: i64, lanes: i64) -> Self {
        let (now, rows) = (Millis(1_000_000), BTreeMap::new());
        Self {
            queue: queue(0, &rows, &BTreeSet::new(), now),
            now,
            lanes,
            last,
            cursor: 0,
            rows,
            skipped: BTreeSet::new(),
            changes_of_people: false,
            progress: None,
            sending: Vec::new(),
            arrived: BTreeSet::new(),
            settled: BTreeSet::new(),
            last_of: HashMap::new(),
            unrecorded: BTreeSet::new(),
            first: BTreeSet::new(),
            may_be_there: BTreeSet::new(),
            lost: BTreeSet::new(),
            alarms: Vec::new(),
            has_unknown: false,
        }
    }

    /// Items of a lane are not spread evenly: lane 0 has half of them.
    pub(super) fn lane(&self, seq: i64) -> i64 {
        if seq % 2 == 0 { 0 } else { seq % self.lanes }
    }

    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Send(times) => {
                for _ in 0..=times % 8 {
                    self.send();
                }
            }
            Step::Finish(which, answer) => self.finish(which, answer),
            Step::Read(part) => self.read(usize::from(part)),
            Step::Record => self.record(Need::WhenDue),
            Step::Recorded(result) => self.recorded(result),
            Step::Wait(ms) => self.now.0 += i64::from(ms) * 3,
            Step::SetBack(ms) => {
                let by = i64::from(ms) * 3;
                self.now.0 -= by;
                self.queue.clock_was_set_back(by);
            }
            Step::Retry(which) => self.person(which, false),
            Step::Skip(which) => self.person(which, true),
            Step::Crash(arrives) => self.crash(arrives),
        }
    }

    pub(super) fn read(&mut self, most: usize) {
        let Some(after) = self.queue.reads_after(self.now) else {
            return;
        };
        let most = most.min(READ_LIMIT);
        let to = self.last.min(after + i64::try_from(most).unwrap());
        let items = (after + 1..=to).map(|seq| NewItem {
            seq,
            // One in 17 is of another project.
            lane: (seq % 17 != 0).then(|| self.lane(seq).to_string().into()),
            time: Millis(1_000_000),
        });
        let items: Vec<_> = items.collect();
        self.settled
            .extend(items.iter().filter(|it| it.lane.is_none()).map(|it| it.seq));
        self.queue.add(items, self.now);
    }

    pub(super) fn send(&mut self) -> Option<Attempt> {
        let attempt = self.queue.next(self.now)?;
        let Attempt { seq, is_repeat } = attempt;
        assert!(
            self.sending.iter().all(|other| other.seq != seq),
            "{seq} is sent twice at a time"
        );
        let lane = self.lane(seq);
        let beside = self
            .sending
            .iter()
            .find(|other| self.lane(other.seq) == lane);
        assert!(
            beside.is_none(),
            "{seq} and {beside:?} of one lane are sent beside each other"
        );
        let may_be_there = self.may_be_there.contains(&seq);
        assert_eq!(is_repeat, may_be_there, "{seq} as a repeat");
        if self.unrecorded.insert(seq) {
            self.first.insert(seq);
        }
        self.sending.push(attempt);
        assert!(
            self.unrecorded.len() <= WINDOW,
            "{} are not recorded",
            self.unrecorded.len()
        );
        Some(attempt)
    }

    /// A request arrives.
    fn arrives(&mut self, seq: i64) {
        let is_unknown = self.has_unknown && seq % 23 == 0;
        if !is_unknown && self.arrived.insert(seq) {
            let last = self.last_of.insert(self.lane(seq), seq);
            assert!(last < Some(seq), "{seq} came after {last:?} of its lane");
        }
    }

    pub(super) fn finish(&mut self, which: u8, answer: u8) {
        if self.sending.is_empty() {
            return;
        }
        let attempt = self
            .sending
            .swap_remove(usize::from(which) % self.sending.len());
        self.answer(attempt.seq, answer);
    }

    pub(super) fn answer(&mut self, seq: i64, answer: u8) {
        self.sending.retain(|attempt| attempt.seq != seq);
        let is_first = self.first.remove(&seq);
        let again = |may_have_arrived, after: Option<u64>| Delivery::Again {
            may_have_arrived,
            why: "busy".to_owned(),
            after: after.map(Duration::from_secs),
        };
        let why = || "no".to_owned();
        let answer = match answer {
            _ if self.has_unknown && seq % 23 == 0 => 48,
            48..52 if self.has_unknown => 255,
            _ => answer,
        };
        let sent = match answer {
            // The answer is lost, or the request.
            0..20 => {
                self.arrives(seq);
                self.may_be_there.insert(seq);
                Sent::Sent(again(true, None))
            }
            20..30 => Sent::Sent(again(false, None)),
            30..40 => {
                self.may_be_there.insert(seq);
                Sent::Sent(again(true, Some(7)))
            }
            40..46 => Sent::Sent(Delivery::Refused {
                why: Refusal {
                    meaning: why(),
                    said: Some("Esenov".to_owned()),
                },
            }),
            46..48 => Sent::Sent(Delivery::Gone { why: why() }),
            48..52 => {
                self.settled.insert(seq);
                Sent::NotDeliverable(why())
            }
            52..54 => {
                if is_first {
                    self.unrecorded.remove(&seq);
                }
                return self.queue.finished(seq, Outcome::NotSent, self.now);
            }
            _ => {
                self.arrives(seq);
                Sent::Sent(Delivery::Delivered { receipt: None })
            }
        };
        self.queue
            .finished(seq, Outcome::Sent(sent, None), self.now);
    }

    pub(super) fn record(&mut self, need: Need) {
        if self.progress.is_some() {
            assert!(self.queue.progress(self.now, Need::All).is_none());
            return;
        }
        self.progress = self.queue.progress(self.now, need);
        let Some(progress) = &self.progress else {
            return;
        };
        // What is still being sent is not recorded by this.
        let is_sending = |seq: &i64| self.sending.iter().any(|it| it.seq == *seq);
        for row in &progress.waiting {
            let may_be_there = is_sending(&row.seq) || self.may_be_there.contains(&row.seq);
            assert_eq!(row.may_be_there, may_be_there, "{row:?}");
        }
        let cursor = progress.cursor;
        let later = |seq: &i64| *seq > cursor || is_sending(seq);
        let recorded: BTreeSet<i64> = self
            .unrecorded
            .iter()
            .filter(|it| !later(it))
            .copied()
            .collect();
        self.lost = recorded;
    }

    /// The result of a record: it may be lost, before or after the store has it.
    pub(super) fn recorded(&mut self, result: u8) {
        let Some(progress) = self.progress.take() else {
            return;
        };
        let recorded = std::mem::take(&mut self.lost);
        let (is_stored, is_known) = match result {
            0..16 => (false, false),
            16..32 => (true, false),
            _ => (true, true),
        };
        if is_stored {
            self.store(progress);
        }
        if is_known {
            let is_again = |seq: &i64| self.sending.iter().any(|it| it.seq == *seq);
            self.unrecorded
                .retain(|seq| !recorded.contains(seq) || is_again(seq));
        }
        self.queue.recorded(is_known, self.now);
        if is_known && std::mem::take(&mut self.changes_of_people) {
            self.reload();
        }
    }

    /// What the ledger does.
    fn store(&mut self, progress: DeliveryProgress) {
        assert!(progress.cursor >= self.cursor, "the cursor goes back");
        for seq in &progress.done {
            self.rows.remove(seq);
        }
        for row in progress.waiting {
            assert!(row.seq <= progress.cursor, "a row is behind the cursor");
            if row.seq > self.cursor || self.rows.contains_key(&row.seq) {
                self.rows.insert(row.seq, row);
            }
        }
        self.cursor = progress.cursor;
        let untold = progress.alarms.iter();
        let untold = untold.filter(|it| it.kind == DeliveryAlarmKind::NotDeliverable);
        self.skipped.extend(untold.map(|alarm| alarm.seq));
        let quotes = progress
            .alarms
            .iter()
            .find(|it| it.reason.contains("Esenov"));
        assert_eq!(quotes, None, "an alarm quotes the receiver");
        for alarm in progress.alarms {
            let row = self.rows.get(&alarm.seq);
            let is_parked = row.is_some_and(|row| row.state == WaitingState::Parked);
            if alarm.kind != DeliveryAlarmKind::Parked || is_parked {
                self.alarms.push((alarm.kind, alarm.seq));
            }
        }
        for (&seq, row) in &self.rows {
            let has_alarm = self.alarms.contains(&(DeliveryAlarmKind::Parked, seq));
            let is_parked = row.state == WaitingState::Parked;
            assert!(
                !is_parked || has_alarm,
                "nothing tells that {seq} is parked"
            );
        }
        for seq in 1..=self.cursor {
            let is_safe = self.arrived.contains(&seq) || self.settled.contains(&seq);
            assert!(is_safe || self.rows.contains_key(&seq), "{seq} is lost");
        }
    }

    /// A person retries or skips an item that waits.
    fn person(&mut self, which: u8, skips: bool) {
        let Some(&seq) = self
            .rows
            .keys()
            .nth(usize::from(which) % self.rows.len().max(1))
        else {
            return;
        };
        if skips {
            self.rows.remove(&seq);
            self.settled.insert(seq);
            self.skipped.insert(seq);
        } else if let Some(row) = self.rows.get_mut(&seq) {
            (row.state, row.due_at) = (WaitingState::Waiting, self.now);
        }
        self.changes_of_people = true;
    }

    /// The driver finishes, and leases anew.
    fn reload(&mut self) {
        while let Some(attempt) = self.sending.pop() {
            self.answer(attempt.seq, 255);
        }
        for round in 0.. {
            if self.queue.is_recorded() {
                break;
            }
            assert!(round < 2, "one record has everything");
            self.record(Need::All);
            self.recorded(255);
        }
        self.queue = queue(self.cursor, &self.rows, &self.skipped, self.now);
    }

    /// The service is killed. What is being sent arrives, or not, and no answer is seen.
    fn crash(&mut self, arrives: u8) {
        for (index, attempt) in std::mem::take(&mut self.sending).into_iter().enumerate() {
            if arrives >> (index % 8) & 1 == 1 {
                self.arrives(attempt.seq);
            }
        }
        if let Some(progress) = self.progress.take().filter(|_| arrives.is_multiple_of(2)) {
            self.store(progress);
        }
        self.lost.clear();
        // A lease of another server begins when the old one is over.
        self.now.0 += 60_000;
        // What is sent again is what was not recorded: at most a window.
        let again = self.arrived.iter().filter(|seq| **seq > self.cursor);
        let is_again = |seq: &&i64| self.rows.get(seq).is_some_and(|row| row.attempts == 0);
        let rows = self.arrived.iter().filter(is_again);
        let again = again.count() + rows.count();
        assert!(again <= WINDOW, "{again} are sent again");
        self.unrecorded.clear();
        self.first.clear();
        // What only the queue remembered is forgotten.
        let rows = self.rows.values().filter(|row| row.may_be_there);
        self.may_be_there = rows.map(|row| row.seq).collect();
        self.queue = queue(self.cursor, &self.rows, &self.skipped, self.now);
    }

    pub(super) fn run_until_all_is_delivered(&mut self) {
        for round in 0.. {
            assert!(round < 10_000, "the queue is stuck at {}", self.cursor);
            let is_done = self.cursor == self.last && self.rows.is_empty();
            if is_done {
                break;
            }
            self.read(READ_LIMIT);
            while self.send().is_some() {}
            while let Some(attempt) = self.sending.pop() {
                self.answer(attempt.seq, 255);
            }
            self.now.0 += 200;
            self.record(Need::WhenDue);
            self.recorded(255);
            if self.sending.is_empty() && round % 50 == 49 {
                self.now.0 += 24 * 60 * 60 * 1000;
                let parked = |row: &&mut Waiting| row.state == WaitingState::Parked;
                for row in self.rows.values_mut().filter(parked) {
                    row.state = WaitingState::Waiting;
                }
                self.reload();
            }
        }
        for seq in 1..=self.last {
            let is_settled = self.arrived.contains(&seq) || self.settled.contains(&seq);
            assert!(is_settled, "{seq} is lost");
        }
    }
}

fn queue(
    cursor: i64,
    rows: &BTreeMap<i64, Waiting>,
    skipped: &BTreeSet<i64>,
    now: Millis,
) -> Queue {
    let lease = DeliveryLease {
        stream: DeliveryStream {
            name: "billing".to_owned(),
            feed: Feed::Entries,
        },
        fencing_token: 1,
        cursor,
        changes: 0,
        waiting: rows.values().cloned().collect(),
        skipped: skipped.range(cursor + 1..).copied().collect(),
    };
    Queue::new(&lease, PARALLEL, now)
}
