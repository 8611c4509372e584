//! Carries requests to the Gate and answers back to the servers; and chooses at random how the Gate treats each
//! payout.

use std::time::Duration;

use jetpay_core::signature::sign;
use jetpay_core::{Currency, Money};
use jetpay_platform::gate::{Answer, Conventions, Ending, Plan, Reply};
use jetpay_platform::{METHODS, MethodFacts};
use serde_json::Value;

use super::Simulation;
use super::callbacks::NotificationKind;
use super::checker::Checker;
use super::event::Event;
use super::gate_answer::{GateAnswer, MISSING};
use super::gate_traffic::{REJECTED, path};
use super::payout_request::PayoutRequest;
use crate::deterministic::{Random, SECOND};
use crate::model::Event as Told;
use crate::notification::{Content, Flaw, Notification};
use crate::report::{Breach, Concerns};
use crate::setup::{PROJECTS, Setup};
use crate::tally::Count;

const HOUR: Duration = Duration::from_secs(3600);
/// The first number of operations that the Gate does not number.
const OPERATIONS: u64 = 9_000_000_000;
/// How long a server waits for an answer.
const READ_TIMEOUT: i64 = 30 * SECOND;

impl Simulation<'_> {
    /// Records the answers that servers received, checks each request that leaves, and carries it.
    pub(super) fn carry_departures(&mut self) -> Result<(), Breach> {
        for (ticket, learned) in self.traffic.take_answers() {
            let request = self.checker.request_of(&self.traffic.exchange(ticket).id);
            let concerns = learned.map_or(Concerns::Others, |_| Concerns::Service);
            let learned_text = learned.unwrap_or("nothing");
            let text = format!("request {ticket}: the server learns {learned_text}");
            self.world.record(request, concerns, text);
            if let Some(request) = request.filter(|_| learned == Some(REJECTED)) {
                self.rejected[request] = true;
            }
        }
        for ticket in self.traffic.take_departures() {
            let now = self.world.now();
            let request =
                self.checker
                    .check_departure(ticket, &self.traffic, now - READ_TIMEOUT)?;
            let exchange = self.traffic.exchange(ticket);
            let (what, concerns) = if exchange.is_send {
                ("sends it", Concerns::Service)
            } else {
                ("queries its status", Concerns::Others)
            };
            let text = format!("request {ticket}: server {} {what}", exchange.server);
            self.world.record(Some(request), concerns, text);
            let seen = self.gate.log().len();
            self.traffic.change(ticket, |exchange| {
                exchange.left_at = now;
                exchange.log_length = seen;
            });
            if exchange.is_send {
                self.world.tally[Count::Sends] += 1;
                self.world.tally[Count::Resends] += u64::from(self.traffic.sends(&exchange.id) > 1);
            } else {
                self.world.tally[Count::StatusQueries] += 1;
            }
            self.world
                .later(READ_TIMEOUT, Event::AnswerTimesOut(ticket));
            if self.faults_active() && self.world.suffers(|it| it.request_lost) {
                self.lost(ticket, request);
                // Some connections break at once, others give no answer.
                if self.world.random.happens(500) {
                    self.answer_later(ticket, MISSING, 0);
                }
            } else {
                let latency = self.latency();
                self.world.later(latency, Event::RequestArrives(ticket));
            }
        }
        Ok(())
    }

    /// A request arrives at the Gate.
    pub(super) fn request_arrived(&mut self, ticket: usize) -> Result<(), Breach> {
        let exchange = self.traffic.exchange(ticket);
        let number = self.checker.request_of[&*exchange.id];
        let reply = self
            .gate
            .receive(self.gate_now(), path(exchange.is_send), &exchange.body);
        let seen = self.gate.log().last();
        let accepted = seen.is_some_and(|seen| seen.accepted);
        let answer = seen.map_or(Answer::None, |seen| seen.answer.clone());
        let concerns = if accepted {
            Concerns::Service
        } else {
            Concerns::Others
        };
        let accepted = if accepted { " and accepted" } else { "" };
        let status = reply.status();
        let status = status.map_or("the connection breaks".into(), |it| format!("HTTP {it}"));
        let text = format!("request {ticket}: arrived{accepted}, {status}");
        self.world.record(Some(number), concerns, text);
        if exchange.is_send {
            let overtaken = Checker::check_arrival(&self.requests[number], &exchange, &self.gate)?;
            self.requests[number].overtaken |= overtaken;
            self.world.tally[Count::Overtaken] += u64::from(overtaken);
        }
        let request = &self.requests[number];
        self.checker.check_paid_out(request, &self.gate)?;
        self.advance_gate();
        let (answer, after) = match reply {
            Reply::Dropped { .. } => (MISSING, 0),
            Reply::Answer { after, body, .. } => {
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                ((answer, body), after)
            }
        };
        if self.faults_active() && self.world.suffers(|it| it.answer_lost) {
            self.lost(ticket, number);
        } else {
            self.answer_later(ticket, answer, after);
        }
        Ok(())
    }

    /// The network lost the request or its answer.
    fn lost(&mut self, ticket: usize, request: usize) {
        self.world.tally[Count::Lost] += 1;
        let text = format!("request {ticket}: lost");
        self.world.record(Some(request), Concerns::Others, text);
    }

    fn answer_later(&mut self, ticket: usize, answer: GateAnswer, after: i64) {
        let latency = self.latency();
        self.traffic
            .change(ticket, |exchange| exchange.answer_on_way = Some(answer));
        self.world
            .later(after + latency, Event::AnswerArrives(ticket));
    }

    /// An answer arrives at the server, unless the server has stopped waiting.
    pub(super) fn answer_arrived(&mut self, ticket: usize) -> Result<(), Breach> {
        let exchange = self.traffic.exchange(ticket);
        let answer = exchange.answer_on_way.unwrap_or(MISSING);
        let server = exchange.server;
        if !self.traffic.deliver(ticket, answer)
            || self.world.now() < self.servers[server].resumes_at
        {
            return Ok(());
        }
        if self.stalls(server, true) {
            return Ok(());
        }
        self.advance(server)
    }

    pub(super) fn answer_timed_out(&mut self, ticket: usize) -> Result<(), Breach> {
        if self.traffic.deliver(ticket, MISSING) {
            let exchange = self.traffic.exchange(ticket);
            let request = self.checker.request_of(&exchange.id);
            let text = format!("request {ticket}: the server stops waiting");
            self.world.record(request, Concerns::Others, text);
            self.advance(exchange.server)?;
        }
        Ok(())
    }

    /// How long a message is on its way. Without faults it is always short.
    pub(super) fn latency(&mut self) -> i64 {
        if self.faults_active() && self.world.random.happens(400) {
            self.world.latency()
        } else {
            self.world.random.between(1..=40)
        }
    }

    pub(super) fn faults_active(&self) -> bool {
        !self.server_faults.have_ended(self.world.now())
    }
}

/// How the Gate behaves where the platform's documents are silent.
pub(super) fn conventions(random: &mut Random) -> Conventions {
    Conventions {
        signs_answers: random.happens(500),
        codes_are_numbers: random.happens(500),
        rejects_with: random.choose(&[200, 400]),
        one_at_a_time: random.happens(300),
        ..Conventions::default()
    }
}

/// What happens to one payout.
pub(super) fn plan(random: &mut Random) -> Plan {
    let seed = random.between(0..=i64::MAX).cast_unsigned();
    let mut plan = Plan::of_chance(seed);
    let hours = |random: &mut Random, longest| {
        HOUR * u32::try_from(random.between(1..=longest)).expect("a few hours")
    };
    match random.below(25) {
        0 => plan.endings = vec![Ending::DeclineThenSucceed],
        1 => plan.endings = vec![Ending::Error; random.below(12)],
        2 => plan.endings = vec![Ending::Forget; random.below(12)],
        3 => {
            let how_long = hours(random, 60);
            plan.endings = vec![Ending::Linger {
                code: 9999,
                how_long,
            }];
        }
        4 => plan.later = hours(random, 24 * 12),
        _ => {}
    }
    plan
}

/// Callbacks that do not fit the payout, or that report the return of a part.
pub(super) fn mismatched_callbacks(
    random: &mut Random,
    setup: &Setup,
    request: &PayoutRequest,
    (id, number): (&str, usize),
    is_paid: bool,
    now: i64,
) -> Vec<(NotificationKind, Vec<u8>)> {
    let operation = OPERATIONS + u64::try_from(number).unwrap_or_default();
    let kzt = |minor| Some(Money::new(minor, Currency::KZT));
    let mut told = Told {
        project: request.project_id(),
        payment_type: "payout",
        words: ["payout", "success", "success"],
        operation: Some(operation),
        amount: kzt(request.amount),
    };
    match random.below(if is_paid { 8 } else { 6 }) {
        0 => told.amount = kzt(request.amount + 1),
        1 => told.project = PROJECTS[1 - request.project],
        2 => {
            told.payment_type = "purchase";
            told.words[0] = "sale";
        }
        3 => told.words[0] = "manual change",
        4 => told.words[2] = "partially paid out",
        5 => {
            told.words = ["payout reversal", "success", "reversed"];
            told.amount = kzt(2 * request.amount);
        }
        _ => {
            let part = random.between(1..=request.amount - 1);
            told.amount = kzt(part);
            // One operation, reported with two statuses of the payment.
            return ["partially reversed", "reversed"]
                .map(|status| {
                    let words = ["payout reversal", "success", status];
                    let body = signed_callback(setup, id, Told { words, ..told }, now);
                    (NotificationKind::Returned(part), body)
                })
                .into();
        }
    }
    let body = signed_callback(setup, id, told, now);
    vec![(NotificationKind::Mismatch, body)]
}

/// The callback of a top-up that was paid.
pub(super) fn top_up_callback(
    setup: &Setup,
    id: &str,
    number: usize,
    amount: i64,
    now: i64,
) -> (NotificationKind, Vec<u8>) {
    let told = Told {
        project: PROJECTS[0],
        payment_type: "purchase",
        words: ["sale", "success", "success"],
        operation: Some(2 * OPERATIONS + u64::try_from(number).unwrap_or_default()),
        amount: Some(Money::new(amount, Currency::KZT)),
    };
    (
        NotificationKind::TopUp,
        signed_callback(setup, id, told, now),
    )
}

/// The Gate's callback about a decline, without the operation's id and amount, or without the operation.
pub(super) fn without_operation(setup: &Setup, body: &[u8], whole: bool) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(body).ok()?;
    if json["payment"]["status"] != "decline" || json["operation"]["status"] != "decline" {
        return None;
    }
    if whole {
        json["operation"] = Value::Null;
    } else {
        let operation = json["operation"].as_object_mut()?;
        operation.remove("id");
        operation.remove("sum_initial");
    }
    let key = setup.key(json["project_id"].as_u64()?, true);
    sign(json.to_string().as_bytes(), key).ok()
}

fn signed_callback(setup: &Setup, id: &str, event: Told, now: i64) -> Vec<u8> {
    let key = setup.key(event.project, true);
    let flaw = Flaw::None;
    let mut notification = Notification::new(0, &id.into(), Content { event, flaw }, now);
    notification.write(0, method(), key, now).to_vec()
}

fn method() -> &'static MethodFacts {
    let qiwi = METHODS.iter().find(|method| method.name == "qiwi-kz");
    qiwi.expect("a method of the documents")
}
