//! The simulation of top-ups: takes one event after the other until none is left.

mod billing;
mod books;
mod checker;
mod event;
mod platform;
mod scenario;
mod sending;
mod service;
mod serving;
mod step;

use std::sync::Arc;

use self::billing::MerchantBilling;
use self::checker::Checker;
use self::event::{Event, Message};
use self::platform::Platform;
use self::service::Service;
use crate::Plan;
use crate::database;
use crate::deterministic::{Random, START};
use crate::notification::Flaw;
use crate::report::{About, Breach, Concerns, Invariant, Violation};
use crate::setup::Setup;
use crate::tally::{Count, Tally};
use crate::world::World;

pub(crate) struct Simulation<'s> {
    setup: &'s Setup,
    world: World<Event>,
    platform: Platform<'s>,
    service: Service,
    /// The merchant's billing, in some seeds.
    billing: Option<MerchantBilling>,
    checker: Checker,
    /// When the service listens again after a crash.
    up_at: i64,
}

impl<'s> Simulation<'s> {
    pub(crate) fn new(setup: &'s Setup, plan: Plan) -> Self {
        let mut world = World::new(plan, Random::from_seed(plan.seed));
        let platform = Platform::new(setup, &mut world.random, plan.days);
        for (number, top_up) in platform.top_ups.iter().enumerate() {
            let begins = Event::TopUpBegins(number);
            world.queue.put(top_up.begins_at, begins);
        }
        world.tally[Count::Outages] = u64::from(world.fault_profile.outage.is_some());
        let capacity = world.fault_profile.queue_capacity;
        let billing = MerchantBilling::of_chance(&mut world.random.fork(), plan.days);
        let traffic = billing.as_ref().map(|it| &it.traffic);
        let service = Service::new(setup, &world.clock, capacity, traffic);
        let mut simulation = Self {
            setup,
            billing,
            platform,
            checker: Checker::new(Arc::clone(&service.store)),
            service,
            up_at: START,
            world,
        };
        simulation.open_tellers();
        simulation
    }

    pub(crate) fn run_to_end(&mut self) -> Result<Tally, Breach> {
        while let Some(event) = self.world.next() {
            self.handle(event)?;
        }
        self.world.ends();
        self.checker
            .check_all(&self.service.ledger, &self.platform.notifications)?;
        self.check_end()?;
        self.check_billing_end()?;
        self.check_reconciliation()?;
        for (count, number) in [
            (Count::Payments, self.checker.payments.len()),
            (Count::Notifications, self.platform.notifications.len()),
            (Count::Credits, self.checker.credited.len()),
            (Count::Entries, self.checker.entries.len()),
        ] {
            self.world.tally[count] = u64::try_from(number).unwrap_or(u64::MAX);
        }
        let database = self.service.store.inspect(database::fingerprint)?;
        Ok(self.world.tally(self.checker.step, database))
    }

    /// Checks that no delivery waits, and that the platform repeated each callback until its end.
    fn check_end(&self) -> Result<(), Breach> {
        if self.service.waiting() > 0 {
            return Invariant::Terminates.broken(None, "a delivery was never answered");
        }
        for notification in &self.platform.notifications {
            let index = self.checker.by_id[&notification.payment];
            let delivered_or_given_up = notification.acknowledged || notification.waits.len() == 0;
            if !delivered_or_given_up && notification.content.flaw != Flaw::NeverSent {
                return Invariant::Terminates
                    .broken(index, "the platform stopped its callback too early");
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
            Event::BillingReceives(ticket) => self.billing_receives(ticket)?,
            Event::BillingAnswers(ticket) | Event::BillingTimesOut(ticket) => {
                self.billing_answers(ticket)?;
            }
            Event::TellerWakes(number) => self.teller_wakes(number)?,
        }
        Ok(())
    }

    fn record(&mut self, message: Message, concerns: Concerns, what: &str) {
        let text = format!("{message}: {what}");
        let top_up = match message {
            Message::Callback { notification, .. } => {
                self.platform.notifications[notification].top_up
            }
            Message::Verify(number)
            | Message::CheckDeposit(number)
            | Message::Import(number)
            | Message::Dismiss(number) => number,
            Message::Retry(seq) => {
                let seq = i64::try_from(seq).expect("a number of an entry");
                return self.record_entry(seq, text);
            }
        };
        self.world.record(Some(top_up), concerns, text);
    }

    pub(crate) fn violation(&self, breach: Breach) -> Violation {
        let about = breach.subject.map(|index| {
            let payment = &self.checker.payments[index];
            let told = payment.notifications.iter().map(|&number| {
                let content = &self.platform.notifications[number].content;
                format!("notification {number}: {content:?}")
            });
            About {
                number: payment.top_up,
                name: format!("{}, announced over {}", payment.id, payment.amount),
                told: told.collect(),
            }
        });
        self.world.violation(breach, self.checker.step, about)
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Simulation};
    use crate::deterministic::{DAY, START};
    use crate::fault_profile::{FaultProfile, Outage, OutageKind};
    use crate::report::Invariant;
    use crate::{Plan, Setup};

    #[test]
    fn outage_of_ten_days_loses_no_callback() {
        let setup = Setup::prepare().unwrap();
        for kind in [OutageKind::Service, OutageKind::Store] {
            let plan = Plan { seed: 1, days: 4 };
            let mut simulation = Simulation::new(&setup, plan);
            let from = START + DAY;
            simulation.world.fault_profile = FaultProfile::only(Outage { from, kind });
            simulation.run_to_end().unwrap();
            assert!(
                simulation.world.tally[Count::Lost] + simulation.world.tally[Count::Unavailable]
                    > 100
            );
            let ours = |payment: &str| {
                simulation.checker.payments[simulation.checker.by_id[payment]].announced
            };
            for notification in &simulation.platform.notifications {
                let usable =
                    notification.content.is_usable() && ours(&notification.payment).is_some();
                assert!(
                    notification.acknowledged || !usable,
                    "{:?}",
                    notification.content
                );
            }
        }
    }

    #[test]
    fn changed_row_is_found_with_its_seed_and_the_history_of_its_payment() {
        let setup = Setup::prepare().unwrap();
        let mut simulation = Simulation::new(&setup, Plan { seed: 1, days: 4 });
        simulation.run_to_end().unwrap();
        let tampered = simulation.service.store.inspect(|connection| {
            let sql = "UPDATE payments SET remaining = remaining - 1
                       WHERE id = (SELECT payment_id FROM entries LIMIT 1)";
            connection.execute(sql, ())
        });
        assert_eq!(tampered, Ok(1));
        let breach = simulation.run_to_end().unwrap_err();
        assert_eq!(breach.invariant, Invariant::BalanceIsEntries);
        let violation = simulation.violation(breach);
        assert!(!violation.history.is_empty());
        let report = violation.to_string();
        let again = "to repeat: cargo xtask simulate --seed 1 --seeds 1 --days 4";
        assert!(report.ends_with(again), "{report}");
    }

    #[test]
    fn entry_with_one_more_tiyn_is_found_in_the_reconciliation() {
        let setup = Setup::prepare().unwrap();
        let mut simulation = Simulation::new(&setup, Plan { seed: 1, days: 4 });
        simulation.run_to_end().unwrap();
        simulation.check_reconciliation().unwrap();
        let tampered = simulation.service.store.inspect(|connection| {
            connection.execute_batch(
                "DROP TRIGGER entries_stay;
                 UPDATE entries SET amount = amount + 1
                 WHERE seq = (SELECT min(seq) FROM entries WHERE kind = 'credit')",
            )
        });
        assert_eq!(tampered, Ok(()));
        let breach = simulation.check_reconciliation().unwrap_err();
        assert_eq!(breach.invariant, Invariant::Reconciles);
        assert!(
            breach.message.ends_with("is listed as amount_differs"),
            "{}",
            breach.message
        );
    }
}
