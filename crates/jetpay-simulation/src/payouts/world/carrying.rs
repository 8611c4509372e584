//! Requests go to the Gate, and answers come back.

use jetpay_platform::gate::Reply;

use super::World;
use crate::broken::Broken;
use crate::clock::SECOND;
use crate::payouts::audit::Audit;
use crate::payouts::event::Event;
use crate::payouts::note::{Note, SENDS};
use crate::payouts::reading::Answer;
use crate::payouts::wire::path;

/// A server waits so long for an answer.
const PATIENCE: i64 = 30 * SECOND;

impl World<'_> {
    /// Carries what servers sent, if they may send it; and takes note of what they heard.
    pub(super) fn departures(&mut self) -> Result<(), Broken> {
        for (ticket, word) in self.post.hearings() {
            let wish = self
                .audit
                .wish_of
                .get(&*self.post.request(ticket).id)
                .copied();
            self.note(wish, Note::Heard(ticket, word));
            if let Some(wish) = wish.filter(|_| word == "that it is rejected") {
                self.rejected[wish] = true;
            }
        }
        for ticket in self.post.departures() {
            let now = self.clock.millis();
            let wish = self.audit.leaves(ticket, &self.post, now - PATIENCE)?;
            let request = self.post.request(ticket);
            let what = if request.is_send { SENDS } else { "asks" };
            let server = request.server;
            self.note(
                Some(wish),
                Note::Departed {
                    server,
                    ticket,
                    what,
                },
            );
            let seen = self.gate.seen().len();
            self.post
                .change(ticket, |request| request.seen_before = seen);
            if request.is_send {
                self.tally.sends += 1;
                self.tally.resends += u64::from(self.post.sends(&request.id) > 1);
            } else {
                self.tally.questions += 1;
            }
            self.queue.put(now + PATIENCE, Event::GiveUp(ticket));
            if self.is_bad() && self.chance.happens(self.weather.request_lost) {
                self.tally.lost += 1;
                self.note(Some(wish), Note::Lost(ticket));
                // Some connections break at once, others say nothing.
                if self.chance.happens(500) {
                    self.answer_later(ticket, Answer::Nothing, 0);
                }
            } else {
                let way = self.way();
                self.queue.put(now + way, Event::Reach(ticket));
            }
        }
        Ok(())
    }

    /// A request is with the Gate.
    pub(super) fn reach(&mut self, ticket: usize) -> Result<(), Broken> {
        let request = self.post.request(ticket);
        let number = self.audit.wish_of[&*request.id];
        let reply = self
            .gate
            .receive(self.gate_now(), path(request.is_send), &request.body);
        let accepted = self.gate.seen().last().is_some_and(|seen| seen.accepted);
        self.note(
            Some(number),
            Note::Reached(ticket, reply.status(), accepted),
        );
        if request.is_send {
            let overtaken = Audit::arrived(&self.wishes[number], &request, &self.gate)?;
            self.wishes[number].overtaken |= overtaken;
            self.tally.overtaken += u64::from(overtaken);
        }
        let wish = &self.wishes[number];
        self.audit.out(wish, &self.gate)?;
        self.gate_goes_on();
        let (answer, after) = match reply {
            Reply::Dropped { .. } => (Answer::Nothing, 0),
            Reply::Answer {
                after,
                status,
                body,
            } => {
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                (Answer::Http(status, body), after)
            }
        };
        if self.is_bad() && self.chance.happens(self.weather.answer_lost) {
            self.tally.lost += 1;
            self.note(Some(number), Note::Lost(ticket));
        } else {
            self.answer_later(ticket, answer, after);
        }
        Ok(())
    }

    fn answer_later(&mut self, ticket: usize, answer: Answer, after: i64) {
        let way = self.way();
        self.post
            .change(ticket, |request| request.coming = Some(answer));
        self.queue
            .put(self.clock.millis() + after + way, Event::Answer(ticket));
    }

    /// An answer is with the server, unless that waits no longer.
    pub(super) fn answer(&mut self, ticket: usize) -> Result<(), Broken> {
        let request = self.post.request(ticket);
        let answer = request.coming.unwrap_or(Answer::Nothing);
        let server = request.server;
        if !self.post.deliver(ticket, answer) || self.clock.millis() < self.servers[server].awake {
            return Ok(());
        }
        if self.stands_still(server, true) {
            return Ok(());
        }
        self.go_on(server)
    }

    pub(super) fn give_up(&mut self, ticket: usize) -> Result<(), Broken> {
        if self.post.deliver(ticket, Answer::Nothing) {
            let request = self.post.request(ticket);
            let wish = self.audit.wish_of.get(&*request.id).copied();
            self.note(wish, Note::GaveUp(ticket));
            self.go_on(request.server)?;
        }
        Ok(())
    }

    /// How long a message is on its way: often not long, and never in the end.
    pub(super) fn way(&mut self) -> i64 {
        if self.is_bad() && self.chance.happens(400) {
            self.chance.between(self.weather.way.clone())
        } else {
            self.chance.between(1..=40)
        }
    }

    pub(super) fn is_bad(&self) -> bool {
        !self.faults.is_calm(self.clock.millis())
    }
}
