//! Checks the whole database against the copy: no row is missing or changed, and the sums are right.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jetpay_ledger::Ledger;

use crate::database;
use crate::notification::{Effect, Notification};
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
        let (counted, found) = self.store.inspect(database::counts)?;
        if counted != found {
            let message = format!(
                "pending, unmatched, alarms, open alarms: {counted:?} counted, {found:?} found"
            );
            return Err(Breach::general(Invariant::CountsAgree, message));
        }
        Ok(())
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
            let message = "events or entries differ from the copy";
            return Err(Breach::general(Invariant::NoStateLost, message));
        }
        match touched {
            Some(id) => {
                let message = format!("{id} changed, but no notification names it");
                Err(Breach::general(Invariant::OnlySignedEvents, message))
            }
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
                    let message = format!("an event is still {word}");
                    return Err(Breach::new(Invariant::StateFollows, index, message));
                }
            }
        }
        Ok(())
    }

    /// Checks that each mismatch has an alarm, each success without an effect, and each amount that could not be taken back.
    fn check_alarms(&self, notifications: &[Notification]) -> Result<(), Breach> {
        let alarms = self.store.inspect(database::alarms)?;
        for (index, payment) in self.payments.iter().enumerate() {
            if payment.announced.is_none() {
                continue;
            }
            for &notification in &payment.stored {
                let content = &notifications[notification].content;
                let own = |&place: &usize| {
                    self.entries[place].operation.cast_unsigned() == content.operation
                };
                let moved = payment.entries.iter().any(own);
                let needed = match content.effect {
                    Effect::Mismatch | Effect::TakesBackRest | Effect::Alarm => true,
                    Effect::Credits => !moved,
                    Effect::TakesBack | Effect::RefundReversed => !moved && payment.credits > 0,
                    Effect::Declines | Effect::Nothing => false,
                };
                let (operation, ..) = content.stored();
                if needed && !alarms.contains(&(payment.id.to_string(), operation)) {
                    let message = format!("no alarm names notification {notification}");
                    return Err(Breach::new(Invariant::MismatchAlarmed, index, message));
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
            let read = pin!(ledger.balance(id.as_str()));
            let balance = read.poll(&mut Context::from_waker(Waker::noop()));
            if balance != Poll::Ready(Ok(sum)) {
                let message = format!(
                    "{} has the balance {balance:?}, and entries of {sum}",
                    id.as_str()
                );
                return Err(Breach::general(Invariant::BalanceIsEntries, message));
            }
        }
        Ok(())
    }
}
