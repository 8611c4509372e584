//! The simulation of top-ups: takes one event after the other until none is left.

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

use self::checker::Checker;
use self::event::{Event, Message, TraceEvent};
use self::platform::Platform;
use self::service::Service;
use crate::Plan;
use crate::database;
use crate::deterministic::{Clock, DAY, Queue, Random, START};
use crate::fault_profile::FaultProfile;
use crate::report::{Breach, Invariant, Trace, Violation};
use crate::setup::Setup;
use crate::tally::Tally;

pub(crate) struct Simulation<'s> {
    plan: Plan,
    clock: Clock,
    queue: Queue<Event>,
    random: Random,
    fault_profile: FaultProfile,
    platform: Platform<'s>,
    service: Service,
    checker: Checker,
    trace: Trace<TraceEvent>,
    tally: Tally,
    /// When the service listens again after a crash.
    up_at: i64,
    /// A step of the store is scheduled.
    step_due: bool,
}

impl<'s> Simulation<'s> {
    pub(crate) fn new(
        setup: &'s Setup,
        plan: Plan,
        between: impl FnOnce(Arc<SimStore>) -> Arc<dyn Store>,
    ) -> Self {
        let mut random = Random::from_seed(plan.seed);
        let fault_profile = FaultProfile::from_random(&mut random.fork(), plan.days);
        let platform = Platform::new(setup, &mut random, plan.days);
        let clock = Clock::new();
        let service = Service::new(setup, &clock, fault_profile.queue_capacity, between);
        let mut queue = Queue::default();
        for (number, top_up) in platform.top_ups.iter().enumerate() {
            queue.put(top_up.begins_at, Event::TopUpBegins(number));
        }
        let tally = Tally {
            outages: u64::from(fault_profile.outage.is_some()),
            ..Tally::default()
        };
        Self {
            plan,
            queue,
            random,
            fault_profile,
            platform,
            checker: Checker::new(Arc::clone(&service.store)),
            service,
            trace: Trace::default(),
            tally,
            up_at: START,
            step_due: false,
            clock,
        }
    }

    pub(crate) fn run(mut self) -> Result<Tally, Box<Violation>> {
        self.run_to_end()
            .map_err(|breach| Box::new(self.violation(breach)))
    }

    fn run_to_end(&mut self) -> Result<Tally, Breach> {
        while let Some((at, event)) = self.queue.next() {
            self.clock.set(at);
            self.handle(event)?;
        }
        self.checker
            .check_all(&self.service.ledger, &self.platform.notifications)?;
        self.check_end()?;
        let mut tally = self.tally;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        tally.payments = count(self.checker.payments.len());
        tally.notifications = count(self.platform.notifications.len());
        tally.credits = count(self.checker.credited.len());
        tally.entries = count(self.checker.entries.len());
        tally.steps = self.checker.step;
        tally.days = ((self.clock.millis() - START) / DAY).cast_unsigned();
        let database = self.service.store.inspect(database::fingerprint)?;
        tally.hash = self.trace.hash(database);
        Ok(tally)
    }

    /// Checks that no delivery waits, and that the platform repeated each callback until its end.
    fn check_end(&self) -> Result<(), Breach> {
        if self.service.waiting() > 0 {
            return Err(Breach::general(
                Invariant::Terminates,
                "a delivery was never answered",
            ));
        }
        for notification in &self.platform.notifications {
            let index = self.checker.by_id[&notification.payment];
            let delivered_or_given_up = notification.acknowledged || notification.waits.len() == 0;
            if !delivered_or_given_up {
                let message = "the platform stopped its callback too early";
                return Err(Breach::new(Invariant::Terminates, index, message));
            }
        }
        Ok(())
    }

    fn handle(&mut self, event: Event) -> Result<(), Breach> {
        match event {
            Event::TopUpBegins(number) => self.begin(number)?,
            Event::RequestTimesOut(message) => self.request_timed_out(message),
            Event::CallbackDue(notification) => self.send_callback(notification),
            Event::MessageArrives(message) => self.message_arrived(message)?,
            Event::ResponseArrives(message, status) => self.response_arrived(message, status),
            Event::PaymentIdArrives(top_up, payment) => self.payment_id_arrived(top_up, payment),
            Event::StoreStep => self.step()?,
            Event::OperatorActs(message) => self.operator_acts(message)?,
        }
        Ok(())
    }

    fn record(&mut self, message: Message, event: TraceEvent) {
        let top_up = match message {
            Message::Callback { notification, .. } => {
                self.platform.notifications[notification].top_up
            }
            Message::Verify(number)
            | Message::CheckDeposit(number)
            | Message::Import(number)
            | Message::Dismiss(number) => number,
        };
        self.trace.record(self.clock.millis(), Some(top_up), event);
    }

    fn violation(&self, breach: Breach) -> Violation {
        let Breach {
            invariant,
            message,
            subject,
        } = breach;
        let payment = subject.map(|index| &self.checker.payments[index]);
        let history = payment.map_or_else(Vec::new, |payment| {
            let mut history = self.trace.history(payment.top_up);
            history.extend(payment.notifications.iter().map(|&number| {
                format!(
                    "notification {number}: {:?}",
                    self.platform.notifications[number].content
                )
            }));
            history
        });
        let message = match payment {
            Some(payment) => format!(
                "{}, announced over {}: {message}",
                payment.id, payment.amount
            ),
            None => message,
        };
        Violation {
            seed: self.plan.seed,
            days: self.plan.days,
            step: self.checker.step,
            invariant,
            message,
            history,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Simulation;
    use crate::deterministic::{DAY, START};
    use crate::fault_profile::{FaultProfile, OutageKind};
    use crate::notification::Flaw;
    use crate::{Plan, Setup};

    #[test]
    fn outage_of_ten_days_loses_no_callback() {
        let setup = Setup::prepare().unwrap();
        for kind in [OutageKind::Service, OutageKind::Store] {
            let plan = Plan { seed: 1, days: 4 };
            let mut simulation = Simulation::new(&setup, plan, |store| store);
            simulation.fault_profile = FaultProfile::only_outage(kind);
            if let Some(outage) = &mut simulation.fault_profile.outage {
                outage.from = START + DAY;
            }
            simulation.run_to_end().unwrap();
            assert!(simulation.tally.lost + simulation.tally.unavailable > 100);
            let ours = |payment: &str| {
                simulation.checker.payments[simulation.checker.by_id[payment]].announced
            };
            for notification in &simulation.platform.notifications {
                let usable = notification.content.flaw == Flaw::None
                    && ours(&notification.payment).is_some();
                assert!(
                    notification.acknowledged || !usable,
                    "{:?}",
                    notification.content
                );
            }
        }
    }
}
