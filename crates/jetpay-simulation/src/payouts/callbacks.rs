//! Callbacks: told until they are acknowledged, to whatever server is there.

use std::sync::Arc;

use jetpay_platform::schedule::{Waits, waits};
use serde_json::Value;

use super::event::{Event, Note};
use super::{World, rows};
use crate::fault_profile::copies;
use crate::report::{Broken, Invariant};

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
                crate::database::payment(connection, id)?.is_some()
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

/// What must become of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The Gate's own, about a payout.
    Gate,
    /// It does not fit: an alarm must tell of it.
    Odd,
    /// So much of a payout came back.
    CameBack(i64),
    /// About a top-up.
    TopUp,
}

/// A fact that the platform tells by callbacks.
pub(super) struct Told {
    /// The wish that it is about.
    pub(super) wish: Option<usize>,
    pub(super) kind: Kind,
    pub(super) body: Arc<[u8]>,
    /// The payment, the operation and both statuses, as stored.
    pub(super) payment: String,
    pub(super) operation: i64,
    pub(super) words: [String; 2],
    pub(super) waits: Waits,
    pub(super) acknowledged: bool,
    /// It was answered 200: the merchant keeps it.
    pub(super) kept: bool,
}

impl Told {
    pub(super) fn new(wish: Option<usize>, kind: Kind, body: Vec<u8>) -> Self {
        let value: Value = serde_json::from_slice(&body).expect("a callback is JSON");
        let text = |pointer: &str| {
            let text = value.pointer(pointer).and_then(Value::as_str);
            text.expect("a callback has it").to_owned()
        };
        Self {
            wish,
            kind,
            payment: text("/payment/id"),
            operation: value["operation"]["id"].as_i64().expect("a number"),
            words: [text("/operation/status"), text("/payment/status")],
            body: body.into(),
            waits: waits(),
            acknowledged: false,
            kept: false,
        }
    }

    pub(super) fn status(&self) -> &str {
        &self.words[1]
    }
}
