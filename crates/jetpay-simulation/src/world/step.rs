//! A step of the store, and what is checked after it.

use jetpay_ledger::sim::Fault;

use super::World;
use crate::audit::New;
use crate::broken::{Broken, Invariant};
use crate::journal::Note;
use crate::merchant::Answer;
use crate::network::Message;
use crate::weather::Weather;

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
