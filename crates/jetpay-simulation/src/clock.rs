//! Virtual time, and what the shop takes from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use jetpay_core::id::PaymentId;
use jetpay_ledger::Millis;
use jetpay_server::merchant::Environment;
use jiff::Timestamp;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Every run begins with the year 2026.
pub(crate) const START: i64 = 1_767_225_600_000;

/// The time, in milliseconds since 1970, and ids that count. All clones are the same clock.
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

/// The moment as the platform writes it.
pub(crate) fn written(millis: i64) -> String {
    let moment = Timestamp::from_millisecond(millis).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// A moment of the run for people: `day 3 04:05:06.789`.
pub(crate) fn shown(millis: i64) -> String {
    let since = millis - START;
    let (day, rest) = (since / DAY, since % DAY);
    let (hour, minute, second) = (rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE / SECOND);
    let millisecond = rest % SECOND;
    format!("day {day:>2} {hour:02}:{minute:02}:{second:02}.{millisecond:03}")
}
