//! What both simulations are made of: the clock, the events to come, chance, faults, and the record of what happened.

use jetpay_ledger::sim::Fault;

use crate::Plan;
use crate::deterministic::{Clock, DAY, Queue, Random, START};
use crate::fault_profile::{FaultProfile, OutageKind};
use crate::report::{About, Breach, Concerns, Trace, Violation};
use crate::tally::{Count, Tally};

pub(crate) struct World<E> {
    pub(crate) plan: Plan,
    pub(crate) clock: Clock,
    pub(crate) queue: Queue<E>,
    pub(crate) random: Random,
    pub(crate) fault_profile: FaultProfile,
    pub(crate) trace: Trace,
    pub(crate) tally: Tally,
    /// A step of the store is scheduled.
    step_due: bool,
}

impl<E: Ord> World<E> {
    pub(crate) fn new(plan: Plan, mut random: Random) -> Self {
        Self {
            plan,
            clock: Clock::new(),
            queue: Queue::default(),
            fault_profile: FaultProfile::from_random(&mut random.fork(), plan.days),
            random,
            trace: Trace::default(),
            tally: Tally::default(),
            step_due: false,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.millis()
    }

    /// Schedules an event after so many milliseconds.
    pub(crate) fn later(&mut self, wait: i64, event: E) {
        self.queue.put(self.now() + wait, event);
    }

    /// The next event. The clock is set to its time.
    pub(crate) fn next(&mut self) -> Option<E> {
        let (at, event) = self.queue.next()?;
        self.clock.set(at);
        Some(event)
    }

    /// Whether a fault of the profile happens now.
    pub(crate) fn suffers(&mut self, per_mille: impl Fn(&FaultProfile) -> u32) -> bool {
        let per_mille = per_mille(&self.fault_profile);
        self.random.happens(per_mille)
    }

    pub(crate) fn is_out(&self, kind: OutageKind) -> bool {
        self.fault_profile.is_out(kind, self.now())
    }

    /// What goes wrong in the store's next step.
    pub(crate) fn next_fault(&mut self) -> Fault {
        let now = self.now();
        self.fault_profile.next_fault(&mut self.random, now)
    }

    /// How long a message is on its way.
    pub(crate) fn latency(&mut self) -> i64 {
        self.random.between(self.fault_profile.latency.clone())
    }

    /// Schedules a step of the store. All writes until then belong to it.
    pub(crate) fn step_soon(&mut self, step: E) {
        if !self.step_due {
            self.step_due = true;
            let wait = self.random.between(self.fault_profile.commit_delay.clone());
            self.later(wait, step);
        }
    }

    /// The step that was scheduled begins.
    pub(crate) fn step_begins(&mut self) {
        self.step_due = false;
    }

    /// The store wrote so many commands.
    pub(crate) fn record_step(&mut self, fault: Fault, commands: usize) {
        let failed = matches!(fault, Fault::Refuses(_) | Fault::Full);
        self.tally[Count::FailedCommits] += u64::from(failed);
        let crashed = matches!(fault, Fault::Crashes { .. });
        self.tally[Count::StoreCrashes] += u64::from(crashed);
        let concerns = if fault == Fault::Commits {
            Concerns::Service
        } else {
            Concerns::All
        };
        let text = format!("the store wrote {commands} commands: {fault:?}");
        self.record(None, concerns, text);
    }

    /// Records what happened to a top-up or payout. No number: it concerns none of them alone.
    pub(crate) fn record(&mut self, number: Option<usize>, concerns: Concerns, text: String) {
        self.trace.record(self.now(), number, concerns, text);
    }

    /// No event is left: the virtual days are counted.
    pub(crate) fn ends(&mut self) {
        self.tally[Count::Days] = ((self.now() - START) / DAY).cast_unsigned();
    }

    /// The tally of the run, which left this database after so many steps of the store.
    pub(crate) fn tally(&mut self, steps: u64, database: u64) -> Tally {
        self.tally[Count::Steps] = steps;
        self.tally.hash = self.trace.hash(database);
        self.tally
    }

    /// An invariant does not hold after so many steps of the store.
    pub(crate) fn violation(&self, breach: Breach, step: u64, about: Option<About>) -> Violation {
        let mut history = Vec::new();
        let mut message = breach.message;
        if let Some(about) = about {
            history = self.trace.history(about.number);
            history.extend(about.told);
            message = format!("{}: {message}", about.name);
        }
        Violation {
            seed: self.plan.seed,
            days: self.plan.days,
            step,
            invariant: breach.invariant,
            message,
            history,
        }
    }
}
