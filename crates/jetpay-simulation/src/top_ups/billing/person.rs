//! A person looks at the alarms about refused deliveries, and has them sent again some time later.

use std::collections::BTreeSet;

use jetpay_ledger::{DeliveryStream, Feed};

use crate::database;
use crate::deterministic::{HOUR, MINUTE};
use crate::report::{Breach, Invariant};
use crate::tally::Count;
use crate::top_ups::Simulation;
use crate::top_ups::event::{Event, Message};

/// The name of the endpoint.
pub(super) const ENDPOINT: &str = "billing";

/// What the billing is told.
pub(crate) fn stream() -> DeliveryStream {
    DeliveryStream {
        name: ENDPOINT.into(),
        feed: Feed::Entries,
    }
}

impl Simulation<'_> {
    /// After a step of the store: each parked entry has an alarm, and the person who sees it will retry it.
    pub(crate) fn notice_parked(&mut self) -> Result<(), Breach> {
        if self.billing.is_none() {
            return Ok(());
        }
        let waiting = self.service.store.inspect(database::waiting_deliveries)?;
        let parked: BTreeSet<i64> = waiting
            .into_iter()
            .filter(|(_, state)| state == "parked")
            .map(|(seq, _)| seq)
            .collect();
        if parked.is_empty() && self.billing().noticed.is_empty() {
            return Ok(());
        }
        let alarms = self.service.store.inspect(database::delivery_alarms)?;
        for seq in parked.difference(&self.billing().noticed.clone()) {
            let alarm = ("delivery_parked".to_owned(), Some(*seq), true);
            if !alarms.contains(&alarm) {
                let index = self
                    .checker
                    .entry(*seq)
                    .map(|it| self.checker.by_id[it.payment.as_str()]);
                let message = format!("entry {seq} is parked, and no open alarm says so");
                return Invariant::MismatchAlarmed.broken(index, message);
            }
            self.world.tally[Count::Parked] += 1;
            let number = usize::try_from(*seq).expect("a number of an entry");
            let wait = self.world.random.between(MINUTE..=20 * HOUR);
            self.world
                .later(wait, Event::OperatorActs(Message::Retry(number)));
        }
        self.billing().noticed = parked;
        Ok(())
    }
}
