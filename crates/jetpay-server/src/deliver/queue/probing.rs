//! New items while many are sent again and again: is it these items, or is the endpoint down?

use std::time::Duration;

use jetpay_ledger::Millis;

use super::after;

/// The pause after a new item that failed. It doubles with each probe that fails, up to the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// What the last new items say about the endpoint. What is sent again says nothing: some of it may fail for ever.
pub(super) struct Probing {
    /// The last one was delivered.
    is_open: bool,
    /// The new item that is being sent to find out.
    probe: Option<i64>,
    /// When the next one may be sent, and the pause before it.
    at: Millis,
    pause: Duration,
}

impl Probing {
    pub(super) fn new(now: Millis) -> Self {
        Self {
            is_open: false,
            probe: None,
            at: now,
            pause: FIRST,
        }
    }

    /// Whether a new item may be sent.
    pub(super) fn allows(&self, now: Millis) -> bool {
        self.is_open || self.probe.is_none() && self.at <= now
    }

    /// When one may be sent, if only time must pass.
    pub(super) fn opens_at(&self) -> Option<Millis> {
        (!self.is_open && self.probe.is_none()).then_some(self.at)
    }

    /// The clock was set back by so many milliseconds.
    pub(super) fn clock_was_set_back(&mut self, by: i64) {
        self.at = Millis(self.at.0.saturating_sub(by));
    }

    /// A new item is being sent although many fail.
    pub(super) fn sends(&mut self, seq: i64) {
        if !self.is_open {
            self.probe = Some(seq);
        }
    }

    /// A new item was delivered (`Some(true)`), or was not (`Some(false)`), or nothing was learnt.
    pub(super) fn ended(&mut self, seq: i64, is_delivered: Option<bool>, now: Millis) {
        let was_probe = self.probe == Some(seq);
        if was_probe {
            self.probe = None;
        }
        match is_delivered {
            Some(true) => self.is_open = true,
            Some(false) if self.is_open || was_probe => {
                self.pause = if self.is_open {
                    FIRST
                } else {
                    (self.pause * 2).min(LONGEST)
                };
                self.is_open = false;
                self.at = after(now, self.pause);
            }
            Some(false) | None => {}
        }
    }
}
