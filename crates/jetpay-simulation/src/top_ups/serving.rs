//! The service's side of a run: messages arrive, the store commits, the checks run, and answers leave.

use std::sync::Arc;

use jetpay_core::{Currency, Money};
use jetpay_ledger::NewPayment;
use jetpay_ledger::sim::Fault;
use jetpay_server::environment::Environment;

use super::Simulation;
use super::checker::{NewRow, check_request_response};
use super::event::{Event, Message};
use super::platform::TopUp;
use super::service::Response;
use crate::deterministic::{Clock, MINUTE};
use crate::fault_profile::{FaultProfile, OutageKind};
use crate::report::{Breach, Concerns, Invariant};
use crate::setup::{PROJECTS, customer_id};
use crate::tally::Count;

/// The whole database is checked after so many steps.
const STEPS_BETWEEN_FULL_CHECKS: u64 = 512;

impl Simulation<'_> {
    pub(super) fn message_arrived(&mut self, message: Message) -> Result<(), Breach> {
        let now = self.world.now();
        if now < self.up_at || self.world.is_out(OutageKind::Service) {
            self.record(
                message,
                Concerns::Others,
                "arrived, but the service was down",
            );
            self.world.tally[Count::Lost] += 1;
            return Ok(());
        }
        self.record(message, Concerns::Service, "arrived");
        let Some((method, body)) = self.platform.write(message, now) else {
            return Ok(());
        };
        self.world.tally[Count::Deliveries] += 1;
        self.world.tally[Count::Callbacks] +=
            u64::from(matches!(message, Message::Callback { .. }));
        let busy = self.service.waiting() >= self.world.fault_profile.queue_capacity;
        let response = self.service.deliver(message, method.name, body);
        self.respond_or_wait(message, response, busy)
    }

    /// An operator treats an unknown payment, and tries again later if that fails.
    pub(super) fn operator_acts(&mut self, message: Message) -> Result<(), Breach> {
        let now = self.world.now();
        let (Message::Import(number) | Message::Dismiss(number)) = message else {
            return Ok(());
        };
        if now < self.up_at || self.world.is_out(OutageKind::Service) {
            self.operator_acts_later(message);
            return Ok(());
        }
        let top_up = &self.platform.top_ups[number];
        let payment = top_up.payment.as_ref().expect("it came with its id");
        let busy = self.service.waiting() >= self.world.fault_profile.queue_capacity;
        let response = if matches!(message, Message::Import(_)) {
            let payment = older_payment(top_up, payment, &self.world.clock);
            self.service.import(message, payment)
        } else {
            self.service
                .dismiss(message, payment, self.world.clock.now())
        };
        self.respond_or_wait(message, response, busy)
    }

    pub(super) fn operator_acts_later(&mut self, message: Message) {
        self.world.later(10 * MINUTE, Event::OperatorActs(message));
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
        self.world.step_soon(Event::StoreStep);
        Ok(())
    }

    pub(super) fn step(&mut self) -> Result<(), Breach> {
        self.world.step_begins();
        let now = self.world.now();
        let commands = self.service.waiting();
        if commands == 0 {
            return Ok(());
        }
        let fault = self.world.next_fault();
        let crashed = matches!(fault, Fault::Crashes { .. });
        self.checker.step += 1;
        self.world.record_step(fault, commands);
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
                    return Invariant::Terminates.broken(None, message);
                }
            }
        }
        if crashed {
            self.up_at = now + FaultProfile::downtime(&mut self.world.random);
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
                NewRow::Event { notification } => format!("notification {notification} is stored"),
                NewRow::Entry { amount, operation } => {
                    format!("money moved: {amount} by operation {operation}")
                }
            };
            self.world.record(Some(top_up), Concerns::Service, event);
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
        self.record(
            message,
            Concerns::Service,
            "the service crashed before it answered",
        );
        self.world.tally[Count::Interrupted] += 1;
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
        self.record(
            message,
            Concerns::Service,
            &format!("answered {}", response.status),
        );
        self.world.tally[Count::Unavailable] += u64::from(response.status == 503);
        let event = match message {
            Message::Callback { notification, .. } => {
                self.checker.check_callback_response(
                    notification,
                    &self.platform.notifications,
                    response,
                    may_fail,
                )?;
                self.world.tally[Count::Acknowledged] += u64::from(response.status == 200);
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
        if self.world.suffers(|it| it.answer_lost) {
            self.record(message, Concerns::Others, "the answer was lost");
            self.world.tally[Count::Lost] += 1;
        } else {
            let latency = self.world.latency();
            self.world.later(latency, event);
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
        self.record(
            message,
            Concerns::Others,
            &format!("the platform received {status}"),
        );
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
