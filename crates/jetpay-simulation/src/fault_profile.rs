//! What can go wrong in a run, and how often: each seed has a weather of its own.

use std::ops::RangeInclusive;
use std::time::Duration;

use jetpay_ledger::payout::RetryPolicy;
use jetpay_ledger::sim::Fault;

use crate::deterministic::{Chance, DAY, HOUR, MINUTE, SECOND, START};

/// How long an outage lasts: the platform gives up after 10.2 days.
const OUTAGE: i64 = 10 * DAY;

/// How often things go wrong, in a thousand times.
pub(crate) struct Weather {
    pub(crate) request_lost: u32,
    pub(crate) answer_lost: u32,
    /// A message comes twice, at once or nearly so.
    pub(crate) doubled: u32,
    /// A copy is held somewhere and comes hours or weeks later.
    pub(crate) held: u32,
    /// How long a message is on its way.
    pub(crate) way: RangeInclusive<i64>,
    /// How long the store takes before it writes what came meanwhile.
    pub(crate) wait: RangeInclusive<i64>,
    /// How many writes may wait.
    pub(crate) queue: usize,
    crash: u32,
    refuse: u32,
    full: u32,
    bad: u32,
    pub(crate) outage: Option<Outage>,
}

/// Ten days without the service.
pub(crate) struct Outage {
    pub(crate) from: i64,
    pub(crate) kind: Out,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Out {
    /// Nobody listens.
    Service,
    /// It listens, and cannot write.
    Store,
}

impl Weather {
    pub(crate) fn of(chance: &mut Chance, days: u32) -> Self {
        let slow = chance.happens(400);
        let outage = chance.happens(330).then(|| Outage {
            from: START + chance.between(0..=i64::from(days) * DAY),
            kind: chance.among(&[Out::Service, Out::Store]),
        });
        Self {
            request_lost: chance.among(&[0, 10, 100, 400]),
            answer_lost: chance.among(&[0, 10, 100, 400]),
            doubled: chance.among(&[0, 20, 200]),
            held: chance.among(&[0, 5, 30]),
            way: chance
                .among(&[1..=40, 1..=3 * SECOND, 1..=5 * MINUTE].each_ref())
                .clone(),
            wait: if slow { 50..=4 * SECOND } else { 1..=8 },
            queue: chance.among(&[2, 8192, 8192, 8192]),
            crash: chance.among(&[0, 2, 30]),
            refuse: chance.among(&[0, 5, 50]),
            full: chance.among(&[0, 0, 20]),
            bad: chance.among(&[0, 20]),
            outage,
        }
    }

    /// Nothing goes wrong but an outage, which begins with the run.
    #[cfg(test)]
    pub(crate) fn calm_but_for(kind: Out) -> Self {
        Self {
            request_lost: 0,
            answer_lost: 0,
            doubled: 0,
            held: 0,
            way: 1..=40,
            wait: 1..=8,
            queue: 8192,
            crash: 0,
            refuse: 0,
            full: 0,
            bad: 0,
            outage: Some(Outage { from: START, kind }),
        }
    }

    /// Whether there is an outage of this kind now.
    pub(crate) fn out(&self, kind: Out, now: i64) -> bool {
        let outage = self.outage.as_ref().filter(|outage| outage.kind == kind);
        outage.is_some_and(|outage| (outage.from..outage.from + OUTAGE).contains(&now))
    }

    /// What becomes of the store's next step.
    pub(crate) fn fate(&self, chance: &mut Chance, now: i64) -> Fault {
        if self.out(Out::Store, now) {
            return Fault::Refuses(u32::MAX);
        }
        if chance.happens(self.crash) {
            return Fault::Crashes {
                refused: chance.among(&[0, 0, 1]),
                commits: chance.among(&[0, 1, 1, 2]),
            };
        }
        if chance.happens(self.refuse) {
            return Fault::Refuses(chance.among(&[1, 1, 2, 3, u32::MAX]));
        }
        if chance.happens(self.full) {
            return Fault::Full;
        }
        if chance.happens(self.bad) {
            return Fault::BadCommand(chance.below(3));
        }
        Fault::Commits
    }

    /// Whether the service may say that it is unavailable after such a step.
    pub(crate) const fn excuses(fate: Fault) -> bool {
        !matches!(fate, Fault::Commits | Fault::BadCommand(_))
    }

    /// How long a service that crashed is not there.
    pub(crate) fn absence(chance: &mut Chance) -> i64 {
        let longest = chance.among(&[5 * SECOND, 5 * SECOND, 2 * MINUTE, HOUR]);
        chance.between(SECOND..=longest)
    }
}

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

/// When the copies of a message arrive, counted from now; none when it is lost. Those of a callback may be held on the way.
pub(crate) fn copies(chance: &mut Chance, weather: &Weather, callback: bool) -> Vec<i64> {
    let mut copies = Vec::with_capacity(2);
    if !chance.happens(weather.request_lost) {
        copies.push(chance.between(weather.way.clone()));
    }
    if chance.happens(weather.doubled)
        && let Some(first) = copies.first()
    {
        copies.push(first + chance.among(&[0, 0, 1, 50]));
    }
    if callback && chance.happens(weather.held) {
        let longest = chance.among(&[10 * MINUTE, 8 * HOUR, 47 * DAY]);
        copies.push(chance.between(MINUTE..=longest));
    }
    copies
}
