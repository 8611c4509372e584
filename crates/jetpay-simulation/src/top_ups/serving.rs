//! What the merchant does with what arrives; a step of the store, and what is checked after it; answers.

use std::sync::Arc;

use jetpay_core::{Currency, Money};
use jetpay_ledger::NewPayment;
use jetpay_ledger::sim::Fault;
use jetpay_server::environment::Environment;

use super::World;
use super::checker::{New, of_request};
use super::event::{Event, Message, Note};
use super::platform::TopUp;
use super::service::Answer;
use crate::deterministic::{Clock, MINUTE};
use crate::fault_profile::{Out, Weather};
use crate::report::{Broken, Invariant};
use crate::setup::{PROJECTS, customer_id};

impl World<'_> {
    pub(super) fn arrive(&mut self, message: Message) -> Result<(), Broken> {
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
        let answer = self.merchant.take(message, method.name, body);
        self.answer_or_wait(message, answer, busy)
    }

    /// The merchant's people look into the inbox, and do so again later when that does not work.
    pub(super) fn attend(&mut self, message: Message) -> Result<(), Broken> {
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
        self.answer_or_wait(message, answer, busy)
    }

    pub(super) fn attend_later(&mut self, message: Message) {
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

    /// What is not answered at once waits for the store. `busy`: too many waited before.
    fn answer_or_wait(
        &mut self,
        message: Message,
        answer: Option<Answer>,
        busy: bool,
    ) -> Result<(), Broken> {
        if let Some(answer) = answer {
            return self.answer(message, &answer, busy);
        }
        self.step_soon();
        Ok(())
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

/// After so many steps the whole database is compared.
const EVERYTHING: u64 = 512;

impl World<'_> {
    pub(super) fn step(&mut self) -> Result<(), Broken> {
        self.step_due = false;
        let now = self.clock.millis();
        let jobs = self.merchant.waiting();
        if jobs == 0 {
            return Ok(());
        }
        let fate = self.weather.fate(&mut self.chance, now);
        let crashed = matches!(fate, Fault::Crashes { .. });
        self.audit.step += 1;
        self.tally.refusals += u64::from(matches!(fate, Fault::Refuses(_) | Fault::Full));
        self.journal.note(now, None, Note::Step(fate, jobs));
        let answers = self.merchant.step(fate);
        self.check(&answers)?;
        for (message, answer) in answers {
            match answer {
                Some(answer) => self.answer(message, &answer, Weather::excuses(fate))?,
                None if crashed => self.cut_off(message),
                None => {
                    let what = format!("the {message} was not answered after the step");
                    return Err(Broken::anywhere(Invariant::Ends, what));
                }
            }
        }
        if crashed {
            self.tally.crashes += 1;
            self.back = now + Weather::absence(&mut self.chance);
        }
        if crashed || self.audit.step.is_multiple_of(EVERYTHING) {
            self.audit
                .everything(&self.merchant.ledger, &self.platform.facts)?;
        }
        Ok(())
    }

    /// What the step committed has its reasons, and the payments that it touched stand right.
    fn check(&mut self, answers: &[(Message, Option<Answer>)]) -> Result<(), Broken> {
        let mut touched = Vec::with_capacity(answers.len());
        for (index, new) in self.audit.sync(&mut self.platform.facts)? {
            let top_up = self.audit.payments[index].top_up;
            let note = match new {
                New::Known { fact } => Note::Known(fact),
                New::Moved { amount, operation } => Note::Moved(amount, operation),
            };
            self.journal.note(self.clock.millis(), Some(top_up), note);
            touched.push(index);
        }
        for (message, _) in answers {
            let payment = match *message {
                Message::Callback { fact, .. } => Some(&self.platform.facts[fact].payment),
                Message::Import(number) | Message::Dismiss(number) => {
                    self.platform.top_ups[number].payment.as_ref()
                }
                Message::Verify(_) | Message::CheckDeposit(_) => None,
            };
            touched.extend(payment.map(|id| self.audit.by_id[id]));
        }
        touched.sort_unstable();
        touched.dedup();
        for index in touched {
            self.audit.payment(index, &self.platform.facts)?;
        }
        Ok(())
    }

    fn cut_off(&mut self, message: Message) {
        self.note(message, Note::CutOff(message));
        self.tally.cut_off += 1;
        if matches!(message, Message::Import(_) | Message::Dismiss(_)) {
            self.attend_later(message);
        }
    }
}

impl World<'_> {
    /// The merchant answers: checks that it may, and sends it on its way. `fault`: it may say 503.
    pub(super) fn answer(
        &mut self,
        message: Message,
        answer: &Answer,
        fault: bool,
    ) -> Result<(), Broken> {
        self.note(message, Note::Answered(message, answer.status));
        self.tally.unavailable += u64::from(answer.status == 503);
        let event = match message {
            Message::Callback { fact, .. } => {
                self.audit
                    .callback_answer(fact, &self.platform.facts, answer, fault)?;
                self.tally.acknowledged += u64::from(answer.status == 200);
                Some(Event::Answer(message, answer.status))
            }
            Message::Verify(number) => {
                let top_up = &self.platform.top_ups[number];
                let good = of_request(top_up, answer, fault)?;
                good.map(|_| Event::Answer(message, answer.status))
            }
            Message::CheckDeposit(number) => self.announced(number, answer, fault)?,
            Message::Import(_) | Message::Dismiss(_) => {
                if answer.status != 200 {
                    self.attend_later(message);
                }
                None
            }
        };
        let Some(event) = event else {
            return Ok(());
        };
        if self.chance.happens(self.weather.answer_lost) {
            self.note(message, Note::AnswerLost(message));
            self.tally.lost += 1;
        } else {
            let way = self.chance.between(self.weather.way.clone());
            self.queue.put(self.clock.millis() + way, event);
        }
        Ok(())
    }

    /// A good answer to `check_deposit` has the id of a payment that is in the database.
    fn announced(
        &mut self,
        number: usize,
        answer: &Answer,
        fault: bool,
    ) -> Result<Option<Event>, Broken> {
        let top_up = &self.platform.top_ups[number];
        let Some(body) = of_request(top_up, answer, fault)? else {
            return Ok(None);
        };
        let id: Arc<str> = body["payment_id"].as_str().unwrap_or_default().into();
        let index = self.audit.given(&id, number, top_up)?;
        self.audit.is_announced(index)?;
        self.audit.payment(index, &self.platform.facts)?;
        Ok(Some(Event::Given(number, index)))
    }

    /// An answer is with the platform.
    pub(super) fn answered(&mut self, message: Message, status: u16) {
        self.note(message, Note::AnswerSeen(message, status));
        match message {
            Message::Callback { fact, .. } => {
                self.platform.facts[fact].acknowledged |= status == 200;
            }
            Message::Verify(number) => {
                let top_up = &mut self.platform.top_ups[number];
                if !top_up.verified {
                    top_up.verified = true;
                    top_up.asked = 0;
                    self.ask(Message::CheckDeposit(number));
                }
            }
            Message::CheckDeposit(_) | Message::Import(_) | Message::Dismiss(_) => {}
        }
    }
}
