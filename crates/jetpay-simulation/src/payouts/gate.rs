//! Carries requests to the Gate and answers back to the servers; and chooses at random how the Gate treats each
//! payout.

use std::time::Duration;

use jetpay_core::Currency;
use jetpay_core::signature::sign;
use jetpay_platform::gate::{Conventions, Ending, Plan, Reply};
use jetpay_platform::{METHODS, MethodFacts};
use serde_json::Value;

use super::Simulation;
use super::callbacks::NotificationKind;
use super::checker::Checker;
use super::event::{Event, Learned, TraceEvent};
use super::gate_answer::GateAnswer;
use super::gate_traffic::path;
use super::payout_request::PayoutRequest;
use crate::deterministic::{Random, SECOND};
use crate::notification::{Content, Effect, Flaw, Notification, Omission};
use crate::report::Breach;
use crate::setup::{PROJECTS, Setup};

const HOUR: Duration = Duration::from_secs(3600);
/// The first number of operations that the Gate does not number.
const OPERATIONS: u64 = 9_000_000_000;
/// How long a server waits for an answer.
const READ_TIMEOUT: i64 = 30 * SECOND;

impl Simulation<'_> {
    /// Records the answers that servers received, checks each request that leaves, and carries it.
    pub(super) fn carry_departures(&mut self) -> Result<(), Breach> {
        for (ticket, learned) in self.traffic.take_answers() {
            let request = self
                .checker
                .request_of
                .get(&*self.traffic.exchange(ticket).id)
                .copied();
            self.record(request, TraceEvent::AnswerReceived(ticket, learned));
            if let Some(request) = request.filter(|_| learned == Learned::Rejected) {
                self.rejected[request] = true;
            }
        }
        for ticket in self.traffic.take_departures() {
            let now = self.clock.millis();
            let request =
                self.checker
                    .check_departure(ticket, &self.traffic, now - READ_TIMEOUT)?;
            let exchange = self.traffic.exchange(ticket);
            self.record(
                Some(request),
                TraceEvent::RequestSent {
                    server: exchange.server,
                    ticket,
                    is_send: exchange.is_send,
                },
            );
            let seen = self.gate.log().len();
            self.traffic.change(ticket, |exchange| {
                exchange.left_at = now;
                exchange.log_length = seen;
            });
            if exchange.is_send {
                self.tally.sends += 1;
                self.tally.resends += u64::from(self.traffic.sends(&exchange.id) > 1);
            } else {
                self.tally.status_queries += 1;
            }
            self.queue
                .put(now + READ_TIMEOUT, Event::AnswerTimesOut(ticket));
            if self.faults_active() && self.random.happens(self.fault_profile.request_lost) {
                self.tally.lost += 1;
                self.record(Some(request), TraceEvent::RequestLost(ticket));
                // Some connections break at once, others give no answer.
                if self.random.happens(500) {
                    self.answer_later(ticket, GateAnswer::Missing, 0);
                }
            } else {
                let latency = self.latency();
                self.queue.put(now + latency, Event::RequestArrives(ticket));
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
        let accepted = self.gate.log().last().is_some_and(|seen| seen.accepted);
        self.record(
            Some(number),
            TraceEvent::RequestArrived(ticket, reply.status(), accepted),
        );
        if exchange.is_send {
            let overtaken = Checker::check_arrival(&self.requests[number], &exchange, &self.gate)?;
            self.requests[number].overtaken |= overtaken;
            self.tally.overtaken += u64::from(overtaken);
        }
        let request = &self.requests[number];
        self.checker.check_paid_out(request, &self.gate)?;
        self.advance_gate();
        let (answer, after) = match reply {
            Reply::Dropped { .. } => (GateAnswer::Missing, 0),
            Reply::Answer {
                after,
                status,
                body,
            } => {
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                (GateAnswer::Http(status, body), after)
            }
        };
        if self.faults_active() && self.random.happens(self.fault_profile.answer_lost) {
            self.tally.lost += 1;
            self.record(Some(number), TraceEvent::RequestLost(ticket));
        } else {
            self.answer_later(ticket, answer, after);
        }
        Ok(())
    }

    fn answer_later(&mut self, ticket: usize, answer: GateAnswer, after: i64) {
        let latency = self.latency();
        self.traffic
            .change(ticket, |exchange| exchange.answer_on_way = Some(answer));
        self.queue.put(
            self.clock.millis() + after + latency,
            Event::AnswerArrives(ticket),
        );
    }

    /// An answer arrives at the server, unless the server has stopped waiting.
    pub(super) fn answer_arrived(&mut self, ticket: usize) -> Result<(), Breach> {
        let exchange = self.traffic.exchange(ticket);
        let answer = exchange.answer_on_way.unwrap_or(GateAnswer::Missing);
        let server = exchange.server;
        if !self.traffic.deliver(ticket, answer)
            || self.clock.millis() < self.servers[server].resumes_at
        {
            return Ok(());
        }
        if self.stalls(server, true) {
            return Ok(());
        }
        self.advance(server)
    }

    pub(super) fn answer_timed_out(&mut self, ticket: usize) -> Result<(), Breach> {
        if self.traffic.deliver(ticket, GateAnswer::Missing) {
            let exchange = self.traffic.exchange(ticket);
            let request = self.checker.request_of.get(&*exchange.id).copied();
            self.record(request, TraceEvent::AnswerTimedOut(ticket));
            self.advance(exchange.server)?;
        }
        Ok(())
    }

    /// How long a message is on its way. Without faults it is always short.
    pub(super) fn latency(&mut self) -> i64 {
        if self.faults_active() && self.random.happens(400) {
            self.random.between(self.fault_profile.latency.clone())
        } else {
            self.random.between(1..=40)
        }
    }

    pub(super) fn faults_active(&self) -> bool {
        !self.server_faults.have_ended(self.clock.millis())
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
    let mut content = Content {
        project: request.project_id(),
        payment_type: "payout",
        statuses: ["payout", "success", "success"],
        operation,
        amount: request.amount,
        currency: Currency::KZT,
        effect: Effect::Nothing,
        flaw: Flaw::None,
        omits: Omission::Nothing,
    };
    match random.below(if is_paid { 8 } else { 6 }) {
        0 => content.amount += 1,
        1 => content.project = PROJECTS[1 - request.project],
        2 => {
            content.payment_type = "purchase";
            content.statuses[0] = "sale";
        }
        3 => content.statuses[0] = "manual change",
        4 => content.statuses[2] = "partially paid out",
        5 => {
            content.statuses = ["payout reversal", "success", "reversed"];
            content.amount *= 2;
        }
        _ => {
            content.statuses = ["payout reversal", "success", "partially reversed"];
            content.amount = random.between(1..=request.amount - 1);
            let kind = NotificationKind::Returned(content.amount);
            // One operation, reported with two statuses of the payment.
            let mut again = content.clone();
            again.statuses[2] = "reversed";
            return [content, again]
                .map(|content| (kind, signed_callback(setup, id, content, now)))
                .into();
        }
    }
    vec![(
        NotificationKind::Mismatch,
        signed_callback(setup, id, content, now),
    )]
}

/// The callback of a top-up that was paid.
pub(super) fn top_up_callback(
    setup: &Setup,
    id: &str,
    number: usize,
    amount: i64,
    now: i64,
) -> (NotificationKind, Vec<u8>) {
    let content = Content {
        project: PROJECTS[0],
        payment_type: "purchase",
        statuses: ["sale", "success", "success"],
        operation: 2 * OPERATIONS + u64::try_from(number).unwrap_or_default(),
        amount,
        currency: Currency::KZT,
        effect: Effect::Credits,
        flaw: Flaw::None,
        omits: Omission::Nothing,
    };
    (
        NotificationKind::TopUp,
        signed_callback(setup, id, content, now),
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

fn signed_callback(setup: &Setup, id: &str, content: Content, now: i64) -> Vec<u8> {
    let key = setup.key(content.project, true);
    let mut notification = Notification::new(0, &id.into(), content);
    notification.write(0, method(), key, now).to_vec()
}

fn method() -> &'static MethodFacts {
    let qiwi = METHODS.iter().find(|method| method.name == "qiwi-kz");
    qiwi.expect("a method of the documents")
}
