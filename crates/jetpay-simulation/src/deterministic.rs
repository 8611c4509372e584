//! What makes a run deterministic: virtual time, random numbers from the seed, and an ordered queue of events.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use fastrand::Rng;
use jetpay_core::id::PaymentId;
use jetpay_ledger::Millis;
use jetpay_server::environment::Environment;
use jiff::Timestamp;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Every run starts on 1 January 2026, 00:00 UTC. In milliseconds since 1970.
pub(crate) const START: i64 = 1_767_225_600_000;

/// The virtual time in milliseconds since 1970, and a counter for payment ids. All clones are the same clock.
#[derive(Clone)]
pub(crate) struct Clock {
    now: Arc<AtomicI64>,
    ids: Arc<AtomicI64>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            now: Arc::new(AtomicI64::new(START)),
            ids: Arc::default(),
        }
    }

    pub(crate) fn set(&self, now: i64) {
        self.now.store(now, Relaxed);
    }

    pub(crate) fn millis(&self) -> i64 {
        self.now.load(Relaxed)
    }
}

impl Environment for Clock {
    fn now(&self) -> Millis {
        Millis(self.millis())
    }

    fn fresh_payment_id(&self) -> PaymentId {
        let number = self.ids.fetch_add(1, Relaxed);
        PaymentId::new(format!("payment-{number:06}")).expect("an id")
    }
}

/// A clock that differs from the virtual clock by `skew` milliseconds.
#[derive(Clone)]
pub(crate) struct SkewedClock {
    pub(crate) clock: Clock,
    pub(crate) skew: i64,
}

impl Environment for SkewedClock {
    fn now(&self) -> Millis {
        Millis(self.clock.millis() + self.skew)
    }

    fn fresh_payment_id(&self) -> PaymentId {
        self.clock.fresh_payment_id()
    }
}

/// The moment in the format of the platform's messages.
pub(crate) fn platform_date(millis: i64) -> String {
    let moment = Timestamp::from_millisecond(millis).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// The moment in the format of a violation's history: `day  3 04:05:06.789`.
pub(crate) fn format_moment(millis: i64) -> String {
    let since = millis - START;
    let (day, rest) = (since / DAY, since % DAY);
    let (hour, minute, second) = (rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE / SECOND);
    let millisecond = rest % SECOND;
    format!("day {day:>2} {hour:02}:{minute:02}:{second:02}.{millisecond:03}")
}

/// Polls a future once. No runtime is needed: what waits for the store or the Gate is polled again after it was served.
pub(crate) fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// Random numbers. All of them follow from the seed.
pub(crate) struct Random(Rng);

impl Random {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// An independent source. What one source draws does not change what the other draws.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// True in `per_mille` of 1000 cases.
    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1000) < per_mille
    }

    pub(crate) fn between(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.i64(range)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end)
    }

    pub(crate) fn choose<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// One of the values. Each has the given weight.
    pub(crate) fn choose_weighted<T: Copy>(&mut self, values: &[(u32, T)]) -> T {
        let sum = values.iter().map(|(weight, _)| weight).sum();
        let mut at = self.0.u32(0..sum);
        for (weight, value) in values {
            if at < *weight {
                return *value;
            }
            at -= weight;
        }
        unreachable!("the number is less than the sum of the weights")
    }
}

/// Events in the order of time. Events of the same moment come out in the order in which they went in.
pub(crate) struct Queue<E> {
    heap: BinaryHeap<Reverse<(i64, u64, E)>>,
    number: u64,
}

impl<E: Ord> Default for Queue<E> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            number: 0,
        }
    }
}

impl<E: Ord> Queue<E> {
    pub(crate) fn put(&mut self, at: i64, event: E) {
        self.number += 1;
        self.heap.push(Reverse((at, self.number, event)));
    }

    pub(crate) fn next(&mut self) -> Option<(i64, E)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}
