//! The service's side of a run: messages arrive, and answers are checked and leave.

use std::sync::Arc;

use jetpay_core::{Currency, Money};
use jetpay_ledger::NewPayment;
use jetpay_server::environment::Environment;

use super::Simulation;
use super::checker::{Permitted, check_request_response};
use super::event::{Event, Message};
use super::platform::TopUp;
use super::service::Response;
use crate::database;
use crate::deterministic::{Clock, MINUTE};
use crate::fault_profile::OutageKind;
use crate::report::{Breach, Concerns};
use crate::setup::{CUSTOMERS, PROJECTS, customer_id};
use crate::tally::Count;

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
        let busy = self.is_busy();
        self.service.deliver(message, method.name, body, busy);
        self.service_advances()
    }

    /// Whether so much waits for the store that a message may be answered 503. What the tellers write waits there, too.
    fn is_busy(&self) -> bool {
        let capacity = self.world.fault_profile.queue_capacity;
        self.service.waiting() >= capacity || (self.billing.is_some() && capacity < 100)
    }

    /// An operator treats an unknown payment, and tries again later if that fails.
    pub(super) fn operator_acts(&mut self, message: Message) -> Result<(), Breach> {
        let now = self.world.now();
        if now < self.up_at || self.world.is_out(OutageKind::Service) {
            self.operator_acts_later(message);
            return Ok(());
        }
        let (busy, clock) = (self.is_busy(), self.world.clock.clone());
        let payment_of = |number: usize| {
            let top_up = &self.platform.top_ups[number];
            (
                top_up,
                top_up.payment.as_ref().expect("it came with its id"),
            )
        };
        match message {
            Message::Import(number) => {
                let (top_up, id) = payment_of(number);
                let payment = older_payment(top_up, id, &clock);
                self.service.import(message, payment, busy);
            }
            Message::Dismiss(number) => {
                let (_, id) = payment_of(number);
                self.service.dismiss(message, id, clock.now(), busy);
            }
            Message::Retry(seq) => self.service.retry(message, seq, clock.now(), busy),
            Message::Verify(_) | Message::CheckDeposit(_) | Message::Callback { .. } => {}
        }
        self.service_advances()
    }

    pub(super) fn operator_acts_later(&mut self, message: Message) {
        self.world.later(10 * MINUTE, Event::OperatorActs(message));
    }

    /// The service continues: answers leave, and what has none waits for the store or for the billing.
    pub(super) fn service_advances(&mut self) -> Result<(), Breach> {
        let answered = self.service.advance();
        self.carry_to_billing()?;
        let now = self.world.now();
        if let Some(billing) = &mut self.billing {
            billing.learn(now);
        }
        for (message, response, may_fail) in answered {
            self.respond(message, &response, may_fail)?;
        }
        if self.service.waiting() > 0 {
            self.world.step_soon(Event::StoreStep);
        }
        Ok(())
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
                let permitted = self.permitted(top_up, false)?;
                let good = check_request_response(
                    customer_id(top_up.customer).as_str(),
                    response,
                    permitted,
                    may_fail,
                )?;
                good.map(|_| Event::ResponseArrives(message, response.status))
            }
            Message::CheckDeposit(number) => self.announced(number, response, may_fail)?,
            Message::Import(_) | Message::Dismiss(_) | Message::Retry(_) => {
                if response.status != 200 {
                    self.operator_acts_later(message);
                } else if matches!(message, Message::Retry(_)) {
                    self.wake_tellers();
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

    /// What may be answered about the customer of a top-up.
    fn permitted(&self, top_up: &TopUp, is_deposit: bool) -> Result<Permitted, Breach> {
        let (id, now) = (customer_id(top_up.customer), self.world.now());
        let is_known = top_up.customer < CUSTOMERS;
        let Some(billing) = &self.billing else {
            return Ok(Permitted {
                success: is_known,
                not_found: !is_known,
                failure: false,
            });
        };
        let seen = |connection: &_| database::seen_at(connection, id.as_str());
        let seen_at = self.service.store.inspect(seen)?;
        Ok(Permitted {
            success: is_known,
            not_found: billing.may_be_unknown(id.as_str(), now),
            failure: billing.may_fail(id.as_str(), seen_at, is_deposit, now),
        })
    }

    /// Checks that the payment id in a good answer to `check_deposit` is in the database.
    fn announced(
        &mut self,
        number: usize,
        response: &Response,
        may_fail: bool,
    ) -> Result<Option<Event>, Breach> {
        let top_up = &self.platform.top_ups[number];
        let permitted = self.permitted(top_up, true)?;
        let Some(body) = check_request_response(
            customer_id(top_up.customer).as_str(),
            response,
            permitted,
            may_fail,
        )?
        else {
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
            Message::CheckDeposit(_)
            | Message::Import(_)
            | Message::Dismiss(_)
            | Message::Retry(_) => {}
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
