//! The run: one event after the other, until nothing is left to happen.

mod answers;
mod step;

use std::sync::Arc;

use jetpay_core::{Currency, Money};
use jetpay_ledger::store::stepped::Stepped;
use jetpay_ledger::{NewPayment, Store};
use jetpay_server::shop::Outside;

use crate::Plan;
use crate::audit::Audit;
use crate::books;
use crate::broken::{Broken, Invariant, Violation};
use crate::chance::Chance;
use crate::clock::{Clock, DAY, MINUTE, SECOND, START};
use crate::journal::{Journal, Note};
use crate::merchant::Merchant;
use crate::network::{Message, copies};
use crate::platform::Platform;
use crate::queue::{Event, Queue};
use crate::setting::{PROJECTS, Setting, customer_id};
use crate::tally::Tally;
use crate::top_up::{Origin, TopUp};
use crate::weather::{Out, Weather};

/// How long the platform waits for an answer to `verify` and `check_deposit`, and how often it asks.
const PATIENCE: i64 = 30 * SECOND;
const ASKS: u32 = 3;

pub(crate) struct World<'s> {
    plan: Plan,
    clock: Clock,
    queue: Queue,
    chance: Chance,
    weather: Weather,
    platform: Platform<'s>,
    merchant: Merchant,
    audit: Audit,
    journal: Journal,
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
        between: impl FnOnce(Arc<Stepped>) -> Arc<dyn Store>,
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
        let database = self.merchant.store.look(books::fingerprint)?;
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

    fn begin(&mut self, number: usize) -> Result<(), Broken> {
        let top_up = &self.platform.top_ups[number];
        let now = self.clock.millis();
        let attend = match top_up.origin {
            Origin::Ours => {
                self.ask(Message::Verify(number));
                return Ok(());
            }
            Origin::Foreign => vec![],
            Origin::Imported(after) => vec![(after, Message::Import(number))],
            Origin::Dismissed(after) => vec![(after, Message::Dismiss(number))],
            Origin::DismissedThenImported(after) => vec![
                (after / 2, Message::Dismiss(number)),
                (after, Message::Import(number)),
            ],
        };
        for (after, message) in attend {
            self.queue.put(now + after, Event::Attend(message));
        }
        let id: Arc<str> = format!("older-{number:06}").into();
        let index = self.audit.given(&id, number, top_up)?;
        self.given(number, index);
        Ok(())
    }

    /// The platform has a payment's id, and begins to tell of it.
    fn given(&mut self, number: usize, index: usize) {
        if self.platform.top_ups[number].payment.is_some() {
            return; // It asked twice, and has an id already.
        }
        let payment = &mut self.audit.payments[index];
        for (after, fact) in self.platform.story(number, &payment.id) {
            payment.facts.push(fact);
            let at = self.clock.millis() + after;
            self.queue.put(at, Event::Tell(fact));
        }
    }

    fn ask(&mut self, message: Message) {
        let (Message::Verify(number) | Message::CheckDeposit(number)) = message else {
            return;
        };
        self.platform.top_ups[number].asked += 1;
        self.send(message);
        let at = self.clock.millis() + PATIENCE;
        self.queue.put(at, Event::Impatient(message));
    }

    fn ask_again(&mut self, message: Message) {
        let (Message::Verify(number) | Message::CheckDeposit(number)) = message else {
            return;
        };
        let top_up = &self.platform.top_ups[number];
        let done = match message {
            Message::Verify(_) => top_up.verified,
            _ => top_up.payment.is_some(),
        };
        if !done && top_up.asked < ASKS {
            self.ask(message);
        }
    }

    /// One try; the next is due after the schedule's wait.
    fn tell(&mut self, number: usize) {
        let fact = &mut self.platform.facts[number];
        if fact.acknowledged {
            return;
        }
        fact.tries += 1;
        match fact.waits.next() {
            Some(wait) => {
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                self.queue
                    .put(self.clock.millis() + wait, Event::Tell(number));
            }
            None => self.tally.given_up += 1,
        }
        let writing = self.platform.writing();
        self.send(Message::Callback {
            fact: number,
            writing,
        });
    }

    fn send(&mut self, message: Message) {
        let now = self.clock.millis();
        let copies = copies(&mut self.chance, &self.weather, message);
        self.note(message, Note::Sent(message, copies.len()));
        self.tally.lost += u64::from(copies.is_empty());
        for after in copies {
            self.queue.put(now + after, Event::Arrive(message));
        }
    }

    fn arrive(&mut self, message: Message) -> Result<(), Broken> {
        let now = self.clock.millis();
        if now < self.back || self.weather.out(Out::Service, now) {
            self.note(message, Note::NobodyThere(message));
            self.tally.lost += 1;
            return Ok(());
        }
        self.note(message, Note::Arrived(message));
        let Some((method, body)) = self.platform.write(message, now) else {
            return Ok(());
        };
        self.tally.deliveries += 1;
        self.tally.callbacks += u64::from(matches!(message, Message::Callback { .. }));
        let busy = self.merchant.waiting() >= self.weather.queue;
        match self.merchant.take(message, method.name, body) {
            Some(answer) => self.answer(message, answer, busy),
            None => {
                self.step_soon();
                Ok(())
            }
        }
    }

    /// The merchant's people look into the inbox, and do so again later when that does not work.
    fn attend(&mut self, message: Message) -> Result<(), Broken> {
        let now = self.clock.millis();
        let (Message::Import(number) | Message::Dismiss(number)) = message else {
            return Ok(());
        };
        if now < self.back || self.weather.out(Out::Service, now) {
            self.attend_later(message);
            return Ok(());
        }
        let top_up = &self.platform.top_ups[number];
        let payment = top_up.payment.as_ref().expect("it came with its id");
        let busy = self.merchant.waiting() >= self.weather.queue;
        let answer = if matches!(message, Message::Import(_)) {
            let payment = taken_over(top_up, payment, &self.clock);
            self.merchant.import(message, payment)
        } else {
            self.merchant.dismiss(message, payment, self.clock.now())
        };
        match answer {
            Some(answer) => self.answer(message, answer, busy),
            None => {
                self.step_soon();
                Ok(())
            }
        }
    }

    fn attend_later(&mut self, message: Message) {
        let at = self.clock.millis() + 10 * MINUTE;
        self.queue.put(at, Event::Attend(message));
    }

    /// What comes until then is written in the same step.
    fn step_soon(&mut self) {
        if !self.step_due {
            self.step_due = true;
            let wait = self.chance.between(self.weather.wait.clone());
            self.queue.put(self.clock.millis() + wait, Event::Step);
        }
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

fn taken_over(top_up: &TopUp, id: &str, clock: &Clock) -> NewPayment {
    NewPayment {
        id: id.try_into().expect("an id"),
        project_id: PROJECTS[top_up.project].into(),
        method: "older".into(),
        customer_id: customer_id(top_up.customer),
        contract_id: None,
        amount: Money::new(top_up.amount, Currency::KZT),
        flags: Vec::new(),
        created_at: clock.now(),
    }
}
