//! The whole database against the copy: nothing is gone, nothing was changed, and the sums are right.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jetpay_ledger::Ledger;

use crate::database;
use crate::notification::{Fact, Meaning};
use crate::report::{Broken, Invariant};
use crate::setup::{CUSTOMERS, customer_id};
use crate::top_ups::checker::Audit;

impl Audit {
    /// Checks everything.
    pub(crate) fn everything(&mut self, ledger: &Ledger, facts: &[Fact]) -> Result<(), Broken> {
        self.copies()?;
        for index in 0..self.payments.len() {
            self.payment(index, facts)?;
        }
        self.places()?;
        self.alarms(facts)?;
        self.balances(ledger)?;
        let (said, there) = self.store.inspect(database::counts)?;
        if said != there {
            let what = format!("pending, unmatched, alarms, open alarms: {said:?} of {there:?}");
            return Err(Broken::anywhere(Invariant::CountsAgree, what));
        }
        Ok(())
    }

    /// Events and entries are those that were there before, row by row.
    fn copies(&self) -> Result<(), Broken> {
        let (events, entries, touched) = self.store.inspect(|connection| {
            let known = |id: &str| self.by_id.contains_key(id);
            let touched = database::touched_but(connection, known)?;
            let events = database::events(connection, 0)?;
            Ok((events, database::entries(connection, 0)?, touched))
        })?;
        let same = events.iter().map(|(event, _)| event).eq(&self.events);
        if !same || entries != self.entries {
            let what = "events or entries are not those of before";
            return Err(Broken::anywhere(Invariant::NoWayBack, what));
        }
        match touched {
            Some(id) => {
                let what = format!("{id} was touched, of which nobody told anything");
                Err(Broken::anywhere(Invariant::NothingElse, what))
            }
            None => Ok(()),
        }
    }

    /// Nothing waits that need not wait.
    fn places(&self) -> Result<(), Broken> {
        for (index, payment) in self.payments.iter().enumerate() {
            let words: &[&str] = match (payment.announced, payment.credits) {
                (None, _) => continue,
                (Some(_), 0) => &["unmatched", "dismissed"],
                (Some(_), _) => &["unmatched", "dismissed", "early"],
            };
            for word in words {
                let waits = |connection: &_| database::placed(connection, &payment.id, word);
                if self.store.inspect(waits)? > 0 {
                    let what = format!("a fact is still {word}");
                    return Err(Broken::new(Invariant::StateFits, index, what));
                }
            }
        }
        Ok(())
    }

    /// What does not fit has an alarm, and so has what was to be taken back and was not.
    fn alarms(&self, facts: &[Fact]) -> Result<(), Broken> {
        let alarms = self.store.inspect(database::alarms)?;
        for (index, payment) in self.payments.iter().enumerate() {
            if payment.announced.is_none() {
                continue;
            }
            for &fact in &payment.known {
                let saying = &facts[fact].saying;
                let own = |&place: &usize| {
                    self.entries[place].operation.cast_unsigned() == saying.operation
                };
                let moved = payment.entries.iter().any(own);
                let needed = match saying.meaning {
                    Meaning::Misfit | Meaning::TakesRest => true,
                    Meaning::Pays => !moved,
                    Meaning::Takes | Meaning::Returns => !moved && payment.credits > 0,
                    Meaning::Fails | Meaning::Nothing => false,
                };
                let operation = saying.operation.cast_signed();
                if needed && !alarms.contains(&(payment.id.to_string(), operation)) {
                    let what = format!("no alarm tells of fact {fact}");
                    return Err(Broken::new(Invariant::PersonHears, index, what));
                }
            }
        }
        Ok(())
    }

    /// What the ledger calls a balance is the sum of the customer's entries.
    fn balances(&self, ledger: &Ledger) -> Result<(), Broken> {
        let mut sums = [0; CUSTOMERS + 1];
        for payment in &self.payments {
            sums[payment.customer] += payment.sum;
        }
        for (customer, sum) in sums.into_iter().enumerate() {
            let id = customer_id(customer);
            let read = pin!(ledger.balance(id.as_str()));
            let balance = read.poll(&mut Context::from_waker(Waker::noop()));
            if balance != Poll::Ready(Ok(sum)) {
                let what = format!("of {}: {balance:?}, and entries of {sum}", id.as_str());
                return Err(Broken::anywhere(Invariant::BalanceIsEntries, what));
            }
        }
        Ok(())
    }
}
