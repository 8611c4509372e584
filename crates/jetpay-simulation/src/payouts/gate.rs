//! Requests go to the Gate, and answers come back. What the platform does with payouts, by chance.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_platform::gate::{Conventions, Ending, Plan, Reply};
use jetpay_platform::{METHODS, MethodFacts};

use super::World;
use super::callbacks::Kind;
use super::checker::Audit;
use super::event::{Event, Note, SENDS};
use super::gate_answer::Answer;
use super::gate_traffic::path;
use super::payout_request::Wish;
use crate::deterministic::{Chance, SECOND};
use crate::notification::{Fact, Flaw, Meaning, Saying};
use crate::report::Broken;
use crate::setup::{PROJECTS, Setting};

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
            let seen = self.gate.log().len();
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
        let accepted = self.gate.log().last().is_some_and(|seen| seen.accepted);
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

const HOUR: Duration = Duration::from_secs(3600);

/// Operations that the Gate does not number begin here.
const OPERATIONS: u64 = 9_000_000_000;

/// What the platform's documents leave open.
pub(super) fn habits(chance: &mut Chance) -> Conventions {
    Conventions {
        signs_answers: chance.happens(500),
        codes_are_numbers: chance.happens(500),
        rejects_with: chance.among(&[200, 400]),
        one_at_a_time: chance.happens(300),
        ..Conventions::default()
    }
}

/// What happens to one payout.
pub(super) fn plan(chance: &mut Chance) -> Plan {
    let seed = chance.between(0..=i64::MAX).cast_unsigned();
    let mut plan = Plan::of_chance(seed);
    let hours = |chance: &mut Chance, longest| {
        HOUR * u32::try_from(chance.between(1..=longest)).expect("a few hours")
    };
    match chance.below(25) {
        0 => plan.endings = vec![Ending::DeclineThenSucceed],
        1 => plan.endings = vec![Ending::Error; chance.below(12)],
        2 => plan.endings = vec![Ending::Forget; chance.below(12)],
        3 => {
            let how_long = hours(chance, 60);
            plan.endings = vec![Ending::Linger {
                code: 9999,
                how_long,
            }];
        }
        4 => plan.later = hours(chance, 24 * 12),
        _ => {}
    }
    plan
}

/// Something that the platform tells of a payout, and that does not fit it; or that a part of it came back.
pub(super) fn odd(
    chance: &mut Chance,
    setting: &Setting,
    wish: &Wish,
    (id, number): (&str, usize),
    is_paid: bool,
    now: i64,
) -> Vec<(Kind, Vec<u8>)> {
    let operation = OPERATIONS + u64::try_from(number).unwrap_or_default();
    let mut saying = Saying {
        project: wish.project_id(),
        payment_type: "payout",
        words: ["payout", "success", "success"],
        operation,
        amount: wish.amount,
        currency: Currency::KZT,
        meaning: Meaning::Nothing,
        flaw: Flaw::None,
    };
    match chance.below(if is_paid { 8 } else { 6 }) {
        0 => saying.amount += 1,
        1 => saying.project = PROJECTS[1 - wish.project],
        2 => {
            saying.payment_type = "purchase";
            saying.words[0] = "sale";
        }
        3 => saying.words[0] = "manual change",
        4 => saying.words[2] = "partially paid out",
        5 => {
            saying.words = ["payout reversal", "success", "reversed"];
            saying.amount *= 2;
        }
        _ => {
            saying.words = ["payout reversal", "success", "partially reversed"];
            saying.amount = chance.between(1..=wish.amount - 1);
            let kind = Kind::CameBack(saying.amount);
            // One operation, told under two statuses of the payment.
            let mut again = saying.clone();
            again.words[2] = "reversed";
            return [saying, again]
                .map(|saying| (kind, written(setting, id, saying, now)))
                .into();
        }
    }
    vec![(Kind::Odd, written(setting, id, saying, now))]
}

/// A top-up is paid.
pub(super) fn sale(
    setting: &Setting,
    id: &str,
    number: usize,
    amount: i64,
    now: i64,
) -> (Kind, Vec<u8>) {
    let saying = Saying {
        project: PROJECTS[0],
        payment_type: "purchase",
        words: ["sale", "success", "success"],
        operation: 2 * OPERATIONS + u64::try_from(number).unwrap_or_default(),
        amount,
        currency: Currency::KZT,
        meaning: Meaning::Pays,
        flaw: Flaw::None,
    };
    (Kind::TopUp, written(setting, id, saying, now))
}

fn written(setting: &Setting, id: &str, saying: Saying, now: i64) -> Vec<u8> {
    let key = setting.key(saying.project, true);
    let mut fact = Fact::new(0, &id.into(), saying);
    fact.write(0, method(), key, now).to_vec()
}

fn method() -> &'static MethodFacts {
    let qiwi = METHODS.iter().find(|method| method.name == "qiwi-kz");
    qiwi.expect("a method of the documents")
}
