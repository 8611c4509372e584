//! What can go wrong in a run, and how often: each seed has a weather of its own.

use std::ops::RangeInclusive;

use jetpay_ledger::sim::Fault;

use crate::chance::Chance;
use crate::clock::{DAY, HOUR, MINUTE, SECOND, START};

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
