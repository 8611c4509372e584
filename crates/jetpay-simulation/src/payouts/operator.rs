//! What people do: they end payouts of which nobody tells, forget payers, top up, and pay out by hand.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use jetpay_core::{Currency, Money};
use jetpay_ledger::payout::PayoutResolution;
use jetpay_ledger::sim::{Fault, SimStore};
use jetpay_ledger::{Error, Ledger, NewPayment};
use jetpay_server::environment::Environment;

use super::World;
use crate::database;
use crate::deterministic::{DAY, HOUR, MINUTE, START};
use crate::payouts::callbacks::Told;
use crate::payouts::event::Event;
use crate::payouts::event::Note;
use crate::payouts::gate;
use crate::payouts::payout_request::{PAYEES, Plot, Wish};
use crate::payouts::rows;
use crate::payouts::server::{About, Done};
use crate::report::{Broken, Invariant};
use crate::setup::{PROJECTS, customer_id, customers};

impl World<'_> {
    /// When people do something.
    pub(super) fn plan_people(&mut self) {
        let days = i64::from(self.plan.days);
        let top_ups = PAYEES + usize::try_from(2 * days).unwrap_or_default();
        for number in 0..top_ups {
            let at = if number < PAYEES {
                0
            } else {
                self.chance.between(0..=days * DAY)
            };
            self.queue.put(START + at, Event::TopUp(number));
        }
        for number in 0..self.plan.days / 2 {
            let at = START + self.chance.between(0..=days * DAY);
            self.queue.put(
                at,
                Event::ByHand(usize::try_from(number).unwrap_or_default()),
            );
        }
        let mut at = START + DAY;
        while at < self.faults.end {
            self.queue.put(at, Event::Attend);
            self.queue.put(at + HOUR, Event::Forget);
            at += self.chance.between(4 * HOUR..=2 * DAY);
        }
    }

    /// A person looks after payouts of which nobody tells: asks the platform's people, and sometimes gets it wrong.
    pub(super) fn attend(&mut self) -> Result<(), Broken> {
        let stuck = self.audit.store.inspect(rows::stuck)?;
        for number in stuck.iter().filter_map(|key| Wish::of_key(key)) {
            let Some(server) = self.someone() else {
                return Ok(());
            };
            if !self.chance.happens(600) {
                continue;
            }
            let id = self.audit.known[&number].row.id.clone();
            let status = self.gate.status(self.wishes[number].project_id(), &id);
            let right = !self.chance.happens(100);
            let out = matches!(status, Some("success" | "reversed")) == right;
            let ending = if out {
                PayoutResolution::Paid
            } else {
                PayoutResolution::Declined
            };
            let at = &mut self.servers[server];
            let (ledger, now) = (at.ledger.clone(), at.clock.now());
            let id = id.as_str().try_into().expect("an id");
            let settle = async move {
                let settled =
                    ledger.resolve_payout(id, ending, "the platform's people say so".into(), now);
                Done::Written(settled.await)
            };
            // It may be kept though nobody is told so.
            self.wishes[number].settled = true;
            at.begin(About::Settle(number, ending), settle);
            self.go_on(server)?;
        }
        Ok(())
    }

    pub(super) fn forget(&mut self) -> Result<(), Broken> {
        if let Some(server) = self.someone() {
            let minutes = self.chance.between(1..=20_000).cast_unsigned();
            self.servers[server].forget(Duration::from_secs(60 * minutes));
            self.go_on(server)?;
        }
        Ok(())
    }

    /// A customer tops up: announced, and then paid.
    pub(super) fn top_up(&mut self, number: usize) -> Result<(), Broken> {
        let now = self.clock.millis();
        let id = top_up_id(number);
        if self
            .audit
            .store
            .inspect(|connection| database::payment(connection, &id))?
            .is_some()
        {
            let (kind, body) = gate::sale(self.setting, &id, number, amount(number), now);
            self.tell_of(Told::new(None, kind, body));
            return Ok(());
        }
        // Again, until it is known.
        self.queue.put(now + 10 * MINUTE, Event::TopUp(number));
        let Some(server) = self.someone() else {
            return Ok(());
        };
        let payment = NewPayment {
            id: id.as_str().try_into().expect("an id"),
            project_id: PROJECTS[0].into(),
            method: "older".into(),
            customer_id: customer_id(number % PAYEES),
            contract_id: None,
            amount: Money::new(amount(number), Currency::KZT),
            flags: Vec::new(),
            created_at: self.servers[server].clock.now(),
        };
        let at = &mut self.servers[server];
        let ledger = at.ledger.clone();
        let import = async move {
            let now = payment.created_at;
            Done::Written(ledger.import_payments(vec![payment], now).await.map(drop))
        };
        at.begin(About::TopUp, import);
        self.go_on(server)
    }

    /// A person pays out in the Dashboard: callbacks will come of an id that nobody issued.
    pub(super) fn by_hand(&mut self, number: usize) {
        let (id, account) = (format!("by-hand-{number}"), format!("7702{number:07}"));
        let amount = Money::new(10_000, Currency::KZT);
        self.gate
            .made_in_dashboard(self.gate_now(), PROJECTS[0], &id, &account, amount);
        self.gate_goes_on();
    }

    /// The platform tells something odd of a payout, if it knows it.
    pub(super) fn odd(&mut self, number: usize) {
        let Some(known) = self.audit.known.get(&number) else {
            return;
        };
        let (id, wish) = (known.row.id.clone(), &self.wishes[number]);
        let is_paid = self.gate.status(wish.project_id(), &id) == Some("success")
            && wish.plot != Plot::ComesBack;
        let now = self.clock.millis();
        let fact = self.told.len();
        let odd = gate::odd(
            &mut self.chance,
            self.setting,
            wish,
            (&id, fact),
            is_paid,
            now,
        );
        for (kind, body) in odd {
            self.tell_of(Told::new(Some(number), kind, body));
        }
    }

    /// What people wrote is written, or may be missing.
    pub(super) fn written(
        &mut self,
        about: &About,
        result: &Result<(), Error>,
        excused: bool,
    ) -> Result<(), Broken> {
        if let About::Settle(wish, ending) = about {
            self.tally.settled += u64::from(result.is_ok());
            self.note(Some(*wish), Note::Settled(ending.as_str(), result.is_ok()));
        }
        match result {
            Ok(()) | Err(Error::Resolve(_)) => Ok(()),
            Err(_) if excused => Ok(()),
            Err(error) => {
                let what = format!("{about:?} failed, and nothing went wrong: {error}");
                Err(Broken::anywhere(Invariant::AnswerFits, what))
            }
        }
    }
}

/// Puts the customers, before anything can go wrong.
pub(super) fn open(ledger: &Ledger, store: &SimStore) {
    let mut put = pin!(ledger.import_customers(customers()));
    let mut context = Context::from_waker(Waker::noop());
    let _ = put.as_mut().poll(&mut context);
    store.step(Fault::Commits);
    let _ = put.as_mut().poll(&mut context);
}

fn top_up_id(number: usize) -> String {
    format!("top-up-{number}")
}

/// What a top-up is about, in minor units.
fn amount(number: usize) -> i64 {
    100_000 + 7_919 * i64::try_from(number % 50).unwrap_or_default()
}
