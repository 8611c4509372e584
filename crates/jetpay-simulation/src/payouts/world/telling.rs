//! Callbacks: told until they are acknowledged, to whatever server is there.

use super::World;
use crate::broken::{Broken, Invariant};
use crate::network::copies;
use crate::payouts::event::Event;
use crate::payouts::note::Note;
use crate::payouts::rows;
use crate::payouts::told::{Kind, Told};

impl World<'_> {
    /// What the Gate has to tell by now, and when it has more.
    pub(super) fn gate_goes_on(&mut self) {
        for told in self.gate.due(self.gate_now()) {
            let wish = self.audit.wish_of.get(&told.payment_id).copied();
            self.tell_of(Told::new(wish, Kind::Gate, told.body));
        }
        let next = self.gate.next_due().filter(|at| *at <= self.faults.end);
        if next.is_some() && next != self.gate_at {
            self.gate_at = next;
            let at = next.unwrap_or_default().max(self.clock.millis());
            self.queue.put(at, Event::GateTells);
        }
    }

    /// A fact is told from now on.
    pub(super) fn tell_of(&mut self, told: Told) {
        self.told.push(told);
        self.queue
            .put(self.clock.millis(), Event::Tell(self.told.len() - 1));
    }

    /// One try; the next is due after the schedule's wait.
    pub(super) fn tell(&mut self, number: usize) {
        let now = self.clock.millis();
        let told = &mut self.told[number];
        if told.acknowledged {
            return;
        }
        if let Some(wait) = told.waits.next() {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            self.queue.put(now + wait, Event::Tell(number));
        }
        let wish = told.wish;
        let copies = if self.is_bad() {
            copies(&mut self.chance, &self.weather, true)
        } else {
            vec![self.way()]
        };
        self.note(wish, Note::Told(number, copies.len()));
        for after in copies {
            self.queue.put(now + after, Event::Arrive(number));
        }
    }

    pub(super) fn arrive(&mut self, number: usize) -> Result<(), Broken> {
        let Some(server) = self.someone() else {
            return Ok(());
        };
        self.tally.callbacks += 1;
        let body = self.told[number].body.clone();
        self.servers[server].take_callback(number, body);
        self.go_on(server)
    }

    /// A callback is answered: checks that it may, and sends the answer on its way.
    pub(super) fn replied(
        &mut self,
        number: usize,
        status: u16,
        excused: bool,
    ) -> Result<(), Broken> {
        let told = &self.told[number];
        let (id, wish) = (&told.payment, told.wish);
        let (stored, alarm, known) = self.audit.store.inspect(|connection| {
            Ok((
                rows::event(connection, id, told.operation, &told.words)?,
                rows::alarm(connection, id, Some(told.operation))?,
                crate::books::payment(connection, id)?.is_some()
                    || rows::payout(connection, id)?.is_some(),
            ))
        })?;
        let broken = |invariant, what: &str| {
            Err(Broken {
                payment: wish,
                ..Broken::anywhere(
                    invariant,
                    format!("callback {number}, answered {status}: {what}"),
                )
            })
        };
        match status {
            503 if excused => {}
            200 | 404 if !stored => {
                return broken(Invariant::CommitFirst, "it is not in the database");
            }
            200 if !known => return broken(Invariant::AnswerFits, "nobody knows the payment"),
            200 if told.kind == Kind::Odd && !alarm => {
                return broken(Invariant::PersonHears, "no alarm tells of it");
            }
            200 => {}
            404 if !known || told.kind == Kind::TopUp => {}
            _ => return broken(Invariant::AnswerFits, "nothing went wrong"),
        }
        self.told[number].kept |= status == 200;
        self.tally.odd += u64::from(status == 200 && self.told[number].kind == Kind::Odd);
        self.note(wish, Note::Replied(number, status));
        if self.is_bad() && self.chance.happens(self.weather.answer_lost) {
            self.tally.lost += 1;
        } else {
            let at = self.clock.millis() + self.way();
            self.queue.put(at, Event::Acknowledge(number, status));
        }
        Ok(())
    }
}
