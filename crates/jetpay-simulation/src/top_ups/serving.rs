//! The service's side of a run: messages arrive, the store commits, the checks run, and answers leave.

use std::sync::Arc;

use jetpay_core::{Currency, Money};
use jetpay_ledger::NewPayment;
use jetpay_ledger::sim::Fault;
use jetpay_server::environment::Environment;

use super::Simulation;
use super::checker::{NewRow, check_request_response};
use super::event::{Event, Message, TraceEvent};
use super::platform::TopUp;
use super::service::Response;
use crate::deterministic::{Clock, MINUTE};
use crate::fault_profile::{FaultProfile, OutageKind};
use crate::report::{Breach, Invariant};
use crate::setup::{PROJECTS, customer_id};

/// The whole database is checked after so many steps.
const STEPS_BETWEEN_FULL_CHECKS: u64 = 512;

impl Simulation<'_> {
    pub(super) fn message_arrived(&mut self, message: Message) -> Result<(), Breach> {
        let now = self.clock.millis();
        if now < self.up_at || self.fault_profile.is_out(OutageKind::Service, now) {
            self.record(message, TraceEvent::NotListening(message));
            self.tally.lost += 1;
            return Ok(());
        }
        self.record(message, TraceEvent::Arrived(message));
        let Some((method, body)) = self.platform.write(message, now) else {
            return Ok(());
        };
        self.tally.deliveries += 1;
        self.tally.callbacks += u64::from(matches!(message, Message::Callback { .. }));
        let busy = self.service.waiting() >= self.fault_profile.queue_capacity;
        let response = self.service.deliver(message, method.name, body);
        self.respond_or_wait(message, response, busy)
    }

    /// An operator treats an unknown payment, and tries again later if that fails.
    pub(super) fn operator_acts(&mut self, message: Message) -> Result<(), Breach> {
        let now = self.clock.millis();
        let (Message::Import(number) | Message::Dismiss(number)) = message else {
            return Ok(());
        };
        if now < self.up_at || self.fault_profile.is_out(OutageKind::Service, now) {
            self.operator_acts_later(message);
            return Ok(());
        }
        let top_up = &self.platform.top_ups[number];
        let payment = top_up.payment.as_ref().expect("it came with its id");
        let busy = self.service.waiting() >= self.fault_profile.queue_capacity;
        let response = if matches!(message, Message::Import(_)) {
            let payment = older_payment(top_up, payment, &self.clock);
            self.service.import(message, payment)
        } else {
            self.service.dismiss(message, payment, self.clock.now())
        };
        self.respond_or_wait(message, response, busy)
    }

    pub(super) fn operator_acts_later(&mut self, message: Message) {
        let at = self.clock.millis() + 10 * MINUTE;
        self.queue.put(at, Event::OperatorActs(message));
    }

    /// Schedules a step of the store. All writes until then belong to it.
    fn step_soon(&mut self) {
        if !self.step_due {
            self.step_due = true;
            let wait = self.random.between(self.fault_profile.commit_delay.clone());
            self.queue.put(self.clock.millis() + wait, Event::StoreStep);
        }
    }

    /// An answer that is not ready waits for the store. `busy`: the queue was full.
    fn respond_or_wait(
        &mut self,
        message: Message,
        response: Option<Response>,
        busy: bool,
    ) -> Result<(), Breach> {
        if let Some(response) = response {
            return self.respond(message, &response, busy);
        }
        self.step_soon();
        Ok(())
    }

    pub(super) fn step(&mut self) -> Result<(), Breach> {
        self.step_due = false;
        let now = self.clock.millis();
        let commands = self.service.waiting();
        if commands == 0 {
            return Ok(());
        }
        let fault = self.fault_profile.next_fault(&mut self.random, now);
        let crashed = matches!(fault, Fault::Crashes { .. });
        self.checker.step += 1;
        self.tally.failed_commits += u64::from(matches!(fault, Fault::Refuses(_) | Fault::Full));
        self.trace
            .record(now, None, TraceEvent::StoreStep(fault, commands));
        let responses = self.service.step(fault);
        self.check(&responses)?;
        for (message, response) in responses {
            match response {
                Some(response) => {
                    self.respond(message, &response, FaultProfile::permits_unavailable(fault))?;
                }
                None if crashed => self.interrupted(message),
                None => {
                    let message = format!("the {message} was not answered after the step");
                    return Err(Breach::general(Invariant::Terminates, message));
                }
            }
        }
        if crashed {
            self.tally.crashes += 1;
            self.up_at = now + FaultProfile::downtime(&mut self.random);
        }
        if crashed || self.checker.step.is_multiple_of(STEPS_BETWEEN_FULL_CHECKS) {
            self.checker
                .check_all(&self.service.ledger, &self.platform.notifications)?;
        }
        Ok(())
    }

    /// Checks what the step committed: each row has a reason, and each changed payment is correct.
    fn check(&mut self, responses: &[(Message, Option<Response>)]) -> Result<(), Breach> {
        let mut touched = Vec::with_capacity(responses.len());
        for (index, new) in self.checker.sync(&mut self.platform.notifications)? {
            let top_up = self.checker.payments[index].top_up;
            let event = match new {
                NewRow::Event { notification } => TraceEvent::Stored(notification),
                NewRow::Entry { amount, operation } => TraceEvent::Moved(amount, operation),
            };
            self.trace.record(self.clock.millis(), Some(top_up), event);
            touched.push(index);
        }
        for (message, _) in responses {
            let payment = match *message {
                Message::Callback { notification, .. } => {
                    Some(&self.platform.notifications[notification].payment)
                }
                Message::Import(number) | Message::Dismiss(number) => {
                    self.platform.top_ups[number].payment.as_ref()
                }
                Message::Verify(_) | Message::CheckDeposit(_) => None,
            };
            touched.extend(payment.map(|id| self.checker.by_id[id]));
        }
        touched.sort_unstable();
        touched.dedup();
        for index in touched {
            self.checker
                .check_payment(index, &self.platform.notifications)?;
        }
        Ok(())
    }

    fn interrupted(&mut self, message: Message) {
        self.record(message, TraceEvent::Interrupted(message));
        self.tally.interrupted += 1;
        if matches!(message, Message::Import(_) | Message::Dismiss(_)) {
            self.operator_acts_later(message);
        }
    }

    /// The service answers. Checks the answer and sends it to the platform. `may_fail`: a fault permits 503.
    pub(super) fn respond(
        &mut self,
        message: Message,
        response: &Response,
        may_fail: bool,
    ) -> Result<(), Breach> {
        self.record(message, TraceEvent::Answered(message, response.status));
        self.tally.unavailable += u64::from(response.status == 503);
        let event = match message {
            Message::Callback { notification, .. } => {
                self.checker.check_callback_response(
                    notification,
                    &self.platform.notifications,
                    response,
                    may_fail,
                )?;
                self.tally.acknowledged += u64::from(response.status == 200);
                Some(Event::ResponseArrives(message, response.status))
            }
            Message::Verify(number) => {
                let top_up = &self.platform.top_ups[number];
                let good = check_request_response(top_up, response, may_fail)?;
                good.map(|_| Event::ResponseArrives(message, response.status))
            }
            Message::CheckDeposit(number) => self.announced(number, response, may_fail)?,
            Message::Import(_) | Message::Dismiss(_) => {
                if response.status != 200 {
                    self.operator_acts_later(message);
                }
                None
            }
        };
        let Some(event) = event else {
            return Ok(());
        };
        if self.random.happens(self.fault_profile.answer_lost) {
            self.record(message, TraceEvent::ResponseLost(message));
            self.tally.lost += 1;
        } else {
            let latency = self.random.between(self.fault_profile.latency.clone());
            self.queue.put(self.clock.millis() + latency, event);
        }
        Ok(())
    }

    /// Checks that the payment id in a good answer to `check_deposit` is in the database.
    fn announced(
        &mut self,
        number: usize,
        response: &Response,
        may_fail: bool,
    ) -> Result<Option<Event>, Breach> {
        let top_up = &self.platform.top_ups[number];
        let Some(body) = check_request_response(top_up, response, may_fail)? else {
            return Ok(None);
        };
        let id: Arc<str> = body["payment_id"].as_str().unwrap_or_default().into();
        let index = self.checker.issue(&id, number, top_up)?;
        self.checker.check_announced(index)?;
        self.checker
            .check_payment(index, &self.platform.notifications)?;
        Ok(Some(Event::PaymentIdArrives(number, index)))
    }

    /// An answer arrives at the platform.
    pub(super) fn response_arrived(&mut self, message: Message, status: u16) {
        self.record(message, TraceEvent::ResponseSeen(message, status));
        match message {
            Message::Callback { notification, .. } => {
                self.platform.notifications[notification].acknowledged |= status == 200;
            }
            Message::Verify(number) => {
                let top_up = &mut self.platform.top_ups[number];
                if !top_up.verified {
                    top_up.verified = true;
                    top_up.attempts = 0;
                    self.send_request(Message::CheckDeposit(number));
                }
            }
            Message::CheckDeposit(_) | Message::Import(_) | Message::Dismiss(_) => {}
        }
    }
}

fn older_payment(top_up: &TopUp, id: &str, clock: &Clock) -> NewPayment {
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
