//! What goes wrong with servers, beside the weather.

use std::time::Duration;

use jetpay_ledger::payout::RetryPolicy;

use crate::chance::Chance;
use crate::clock::{DAY, MINUTE, SECOND, START};
use crate::weather::Weather;

/// Outages last so long.
const OUTAGE: i64 = 10 * DAY;
/// After the last trouble a payout whose platform answers has so long to end; and so long its callbacks are told.
const QUIET: i64 = 5 * DAY;

/// Nobody else takes up what a server took up, for so long.
const LEASE: i64 = 70 * SECOND;

/// How often servers fail, in a thousand times that they go on.
pub(super) struct Faults {
    crash: u32,
    stall: u32,
    /// How long the driver waits for what.
    pub(super) pace: RetryPolicy,
    /// From this moment on nothing goes wrong any more.
    pub(super) calm: i64,
    /// Then the Gate stands still: nothing happens to payouts any more.
    pub(super) end: i64,
}

impl Faults {
    pub(super) fn of(chance: &mut Chance, weather: &Weather, days: u32) -> Self {
        let last = START + i64::from(days) * DAY;
        let outage = weather.outage.as_ref().map_or(last, |it| it.from + OUTAGE);
        let calm = last.max(outage) + 2 * DAY;
        Self {
            crash: chance.among(&[0, 3, 30]),
            stall: chance.among(&[0, 3, 30]),
            pace: RetryPolicy {
                longest_wait: Duration::from_secs(60 * chance.among(&[10, 60, 60])),
                ..RetryPolicy::default()
            },
            calm,
            end: calm + QUIET,
        }
    }

    pub(super) const fn is_calm(&self, now: i64) -> bool {
        now >= self.calm
    }

    /// Whether a server crashes before it goes on; for how long it is gone.
    pub(super) fn crash(&self, chance: &mut Chance, now: i64) -> Option<i64> {
        let happens = !self.is_calm(now) && chance.happens(self.crash);
        happens.then(|| Weather::absence(chance))
    }

    /// Whether a server stands still before it goes on, and for how long: often past a lease, above all when the Gate has
    /// just `answered` it.
    pub(super) fn stall(&self, chance: &mut Chance, now: i64, answered: bool) -> Option<i64> {
        let often = if answered { 5 * self.stall } else { self.stall };
        let happens = !self.is_calm(now) && chance.happens(often);
        happens.then(|| {
            let past_a_lease = LEASE - MINUTE / 2..=LEASE + MINUTE;
            let time = if answered {
                past_a_lease
            } else {
                let times = [1..=5 * SECOND, past_a_lease, 1..=10 * MINUTE];
                chance.among(&times.each_ref()).clone()
            };
            chance.between(time)
        })
    }
}
