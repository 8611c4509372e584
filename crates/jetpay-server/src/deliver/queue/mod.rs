//! The queue of a leased stream: what is sent next, what is recorded and when. Pure: it does no I/O and reads no clock.
//!
//! Items come in the order of their `seq`. Those of one lane (a customer) are sent one after the other, lanes beside each
//! other. The cursor passes an item that is delivered, or that is recorded as a row: a row waits to be sent again, or is
//! parked until a person decides, or waits behind another row of its lane. At most [`WINDOW`] items are sent, or being sent,
//! beyond what is recorded; so at most that many are sent again after a crash. An item that takes long becomes a row before its
//! end.

mod item;
mod lanes;
mod probing;
mod record;
mod retry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jetpay_billing::{Delivery, Refusal};
use jetpay_ledger::{
    DeliveryAlarm, DeliveryAlarmKind, DeliveryLease, DeliveryReceipt, Millis, WaitingState,
};

use super::Sent;
pub use item::NewItem;
use item::{Open, Row};
use lanes::Lanes;
use probing::Probing;
pub use record::Need;
use record::Recording;
pub(super) use retry::after;

/// The most items that are sent, or being sent, beyond what is recorded.
pub const WINDOW: usize = 100;
/// The lanes that are sent again and again from which on new items are [probes](Probing): the endpoint may be down.
const MOST_RETRYING: usize = 100;
/// The items behind the cursor below which the stream reads on.
const READ_BELOW: usize = 200;
/// The items that one read may give.
pub const READ_LIMIT: usize = 200;
/// How many results are recorded at once, and how long the first of them may wait for others.
const RECORD_AT: usize = 50;
const RECORD_AFTER: Duration = Duration::from_millis(100);
/// How long an attempt may hold the cursor back.
const SLOW: Duration = Duration::from_secs(1);
/// The pause after a record that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The same for a cursor that only passed items which the endpoint does not get.
const PASSED_AFTER: Duration = Duration::from_secs(1);

type Opens = BTreeMap<i64, Open>;

/// The queue of a leased stream.
pub struct Queue {
    /// How many items may be sent at a time.
    parallel: usize,
    /// Everything up to here was read.
    read_to: i64,
    /// The cursor as recorded.
    cursor: i64,
    /// The items that were read or left by an earlier lease, and are not delivered.
    opens: Opens,
    /// Those of them that are no rows: the cursor stays before the first.
    fresh: BTreeSet<i64>,
    /// Those behind the cursor that are not sent.
    skipped: BTreeSet<i64>,
    lanes: Lanes,
    /// Those that are being sent and were never sent before.
    new: BTreeSet<i64>,
    probing: Probing,
    sending: usize,
    /// The endpoint is gone until then.
    paused_until: Option<Millis>,

    /// What was sent, and whose result is not recorded.
    unrecorded: BTreeSet<i64>,
    /// Rows that no longer wait, and rows that are new or changed.
    done: Vec<i64>,
    changed: BTreeSet<i64>,
    receipts: Vec<DeliveryReceipt>,
    alarms: Vec<DeliveryAlarm>,
    recording: Option<Recording>,
    /// When to record, if anything is worth it then; not before the second time.
    record_at: Option<Millis>,
    record_from: Millis,
    /// Whether the alarm about lateness was raised.
    is_late: bool,
    /// Whether anything was read: before that, nothing is known about being in time.
    has_read: bool,
}

/// An item to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its `seq`.
    pub seq: i64,
    /// Whether the receiver may have it from before, as far as is recorded or remembered.
    pub is_repeat: bool,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver's answer, or that it cannot be told of it.
    Sent(Sent, Option<DeliveryReceipt>),
    /// The item could not be read from the store: nothing was sent.
    NotSent,
}

impl Outcome {
    /// Whether the receiver may have the item from this attempt.
    fn may_be_there(&self) -> bool {
        let Self::Sent(Sent::Sent(delivery), _) = self else {
            return false;
        };
        matches!(
            delivery,
            Delivery::Again {
                may_have_arrived: true,
                ..
            }
        )
    }

    /// Whether the item was delivered; `None` if that says nothing about other items.
    fn is_delivered(&self) -> Option<bool> {
        let Self::Sent(Sent::Sent(delivery), _) = self else {
            return None;
        };
        match delivery {
            Delivery::Delivered { .. } => Some(true),
            Delivery::Again { .. } | Delivery::Gone { .. } => Some(false),
            Delivery::Refused { .. } => None,
        }
    }
}

impl Queue {
    /// The queue of a stream that was leased now. `parallel`: how many items may be sent at a time.
    #[must_use]
    pub fn new(lease: &DeliveryLease, parallel: usize, now: Millis) -> Self {
        let mut queue = Self {
            parallel,
            read_to: lease.cursor,
            cursor: lease.cursor,
            opens: Opens::new(),
            fresh: BTreeSet::new(),
            skipped: lease.skipped.iter().copied().collect(),
            lanes: Lanes::default(),
            new: BTreeSet::new(),
            probing: Probing::new(now),
            sending: 0,
            paused_until: None,
            unrecorded: BTreeSet::new(),
            done: Vec::new(),
            changed: BTreeSet::new(),
            receipts: Vec::new(),
            alarms: Vec::new(),
            recording: None,
            record_at: None,
            record_from: now,
            is_late: false,
            has_read: false,
        };
        for waiting in &lease.waiting {
            queue.opens.insert(waiting.seq, Open::stored(waiting, now));
            queue.lanes.push(waiting.seq, &queue.opens);
        }
        queue
    }

    /// After which item to read on, up to [`READ_LIMIT`] items; `None` while there is enough to do, or the endpoint is down.
    #[must_use]
    pub fn reads_after(&self, now: Millis) -> Option<i64> {
        let wants = self.fresh.len() < READ_BELOW && self.takes_new(now) && !self.is_paused(now);
        wants.then_some(self.read_to)
    }

    /// Adds what was read, in the order of `seq`.
    pub fn add(&mut self, items: impl IntoIterator<Item = NewItem>, now: Millis) {
        for item in items {
            self.read_to = self.read_to.max(item.seq);
            let lane = item.lane.filter(|_| !self.skipped.contains(&item.seq));
            match lane {
                Some(lane) => {
                    self.opens.insert(item.seq, Open::new(lane, item.time));
                    self.fresh.insert(item.seq);
                    self.lanes.push(item.seq, &self.opens);
                }
                None => self.record_within(PASSED_AFTER, now),
            }
        }
        self.has_read = true;
    }

    /// The next item to send. Its [`Outcome`] goes to [`finished`](Self::finished).
    pub fn next(&mut self, now: Millis) -> Option<Attempt> {
        if self.sending >= self.parallel || self.beyond() >= WINDOW || self.is_paused(now) {
            return None;
        }
        let due = self.lanes.due.first().filter(|(due_at, _)| *due_at <= now);
        let seq = if let Some(&(due_at, seq)) = due {
            self.lanes.due.remove(&(due_at, seq));
            seq
        } else if self.takes_new(now) {
            let seq = self.lanes.ready.pop_first()?;
            if self.has_many_retrying() {
                self.probing.sends(seq);
            }
            self.new.insert(seq);
            seq
        } else {
            return None;
        };
        let open = self.opens.get_mut(&seq)?;
        open.sending_since = Some(now);
        let is_repeat = open.may_be_there;
        open.attempts = open.attempts.saturating_add(1);
        self.sending += 1;
        Some(Attempt { seq, is_repeat })
    }

    /// An attempt has ended.
    pub fn finished(&mut self, seq: i64, outcome: Outcome, now: Millis) {
        self.sending -= 1;
        let Some(open) = self.opens.get_mut(&seq) else {
            return;
        };
        open.sending_since = None;
        open.may_be_there |= outcome.may_be_there();
        if self.new.remove(&seq) {
            self.probing.ended(seq, outcome.is_delivered(), now);
        }
        if outcome != Outcome::NotSent {
            self.unrecorded.insert(seq);
        }
        match outcome {
            Outcome::Sent(Sent::NotDeliverable(reason), _) => {
                self.alarm(DeliveryAlarmKind::NotDeliverable, seq, reason);
                self.is_done(seq);
            }
            Outcome::Sent(Sent::Sent(delivery), receipt) => match delivery {
                Delivery::Delivered { .. } => {
                    self.receipts.extend(receipt);
                    self.is_done(seq);
                }
                Delivery::Again {
                    why, after: asked, ..
                } => {
                    let due_at = retry::again_at(now, seq, open.attempts, asked);
                    self.waits(seq, WaitingState::Waiting, due_at, Some(why.into()), now);
                }
                Delivery::Refused { why } => {
                    self.alarm(DeliveryAlarmKind::Parked, seq, why.meaning.clone());
                    self.waits(seq, WaitingState::Parked, now, Some(why), now);
                }
                Delivery::Gone { why } => {
                    let until = after(now, retry::GONE);
                    self.paused_until = Some(until);
                    self.is_late = true;
                    self.alarm(DeliveryAlarmKind::Late, seq, why.clone());
                    self.waits(seq, WaitingState::Waiting, until, Some(why.into()), now);
                }
            },
            Outcome::NotSent => {
                open.attempts = open.attempts.saturating_sub(1);
                let due_at = after(now, Duration::from_secs(1));
                self.waits(seq, WaitingState::Waiting, due_at, None, now);
            }
        }
        self.record_within(RECORD_AFTER, now);
    }

    /// When [`next`](Self::next) or [`progress`](Self::progress) may have something, if no attempt ends earlier.
    #[must_use]
    pub fn wakes_at(&self, now: Millis) -> Option<Millis> {
        let is_full = self.sending >= self.parallel || self.beyond() >= WINDOW;
        let due = self.lanes.due.first().filter(|_| !is_full);
        let paused = self.paused_until.filter(|until| now < *until);
        let due = due.map(|(due_at, _)| paused.map_or(*due_at, |until| until.max(*due_at)));
        let record_at = self.record_at.into_iter().chain(self.slow_at()).min();
        let record_at = record_at.filter(|_| self.recording.is_none());
        let record_at = record_at.map(|at| at.max(self.record_from));
        let probe_at = self.probing.opens_at();
        let probe_at = probe_at.filter(|at| now < *at && self.has_many_retrying());
        let times = [due, record_at, paused, probe_at];
        times.into_iter().flatten().min()
    }

    /// Whether the item is not delivered yet.
    #[must_use]
    pub fn is_open(&self, seq: i64) -> bool {
        self.opens.contains_key(&seq)
    }

    /// Whether no attempt is going on.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.sending == 0
    }

    /// Whether something is being recorded.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// How many items are sent, or being sent, beyond what is recorded.
    #[must_use]
    pub fn beyond(&self) -> usize {
        let recording = self.recording.as_ref();
        let recording = recording.map_or(0, |recording| recording.sent.len());
        self.sending + self.unrecorded.len() + recording
    }

    /// The clock was set back by so many milliseconds: pauses end when they would have ended, and what waits stays as old.
    pub fn clock_was_set_back(&mut self, by: i64) {
        let set_back = |at: Millis| Millis(at.0.saturating_sub(by));
        self.paused_until = self.paused_until.map(set_back);
        self.record_at = self.record_at.map(set_back);
        self.record_from = set_back(self.record_from);
        self.probing.clock_was_set_back(by);
        self.lanes.due = (self.lanes.due.iter())
            .map(|(due_at, seq)| (set_back(*due_at), *seq))
            .collect();
        for open in self.opens.values_mut() {
            open.time = set_back(open.time);
            open.sending_since = open.sending_since.map(set_back);
            if let Some(row) = &mut open.row {
                row.due_at = set_back(row.due_at);
            }
        }
    }

    fn is_paused(&self, now: Millis) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }

    /// Whether items are sent that were never sent before.
    fn takes_new(&self, now: Millis) -> bool {
        !self.has_many_retrying() || self.probing.allows(now)
    }

    fn has_many_retrying(&self) -> bool {
        self.lanes.retrying >= MOST_RETRYING
    }

    /// When the item that holds the cursor back becomes a row, if it is being sent.
    fn slow_at(&self) -> Option<Millis> {
        let first = self.opens.get(self.fresh.first()?)?;
        Some(after(first.sending_since?, SLOW))
    }

    /// The item no longer waits.
    fn is_done(&mut self, seq: i64) {
        self.fresh.remove(&seq);
        self.changed.remove(&seq);
        let Some(open) = self.opens.remove(&seq) else {
            return;
        };
        if open.row.is_some() {
            self.done.push(seq);
        }
        self.lanes.pop(&open, &self.opens);
    }

    /// The item waits as a row.
    fn waits(
        &mut self,
        seq: i64,
        state: WaitingState,
        due_at: Millis,
        why: Option<Refusal>,
        now: Millis,
    ) {
        let Some(open) = self.opens.get_mut(&seq) else {
            return;
        };
        let before = open.row.take();
        let since = before.as_ref().map_or(now, |row| row.since);
        let (why, meaning) = match why {
            Some(why) => (Some(why.to_string()), Some(why.meaning)),
            None => before.map_or((None, None), |row| (row.why, row.meaning)),
        };
        open.row = Some(Row {
            state,
            since,
            due_at,
            why,
            meaning,
        });
        self.changed.insert(seq);
        self.fresh.remove(&seq);
        let lane = Arc::clone(&open.lane);
        self.lanes.settle(&lane, &self.opens);
    }

    fn alarm(&mut self, kind: DeliveryAlarmKind, seq: i64, reason: String) {
        self.alarms.push(DeliveryAlarm { kind, seq, reason });
    }

    fn record_within(&mut self, pause: Duration, now: Millis) {
        let at = after(now, pause);
        self.record_at = Some(self.record_at.map_or(at, |before| before.min(at)));
    }
}
