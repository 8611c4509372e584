//! Answers, from the merchant to the platform.

use std::sync::Arc;

use super::World;
use crate::broken::Broken;
use crate::checks::of_request;
use crate::journal::Note;
use crate::merchant::Answer;
use crate::network::Message;
use crate::queue::Event;

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
