//! What the platform does: it asks, it tells, and it does so again.

use std::sync::Arc;

use super::World;
use crate::deterministic::SECOND;
use crate::fault_profile::copies;
use crate::report::Broken;
use crate::top_ups::event::Event;
use crate::top_ups::event::Message;
use crate::top_ups::event::Note;
use crate::top_ups::platform::Origin;

/// How long the platform waits for an answer to `verify` and `check_deposit`, and how often it asks.
const PATIENCE: i64 = 30 * SECOND;
const ASKS: u32 = 3;

impl World<'_> {
    pub(super) fn begin(&mut self, number: usize) -> Result<(), Broken> {
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
    pub(super) fn given(&mut self, number: usize, index: usize) {
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

    pub(super) fn ask(&mut self, message: Message) {
        let (Message::Verify(number) | Message::CheckDeposit(number)) = message else {
            return;
        };
        self.platform.top_ups[number].asked += 1;
        self.send(message);
        let at = self.clock.millis() + PATIENCE;
        self.queue.put(at, Event::Impatient(message));
    }

    pub(super) fn ask_again(&mut self, message: Message) {
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
    pub(super) fn tell(&mut self, number: usize) {
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

    pub(super) fn send(&mut self, message: Message) {
        let now = self.clock.millis();
        let callback = matches!(message, Message::Callback { .. });
        let copies = copies(&mut self.chance, &self.weather, callback);
        self.note(message, Note::Sent(message, copies.len()));
        self.tally.lost += u64::from(copies.is_empty());
        for after in copies {
            self.queue.put(now + after, Event::Arrive(message));
        }
    }
}
