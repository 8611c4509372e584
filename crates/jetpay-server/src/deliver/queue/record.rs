//! What of the queue is recorded, and when.

use std::collections::BTreeSet;
use std::time::Duration;

use jetpay_ledger::{
    DeliveryAlarm, DeliveryAlarmKind, DeliveryProgress, DeliveryReceipt, Millis, WaitingState,
};

use super::{AFTER_FAILURE, Queue, READ_BELOW, RECORD_AT, WINDOW, after};

/// How old the oldest item may be that is not delivered. Parked items, and those behind them, wait for a person and do not
/// count.
const LATE: Duration = Duration::from_secs(15 * 60);

/// How much must be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// What is due.
    WhenDue,
    /// Something, since that renews the lease.
    Renew,
    /// Everything that was sent, because nothing more will be.
    All,
}

/// What is being recorded: until that is known to be done, it must not be forgotten.
pub(super) struct Recording {
    /// The cursor.
    cursor: i64,
    /// What was sent.
    pub(super) sent: BTreeSet<i64>,
    done: Vec<i64>,
    changed: BTreeSet<i64>,
    receipts: Vec<DeliveryReceipt>,
    alarms: Vec<DeliveryAlarm>,
}

impl Queue {
    /// What to record now; `None` while that can wait, or while something is being recorded.
    /// [`recorded`](Self::recorded) must follow.
    pub fn progress(&mut self, now: Millis, need: Need) -> Option<DeliveryProgress> {
        if self.recording.is_some() {
            return None;
        }
        let renews = need != Need::WhenDue;
        let is_full = need == Need::All || self.is_full();
        let record_at = self.record_at.into_iter().chain(self.slow_at()).min();
        let has_waited = record_at.is_some_and(|at| at <= now);
        let is_due = renews || is_full || has_waited || self.unrecorded.len() >= RECORD_AT;
        if !is_due {
            return None;
        }
        let cursor = self.move_cursor(is_full, now);
        let has_some = cursor > self.cursor
            || !self.done.is_empty()
            || self.alarms.iter().any(|alarm| has_row(alarm, cursor))
            || self.changed.first().is_some_and(|seq| *seq <= cursor);
        self.record_at = None;
        if !has_some && !renews {
            return None;
        }
        let in_time = self.look_for_lateness(now);
        let beyond = cursor.saturating_add(1);
        let (alarms, later_alarms) = std::mem::take(&mut self.alarms)
            .into_iter()
            .partition(|alarm| has_row(alarm, cursor));
        self.alarms = later_alarms;
        let later = (
            self.unrecorded.split_off(&beyond),
            self.changed.split_off(&beyond),
        );
        let recording = Recording {
            cursor,
            sent: std::mem::replace(&mut self.unrecorded, later.0),
            done: std::mem::take(&mut self.done),
            changed: std::mem::replace(&mut self.changed, later.1),
            receipts: std::mem::take(&mut self.receipts),
            alarms,
        };
        let waiting = recording.changed.iter();
        let waiting = waiting.filter_map(|seq| self.opens.get(seq)?.waiting(*seq));
        let progress = DeliveryProgress {
            cursor,
            done: recording.done.clone(),
            waiting: waiting.collect(),
            receipts: recording.receipts.clone(),
            alarms: recording.alarms.clone(),
            in_time,
        };
        self.recording = Some(recording);
        Some(progress)
    }

    /// Whether the progress was recorded. If not, or if that is not known, the next one has all of it again.
    pub fn recorded(&mut self, is_recorded: bool, now: Millis) {
        let Some(recording) = self.recording.take() else {
            return;
        };
        if is_recorded {
            self.cursor = recording.cursor;
            return;
        }
        self.unrecorded.extend(recording.sent);
        self.done.extend(recording.done);
        let still_open = |seq: &i64| self.opens.contains_key(seq);
        self.changed
            .extend(recording.changed.into_iter().filter(still_open));
        self.receipts.splice(0..0, recording.receipts);
        self.alarms.splice(0..0, recording.alarms);
        self.record_from = after(now, AFTER_FAILURE);
        self.record_within(AFTER_FAILURE, now);
    }

    /// Whether all results are recorded.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.beyond() == 0 && self.changed.is_empty() && self.done.is_empty()
    }

    /// Whether nothing more can be sent or read until the cursor moves: an item that takes long holds it back.
    fn is_full(&self) -> bool {
        let is_stuck = self.fresh.len() >= READ_BELOW && self.lanes.ready.is_empty();
        self.beyond() >= WINDOW || is_stuck
    }

    /// How far the cursor can go. Items behind a row of their lane become rows, and so do slow ones. If the queue is full, so
    /// does every item up to the last one that was sent: what waits for its turn must not stop the others.
    fn move_cursor(&mut self, is_full: bool, now: Millis) -> i64 {
        let sending = self.opens.iter().rev().find(|(_, open)| open.is_sending());
        let sent = sending.map(|(seq, _)| seq).max(self.unrecorded.last());
        let sent = sent.copied().filter(|_| is_full).unwrap_or(i64::MIN);
        while let Some(&seq) = self.fresh.first() {
            let first = self.lanes.first(&self.opens[&seq]);
            let is_behind_row =
                first != Some(seq) && first.is_some_and(|first| self.opens[&first].row.is_some());
            let is_slow = self.slow_at().is_some_and(|at| at <= now);
            if !is_behind_row && !is_slow && seq > sent {
                return seq - 1;
            }
            self.lanes.ready.remove(&seq);
            self.waits(seq, WaitingState::Waiting, now, None, now);
        }
        self.read_to
    }

    /// Raises the alarm when the oldest item is late, once until it is in time again. Returns whether it is in time.
    fn look_for_lateness(&mut self, now: Millis) -> bool {
        let waits = |open: &&super::Open| !self.lanes.is_parked(open, &self.opens);
        let oldest = (self.opens.iter())
            .filter(|(_, open)| waits(open))
            .min_by_key(|(_, open)| open.time);
        let late = oldest.filter(|(_, open)| after(open.time, LATE) <= now);
        let Some((&seq, open)) = late else {
            self.is_late = false;
            return self.has_read && !self.is_paused(now);
        };
        if !self.is_late {
            self.is_late = true;
            let why = open.row.as_ref().and_then(|row| row.meaning.clone());
            let why = why.unwrap_or_else(|| "it could not be sent in time".to_owned());
            self.alarm(DeliveryAlarmKind::Late, seq, why);
        }
        false
    }
}

/// Whether an alarm can be raised when the cursor is there. A parked item has one with its row, which comes when the cursor passes
/// it: before that, nothing in the ledger says that it is parked.
fn has_row(alarm: &DeliveryAlarm, cursor: i64) -> bool {
    alarm.kind != DeliveryAlarmKind::Parked || alarm.seq <= cursor
}
