//! What can go wrong in a run, and how often. Each seed has its own profile.

use std::ops::RangeInclusive;
use std::time::Duration;

use jetpay_ledger::payout::RetryPolicy;
use jetpay_ledger::sim::Fault;

use crate::deterministic::{DAY, HOUR, MINUTE, Random, SECOND, START};

/// The length of an outage. The platform stops its repeats after 10.2 days.
const OUTAGE: i64 = 10 * DAY;

/// How often each fault occurs, per 1000 cases. Times are in milliseconds.
pub(crate) struct FaultProfile {
    pub(crate) request_lost: u32,
    pub(crate) answer_lost: u32,
    /// The network delivers the message twice, at once or almost at once.
    pub(crate) duplicated: u32,
    /// The network holds a copy of a callback and delivers it hours or weeks later.
    pub(crate) delayed: u32,
    /// How long a message is on its way.
    pub(crate) latency: RangeInclusive<i64>,
    /// How long the store collects writes before it commits them.
    pub(crate) commit_delay: RangeInclusive<i64>,
    /// How many writes may wait for the store.
    pub(crate) queue_capacity: usize,
    crash: u32,
    commit_fails: u32,
    disk_full: u32,
    bad_command: u32,
    pub(crate) outage: Option<Outage>,
}

/// Ten days without the service or without its store.
pub(crate) struct Outage {
    pub(crate) from: i64,
    pub(crate) kind: OutageKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutageKind {
    /// The service does not listen.
    Service,
    /// The service listens, but its store cannot write.
    Store,
}

impl FaultProfile {
    pub(crate) fn from_random(random: &mut Random, days: u32) -> Self {
        let slow = random.happens(400);
        let outage = random.happens(330).then(|| Outage {
            from: START + random.between(0..=i64::from(days) * DAY),
            kind: random.choose(&[OutageKind::Service, OutageKind::Store]),
        });
        Self {
            request_lost: random.choose(&[0, 10, 100, 400]),
            answer_lost: random.choose(&[0, 10, 100, 400]),
            duplicated: random.choose(&[0, 20, 200]),
            delayed: random.choose(&[0, 5, 30]),
            latency: random
                .choose(&[1..=40, 1..=3 * SECOND, 1..=5 * MINUTE].each_ref())
                .clone(),
            commit_delay: if slow { 50..=4 * SECOND } else { 1..=8 },
            queue_capacity: random.choose(&[2, 8192, 8192, 8192]),
            crash: random.choose(&[0, 2, 30]),
            commit_fails: random.choose(&[0, 5, 50]),
            disk_full: random.choose(&[0, 0, 20]),
            bad_command: random.choose(&[0, 20]),
            outage,
        }
    }

    /// A profile without another fault than this outage.
    #[cfg(test)]
    pub(crate) fn only(outage: Outage) -> Self {
        Self {
            request_lost: 0,
            answer_lost: 0,
            duplicated: 0,
            delayed: 0,
            latency: 1..=40,
            commit_delay: 1..=8,
            queue_capacity: 8192,
            crash: 0,
            commit_fails: 0,
            disk_full: 0,
            bad_command: 0,
            outage: Some(outage),
        }
    }

    /// Whether there is an outage of this kind now.
    pub(crate) fn is_out(&self, kind: OutageKind, now: i64) -> bool {
        let outage = self.outage.as_ref().filter(|outage| outage.kind == kind);
        outage.is_some_and(|outage| (outage.from..outage.from + OUTAGE).contains(&now))
    }

    /// What goes wrong in the store's next step.
    pub(crate) fn next_fault(&self, random: &mut Random, now: i64) -> Fault {
        if self.is_out(OutageKind::Store, now) {
            return Fault::Refuses(u32::MAX);
        }
        if random.happens(self.crash) {
            return Fault::Crashes {
                refused: random.choose(&[0, 0, 1]),
                commits: random.choose(&[0, 1, 1, 2]),
            };
        }
        if random.happens(self.commit_fails) {
            return Fault::Refuses(random.choose(&[1, 1, 2, 3, u32::MAX]));
        }
        if random.happens(self.disk_full) {
            return Fault::Full;
        }
        if random.happens(self.bad_command) {
            return Fault::BadCommand(random.below(3));
        }
        Fault::Commits
    }

    /// Whether the service may answer 503 after such a step.
    pub(crate) const fn permits_unavailable(fault: Fault) -> bool {
        !matches!(fault, Fault::Commits | Fault::BadCommand(_))
    }

    /// How long a service is down after a crash.
    pub(crate) fn downtime(random: &mut Random) -> i64 {
        let longest = random.choose(&[5 * SECOND, 5 * SECOND, 2 * MINUTE, HOUR]);
        random.between(SECOND..=longest)
    }
}

/// How long after the last fault the simulation continues. By then every payout that the Gate answers has ended, and
/// the platform has delivered its callbacks.
const TIME_TO_FINISH: i64 = 5 * DAY;

/// How long a lease lasts: until then no other server works on the payout.
const LEASE: i64 = 70 * SECOND;

/// How often servers fail, per 1000 times that a server continues its work. Times are in milliseconds.
pub(crate) struct ServerFaults {
    crash: u32,
    stall: u32,
    /// The waits between attempts.
    pub(crate) retry_policy: RetryPolicy,
    /// No fault occurs after this moment.
    pub(crate) faults_end: i64,
    /// The Gate changes nothing after this moment.
    pub(crate) gate_stops_at: i64,
}

impl ServerFaults {
    pub(crate) fn from_random(
        random: &mut Random,
        fault_profile: &FaultProfile,
        days: u32,
    ) -> Self {
        let last = START + i64::from(days) * DAY;
        let outage = fault_profile
            .outage
            .as_ref()
            .map_or(last, |it| it.from + OUTAGE);
        let faults_end = last.max(outage) + 2 * DAY;
        Self {
            crash: random.choose(&[0, 3, 30]),
            stall: random.choose(&[0, 3, 30]),
            retry_policy: RetryPolicy {
                longest_wait: Duration::from_secs(60 * random.choose(&[10, 60, 60])),
                ..RetryPolicy::default()
            },
            faults_end,
            gate_stops_at: faults_end + TIME_TO_FINISH,
        }
    }

    pub(crate) const fn have_ended(&self, now: i64) -> bool {
        now >= self.faults_end
    }

    /// Whether a server crashes before it continues, and how long it is down then.
    pub(crate) fn crash(&self, random: &mut Random, now: i64) -> Option<i64> {
        let happens = !self.have_ended(now) && random.happens(self.crash);
        happens.then(|| FaultProfile::downtime(random))
    }

    /// Whether a server stalls before it continues, and for how long. It often stalls for longer than a lease, most
    /// of all when it has just received an answer of the Gate (`answered`).
    pub(crate) fn stall(&self, random: &mut Random, now: i64, answered: bool) -> Option<i64> {
        let often = if answered { 5 * self.stall } else { self.stall };
        let happens = !self.have_ended(now) && random.happens(often);
        happens.then(|| {
            let past_a_lease = LEASE - MINUTE / 2..=LEASE + MINUTE;
            let time = if answered {
                past_a_lease
            } else {
                let times = [1..=5 * SECOND, past_a_lease, 1..=10 * MINUTE];
                random.choose(&times.each_ref()).clone()
            };
            random.between(time)
        })
    }
}

/// The delays after which the copies of a message arrive. There is none when the message is lost. The network may
/// hold a copy of a callback.
pub(crate) fn copy_delays(
    random: &mut Random,
    fault_profile: &FaultProfile,
    callback: bool,
) -> Vec<i64> {
    let mut copy_delays = Vec::with_capacity(2);
    if !random.happens(fault_profile.request_lost) {
        copy_delays.push(random.between(fault_profile.latency.clone()));
    }
    if random.happens(fault_profile.duplicated)
        && let Some(first) = copy_delays.first()
    {
        copy_delays.push(first + random.choose(&[0, 0, 1, 50]));
    }
    if callback && random.happens(fault_profile.delayed) {
        let longest = random.choose(&[10 * MINUTE, 8 * HOUR, 47 * DAY]);
        copy_delays.push(random.between(MINUTE..=longest));
    }
    copy_delays
}
