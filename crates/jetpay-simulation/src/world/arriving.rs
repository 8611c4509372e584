//! What the merchant does with what arrives.

use jetpay_core::{Currency, Money};
use jetpay_ledger::NewPayment;
use jetpay_server::merchant::Environment;

use super::World;
use crate::broken::Broken;
use crate::clock::{Clock, MINUTE};
use crate::journal::Note;
use crate::merchant::Answer;
use crate::network::Message;
use crate::queue::Event;
use crate::setting::{PROJECTS, customer_id};
use crate::top_up::TopUp;
use crate::weather::Out;

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
