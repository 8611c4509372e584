//! A day that is being counted. Its sums are in memory, and small reads of what is new bring them up to date: no index knows
//! times, and a day may have hundreds of thousands of rows.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use jetpay_ledger::{Arrival, Error, EventStatus, Ledger, Millis};

use super::span::Span;
use super::sums::Sums;
use super::told::Told;

/// Rows of one read.
const PART: usize = 500;
/// A row that is stored so much later than one with a larger number is still found: clocks go back, and servers differ.
const MARGIN: i64 = 60 * 60 * 1000;
/// Callbacks of so many milliseconds are read again: in `PostgreSQL`, one that is being stored may still appear before them. One
/// whose transaction takes longer, or behind which more than a part came meanwhile, is counted after the next start only.
const UNSETTLED: i64 = 10_000;
/// The most callbacks without a payment that are asked for again. Those above are counted after the next start. One of the inbox
/// takes the place of one that a person called not ours: it is likelier to get a payment.
const MOST_WAITING: usize = 1_000;
/// So many of them are asked for at a time.
const ASKED: usize = 20;

/// What is counted of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) span: Span,
    pub(super) sums: Sums,
    pub(super) told: Told,
    /// The time up to which all is read; `None`: all of it is.
    pub(super) up_to: Option<Millis>,
}

/// How far rows of one kind are read.
struct Place {
    /// Up to this number, all is counted.
    seq: i64,
    /// The time of the last row of this day that is counted.
    time: Millis,
    has_more: bool,
}

/// A day that is being counted.
pub(super) struct Day {
    pub(super) span: Span,
    sums: Sums,
    settled: Told,
    tail: Told,
    /// The numbers of callbacks that had no payment when they were counted, and what they were then. It may be recorded later.
    waiting: VecDeque<(i64, EventStatus)>,
    entries: Place,
    callbacks: Place,
}

impl Day {
    /// A day of which all that follows these numbers is to be read.
    fn after(span: Span, last_entry: i64, last_callback: i64) -> Self {
        let place = |seq| Place {
            seq,
            time: span.begins,
            has_more: true,
        };
        Self {
            span,
            sums: Sums::default(),
            settled: Told::default(),
            tail: Told::default(),
            waiting: VecDeque::new(),
            entries: place(last_entry),
            callbacks: place(last_callback),
        }
    }

    /// Finds the first rows of a day. The last callbacks of the day before go on; without them, one part of it is read.
    pub(super) async fn begin(
        ledger: &Ledger,
        span: Span,
        before: Option<&Self>,
    ) -> Result<Self, Error> {
        let from = Millis(span.begins.0.saturating_sub(MARGIN));
        let last_callback = ledger.callbacks_before(from).await?;
        let mut day = Self::after(span, ledger.entries_before(from).await?, last_callback);
        if let Some(before) = before {
            day.settled.last = before.counted().told.last;
        } else {
            let part = i64::try_from(PART).unwrap_or(i64::MAX);
            let older = ledger.arrivals(last_callback.saturating_sub(part), PART);
            for arrival in older.await?.iter().filter(|it| it.seq <= last_callback) {
                day.settled.add(&span, arrival);
            }
        }
        Ok(day)
    }

    /// Reads a part of what is new.
    pub(super) async fn step(&mut self, ledger: &Ledger, now: Millis) -> Result<(), Error> {
        let movements = ledger.movements(self.entries.seq, PART).await?;
        let arrivals = ledger.arrivals(self.callbacks.seq, PART).await?;
        self.entries.has_more = movements.len() == PART;
        self.callbacks.has_more = arrivals.len() == PART;
        for movement in &movements {
            self.sums.add(&self.span, movement);
            self.entries.pass(&self.span, movement.seq, movement.time);
        }
        self.count(&arrivals, now);
        if self.is_behind() {
            return Ok(());
        }
        self.ask_again(ledger).await
    }

    /// Whether there is more to read.
    pub(super) const fn is_behind(&self) -> bool {
        self.entries.has_more || self.callbacks.has_more
    }

    /// Counts what has a payment by now. A callback that still has none is asked for again after the others.
    async fn ask_again(&mut self, ledger: &Ledger) -> Result<(), Error> {
        for _ in 0..self.waiting.len().min(ASKED) {
            let Some((seq, _)) = self.waiting.front().copied() else {
                break;
            };
            let read = ledger.arrivals(seq - 1, 1).await?;
            self.waiting.pop_front();
            let read: Vec<_> = read.into_iter().filter(|it| it.seq == seq).collect();
            self.settle(&read);
        }
        Ok(())
    }

    /// Counts callbacks for good, except those that wait for a payment, also when a person said that it is not ours.
    fn settle(&mut self, arrivals: &[Arrival]) {
        for arrival in arrivals {
            self.settled.add(&self.span, arrival);
            // One of another day will be no result of this one.
            if self.span.has(arrival.received_at) {
                self.wait_for(arrival.seq, arrival.outcome);
            }
        }
    }

    /// Remembers a callback that has no payment, if there is room.
    fn wait_for(&mut self, seq: i64, outcome: EventStatus) {
        let is_full = self.waiting.len() >= MOST_WAITING;
        match outcome {
            EventStatus::Unmatched if is_full => {
                let mut waiting = self.waiting.iter();
                let dismissed = waiting.position(|(_, it)| *it == EventStatus::Dismissed);
                let Some(dismissed) = dismissed else {
                    return;
                };
                self.waiting.remove(dismissed);
            }
            EventStatus::Unmatched => {}
            EventStatus::Dismissed if !is_full => {}
            _ => return,
        }
        self.waiting.push_back((seq, outcome));
    }

    /// Callbacks before the last seconds are counted for good; those of the last seconds are counted again next time.
    fn count(&mut self, arrivals: &[Arrival], now: Millis) {
        let edge = now.0 - UNSETTLED;
        let settled = arrivals.iter().take_while(|it| it.received_at.0 <= edge);
        // A part in which all is new would never come to an end.
        let settled = match settled.count() {
            0 if arrivals.len() == PART => PART,
            settled => settled,
        };
        let (settled, tail) = arrivals.split_at(settled);
        self.tail = Told::default();
        for arrival in tail {
            self.tail.add(&self.span, arrival);
        }
        self.settle(settled);
        for arrival in settled {
            let time = arrival.received_at;
            self.callbacks.pass(&self.span, arrival.seq, time);
        }
    }

    /// What is counted so far.
    pub(super) fn counted(&self) -> Counted {
        let mut told = self.settled.clone();
        told.merge(&self.tail);
        let behind = [&self.entries, &self.callbacks].into_iter();
        let behind = behind.filter(|place| place.has_more);
        Counted {
            span: self.span,
            sums: self.sums.clone(),
            told,
            up_to: behind.map(|place| place.time).min(),
        }
    }
}

impl Place {
    /// A row is counted.
    fn pass(&mut self, span: &Span, seq: i64, time: Millis) {
        self.seq = seq;
        if span.has(time) {
            self.time = self.time.max(time);
        }
    }
}
