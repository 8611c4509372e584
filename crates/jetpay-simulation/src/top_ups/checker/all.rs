//! Checks the whole database against the copy: no row is missing or changed, and the sums are right.

use jetpay_ledger::Ledger;

use crate::database;
use crate::deterministic::poll_once;
use crate::notification::Notification;
use crate::report::{Breach, Invariant};
use crate::setup::{CUSTOMERS, customer_id};
use crate::top_ups::checker::Checker;

impl Checker {
    /// Checks everything.
    pub(crate) fn check_all(
        &mut self,
        ledger: &Ledger,
        notifications: &[Notification],
    ) -> Result<(), Breach> {
        self.check_copy()?;
        for index in 0..self.payments.len() {
            self.check_payment(index, notifications)?;
        }
        self.check_inbox()?;
        self.check_alarms(notifications)?;
        self.check_balances(ledger)?;
        database::check_counts(&self.store)
    }

    /// Checks that events and entries are equal to the copy.
    fn check_copy(&self) -> Result<(), Breach> {
        let (events, entries, touched) = self.store.inspect(|connection| {
            let known = |id: &str| self.by_id.contains_key(id);
            let touched = database::changed_except(connection, known)?;
            let events = database::events(connection, 0)?;
            Ok((events, database::entries(connection, 0)?, touched))
        })?;
        let same = events.iter().map(|(event, _)| event).eq(&self.events);
        if !same || entries != self.entries {
            return Invariant::NoStateLost.broken(None, "events or entries differ from the copy");
        }
        match touched {
            Some(id) => Invariant::OnlySignedEvents
                .broken(None, format!("{id} changed, but no notification names it")),
            None => Ok(()),
        }
    }

    /// Checks that no event waits in the inbox, or for a credit, without need.
    fn check_inbox(&self) -> Result<(), Breach> {
        for (index, payment) in self.payments.iter().enumerate() {
            let dispositions: &[&str] = match (payment.announced, payment.credits) {
                (None, _) => continue,
                (Some(_), 0) => &["unmatched", "dismissed"],
                (Some(_), _) => &["unmatched", "dismissed", "early"],
            };
            for word in dispositions {
                let waits = |connection: &_| {
                    database::count_with_disposition(connection, &payment.id, word)
                };
                if self.store.inspect(waits)? > 0 {
                    return Invariant::StateFollows
                        .broken(index, format!("an event is still {word}"));
                }
            }
        }
        Ok(())
    }

    /// Checks that each alarm that the model demands is there.
    fn check_alarms(&self, notifications: &[Notification]) -> Result<(), Breach> {
        let alarms = self.store.inspect(database::alarms)?;
        for (index, payment) in self.payments.iter().enumerate() {
            if payment.announced.is_none() {
                continue;
            }
            for (operation, kind) in self.expected(index, notifications).alarms {
                let named = operation.map_or(-1, u64::cast_signed);
                let alarm = (payment.id.to_string(), named, kind.to_string());
                if !alarms.contains(&alarm) {
                    let message = format!("no alarm {kind} names operation {operation:?}");
                    return Invariant::MismatchAlarmed.broken(index, message);
                }
            }
        }
        Ok(())
    }

    /// Checks that a customer's balance is the sum of the customer's entries.
    fn check_balances(&self, ledger: &Ledger) -> Result<(), Breach> {
        let mut sums = [0; CUSTOMERS + 1];
        for payment in &self.payments {
            sums[payment.customer] += payment.sum;
        }
        for (customer, sum) in sums.into_iter().enumerate() {
            let id = customer_id(customer);
            let balance = poll_once(ledger.balance(id.as_str()));
            if balance != Some(Ok(sum)) {
                let message = format!(
                    "{} has the balance {balance:?}, and entries of {sum}",
                    id.as_str()
                );
                return Invariant::BalanceIsEntries.broken(None, message);
            }
        }
        Ok(())
    }
}
