//! The run: one event after the other, until nothing is left to happen.

mod checker;
mod event;
mod platform;
mod scenario;
mod sending;
mod service;
mod serving;

use std::sync::Arc;

use jetpay_ledger::Store;
use jetpay_ledger::sim::SimStore;

use self::checker::Audit;
use self::event::{Event, Message, Note};
use self::platform::Platform;
use self::service::Merchant;
use crate::Plan;
use crate::database;
use crate::deterministic::{Chance, Clock, DAY, Queue, START};
use crate::fault_profile::Weather;
use crate::report::{Broken, Invariant, Journal, Violation};
use crate::setup::Setting;
use crate::tally::Tally;

pub(crate) struct World<'s> {
    plan: Plan,
    clock: Clock,
    queue: Queue<Event>,
    chance: Chance,
    weather: Weather,
    platform: Platform<'s>,
    merchant: Merchant,
    audit: Audit,
    journal: Journal<Note>,
    tally: Tally,
    /// When the service listens again.
    back: i64,
    /// A step of the store is due.
    step_due: bool,
}

impl<'s> World<'s> {
    pub(crate) fn new(
        setting: &'s Setting,
        plan: Plan,
        between: impl FnOnce(Arc<SimStore>) -> Arc<dyn Store>,
    ) -> Self {
        let mut chance = Chance::of(plan.seed);
        let weather = Weather::of(&mut chance.fork(), plan.days);
        let platform = Platform::new(setting, &mut chance, plan.days);
        let clock = Clock::new();
        let merchant = Merchant::new(setting, &clock, weather.queue, between);
        let mut queue = Queue::default();
        for (number, top_up) in platform.top_ups.iter().enumerate() {
            queue.put(top_up.begins, Event::Begin(number));
        }
        let tally = Tally {
            outages: u64::from(weather.outage.is_some()),
            ..Tally::default()
        };
        Self {
            plan,
            queue,
            chance,
            weather,
            platform,
            audit: Audit::new(Arc::clone(&merchant.store)),
            merchant,
            journal: Journal::default(),
            tally,
            back: START,
            step_due: false,
            clock,
        }
    }

    pub(crate) fn run(mut self) -> Result<Tally, Box<Violation>> {
        self.until_the_end()
            .map_err(|broken| Box::new(self.violation(broken)))
    }

    fn until_the_end(&mut self) -> Result<Tally, Broken> {
        while let Some((at, event)) = self.queue.next() {
            self.clock.set(at);
            self.happen(event)?;
        }
        self.audit
            .everything(&self.merchant.ledger, &self.platform.facts)?;
        self.ended()?;
        let mut tally = self.tally;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        tally.payments = count(self.audit.payments.len());
        tally.facts = count(self.platform.facts.len());
        tally.credits = count(self.audit.credited.len());
        tally.entries = count(self.audit.entries.len());
        tally.steps = self.audit.step;
        tally.days = ((self.clock.millis() - START) / DAY).cast_unsigned();
        let database = self.merchant.store.inspect(database::fingerprint)?;
        tally.hash = self.journal.hash(database);
        Ok(tally)
    }

    /// Nobody waits any more, and what was acknowledged is there.
    fn ended(&self) -> Result<(), Broken> {
        if self.merchant.waiting() > 0 {
            return Err(Broken::anywhere(
                Invariant::Ends,
                "a delivery was never answered",
            ));
        }
        for fact in &self.platform.facts {
            let index = self.audit.by_id[&fact.payment];
            let told = fact.acknowledged || fact.waits.len() == 0;
            if !told {
                let what = "a fact was not told to the end";
                return Err(Broken::new(Invariant::Ends, index, what));
            }
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Begin(number) => self.begin(number)?,
            Event::Impatient(message) => self.ask_again(message),
            Event::Tell(fact) => self.tell(fact),
            Event::Arrive(message) => self.arrive(message)?,
            Event::Answer(message, status) => self.answered(message, status),
            Event::Given(top_up, payment) => self.given(top_up, payment),
            Event::Step => self.step()?,
            Event::Attend(message) => self.attend(message)?,
        }
        Ok(())
    }

    fn note(&mut self, message: Message, note: Note) {
        let top_up = match message {
            Message::Callback { fact, .. } => self.platform.facts[fact].top_up,
            Message::Verify(number)
            | Message::CheckDeposit(number)
            | Message::Import(number)
            | Message::Dismiss(number) => number,
        };
        self.journal.note(self.clock.millis(), Some(top_up), note);
    }

    fn violation(&self, broken: Broken) -> Violation {
        let Broken {
            invariant,
            what,
            payment,
        } = broken;
        let payment = payment.map(|index| &self.audit.payments[index]);
        let history =
            payment.map_or_else(Vec::new, |payment| {
                let mut history = self.journal.of(payment.top_up);
                history.extend(payment.facts.iter().map(|&number| {
                    format!("fact {number}: {:?}", self.platform.facts[number].saying)
                }));
                history
            });
        let what = match payment {
            Some(payment) => format!("{}, announced over {}: {what}", payment.id, payment.amount),
            None => what,
        };
        Violation {
            seed: self.plan.seed,
            days: self.plan.days,
            step: self.audit.step,
            invariant,
            what,
            history,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::World;
    use crate::deterministic::{DAY, START};
    use crate::fault_profile::{Out, Weather};
    use crate::notification::Flaw;
    use crate::{Plan, Setting};

    #[test]
    fn outage_of_ten_days_loses_no_fact() {
        let setting = Setting::prepare().unwrap();
        for kind in [Out::Service, Out::Store] {
            let plan = Plan { seed: 1, days: 4 };
            let mut world = World::new(&setting, plan, |store| store);
            world.weather = Weather::calm_but_for(kind);
            if let Some(outage) = &mut world.weather.outage {
                outage.from = START + DAY;
            }
            world.until_the_end().unwrap();
            assert!(world.tally.lost + world.tally.unavailable > 100);
            let ours = |payment: &str| world.audit.payments[world.audit.by_id[payment]].announced;
            for fact in &world.platform.facts {
                let usable = fact.saying.flaw == Flaw::None && ours(&fact.payment).is_some();
                assert!(fact.acknowledged || !usable, "{:?}", fact.saying);
            }
        }
    }
}
